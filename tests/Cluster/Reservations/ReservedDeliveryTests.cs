using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Reservations;

/// <summary>Where to deliver, said while reserving: it is the order's from the purchase on.</summary>
public sealed class ReservedDeliveryTests(SharedSale shared) : ReservedDeliverySale(shared)
{
    [Fact]
    public async Task It_is_kept_with_the_reservation_and_can_be_changed_and_removed()
    {
        var (_, reservation) = await ReserveAsync();
        var actor = reservation.Actor;
        (await actor.GetDeliveryAsync()).ShouldBe(new Answer<Delivery?>(value: null));
        (await actor.SetDeliveryAsync(Home)).Value.ShouldBe(Home);
        (await actor.SetDeliveryAsync(Home)).Value.ShouldBe(Home);
        (await actor.SetDeliveryAsync(Work)).Value.ShouldBe(Work);
        await Sale.DeactivateAsync(reservation.Delivery);
        await Sale.DeactivateAsync(actor);
        (await actor.GetDeliveryAsync()).Value.ShouldBe(Work);

        (await actor.RemoveDeliveryAsync()).Value.ShouldBe(Effect.Done);
        (await actor.RemoveDeliveryAsync()).Value.ShouldBe(Effect.AlreadySo);
        (await actor.GetDeliveryAsync()).ShouldBe(new Answer<Delivery?>(value: null));
        StoredOf(reservation).ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_reservation_there_is_nothing_to_keep_it_with()
    {
        var batch = await Sale.CreateBatchAsync();
        var reservation = Sale.Reservation(batch.Id, User);
        (await reservation.Actor.SetDeliveryAsync(Home)).Refused.ShouldBe(Refusal.NotFound);
        (await reservation.Actor.GetDeliveryAsync()).Refused.ShouldBe(Refusal.NotFound);
        (await reservation.Actor.RemoveDeliveryAsync()).Value.ShouldBe(Effect.AlreadySo);
        StoredOf(reservation).ShouldBeNull();
    }

    [Fact]
    public async Task An_order_has_it_from_the_purchase_on_and_keeps_it_from_the_checkout_on()
    {
        var (batch, reservation) = await ReserveAsync();
        await reservation.Actor.SetDeliveryAsync(Home);
        var (order, other) = (await batch.OrderAsync(User), await batch.OrderAsync("weibo:other"));
        (await FindAsync(order)).ShouldBe(Home);
        (await FindAsync(other)).ShouldBeNull();
        DocumentsOf(order).ShouldBeNull("the purchase writes nothing but its entry");

        (await Sale.Order(order.Id).OpenCheckoutAsync(order.For(User), "Mi2")).Refused.ShouldBeNull();
        DocumentsOf(order)!.Delivery.ShouldBe(Home);
        (await batch.PayAsync(order, $"p-{order.Id}")).Value.ShouldBe(CaptureResult.Sold);
        (await FindAsync(order)).ShouldBe(Home);
        // What the order has taken along outlasts the reservation.
        await batch.CancelAsync(order);
        (await reservation.CancelAsync()).Value.ShouldBe(Effect.Done);
        StoredOf(reservation).ShouldBeNull();
        (await FindAsync(order)).ShouldBe(Home);
    }

    [Fact]
    public async Task From_the_purchase_on_it_changes_with_the_order_only()
    {
        var (batch, reservation) = await ReserveAsync(limit: 2);
        await reservation.Actor.SetDeliveryAsync(Home);
        var (first, second) = (await batch.OrderAsync(User, key: "a"), await batch.OrderAsync(User, key: "b"));
        var refused = await reservation.Actor.SetDeliveryAsync(Work);
        (refused.Refused, refused.Detail).ShouldBe(
            (Refusal.Conflict, $"change the details of order {second.Id} instead"));
        (await reservation.Actor.RemoveDeliveryAsync()).Refused.ShouldBe(Refusal.Conflict);
        (await reservation.Actor.GetDeliveryAsync()).Value.ShouldBe(Home);

        (await Sale.Order(first.Id).SetDeliveryAsync(first.Buyer, Work)).Value.ShouldBe(Work);
        (await FindAsync(first)).ShouldBe(Work);
        (await FindAsync(second)).ShouldBe(Home);
        // A checkout does not replace what the order has.
        (await Sale.Order(first.Id).OpenCheckoutAsync(first.For(User), "Mi2")).Refused.ShouldBeNull();
        (await FindAsync(first)).ShouldBe(Work);

        // An order that has ended does not follow what is said for the next one.
        await batch.CancelAsync(second);
        await batch.CancelAsync(first);
        (await reservation.Actor.SetDeliveryAsync(Work)).Value.ShouldBe(Work);
        (await FindAsync(second)).ShouldBeNull();
        (await FindAsync(first)).ShouldBe(Work);
    }

    [Fact]
    public async Task After_the_end_it_can_only_be_removed()
    {
        await using var own = await SaleHarness.StartAsync();
        var batch = await own.CreateBatchAsync(opensIn: TimeSpan.FromMinutes(10));
        var reservation = own.Reservation(batch.Id, User);
        await reservation.ReserveAsync(batch.Terms.Schedule);
        (await reservation.Actor.SetDeliveryAsync(Home)).Value.ShouldBe(Home);
        await own.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleCloses);
        await own.UntilAsync(async () => (await batch.BoardAsync()).Closed, "the sale has ended");
        (await reservation.Actor.SetDeliveryAsync(Work)).Refused.ShouldBe(Refusal.SaleClosed);
        (await reservation.Actor.GetDeliveryAsync()).Value.ShouldBe(Home);
        (await reservation.Actor.RemoveDeliveryAsync()).Value.ShouldBe(Effect.Done);
        (await reservation.Actor.GetDeliveryAsync()).Value.ShouldBeNull();
    }

    [Fact]
    public async Task It_goes_with_the_reservation_and_the_next_one_begins_without()
    {
        var (batch, reservation) = await ReserveAsync();
        await reservation.Actor.SetDeliveryAsync(Home);
        (await reservation.CancelAsync()).Value.ShouldBe(Effect.Done);
        StoredOf(reservation).ShouldBeNull();
        // An activation of the reservation that has not heard of the cancellation brings nothing back.
        (await reservation.Delivery.SetAsync(1, Home)).Refused.ShouldBe(Refusal.NotFound);
        (await reservation.ReserveAsync(Open)).Value!.Version.ShouldBe(2);
        (await reservation.Delivery.SetAsync(1, Home)).Refused.ShouldBe(Refusal.NotFound);
        (await reservation.Actor.GetDeliveryAsync()).ShouldBe(new Answer<Delivery?>(value: null));
        (await FindAsync((await batch.AskAsync(Requests.Wants(User, reservation: 2))).Outcomes[0].Order!))
            .ShouldBeNull();
    }
}
