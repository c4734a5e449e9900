using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.Orders;
using OrleansSale.Grains.Reservations;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Erasing;

/// <summary>
/// One user's data are removed from a batch as soon as no order needs them, and they do not come back.
/// </summary>
public sealed class UserErasureTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private const string User = "weibo:小明";
    private const string ReservedDelivery = "reserved-delivery";

    private static readonly Delivery Home = new("王小明", "+86 10 5555 0100", "北京市海淀区清河中街 68 号");

    private Schedule Open => new(
        sale.Clock.Now.AddHours(-1), sale.Clock.Now.AddHours(1), sale.Clock.Now.AddHours(2),
        sale.Clock.Now.AddHours(3));

    [Fact]
    public async Task It_is_refused_while_an_order_may_need_the_user()
    {
        await using var own = await SaleHarness.StartAsync();
        var id = (await own.CreateBatchAsync()).Id;
        var (batch, reservation) = (own.Batch(id), own.Reservation(id, User));
        await reservation.ReserveAsync(Open with { ReservationCloses = own.Clock.Now.AddHours(1) });
        var order = await batch.OrderAsync(User);
        (await reservation.EraseAsync()).Refused.ShouldBe(Refusal.Conflict);
        (await batch.PayAsync(order, "p-1")).Value.ShouldBe(CaptureResult.Sold);
        var conflict = await reservation.EraseAsync();
        (conflict.Refused, conflict.Detail).ShouldBe((Refusal.Conflict, $"order {order.Id} has not ended"));
        own.Payments.FallSilent();
        await batch.CancelAsync(order);
        (await batch.StatusAsync(order)).ShouldBe(OrderStatus.Refunding);
        (await reservation.EraseAsync()).Refused.ShouldBe(Refusal.Conflict);
        // Nothing was removed by any of these.
        (await reservation.GetAsync()).Value!.Version.ShouldBe(1);
        own.Payments.Recover();
        await Eventually.HoldsAsync(
            async () =>
            {
                await own.Clock.AdvanceAsync(Agenda.Period);
                return await batch.StatusAsync(order) == OrderStatus.Refunded;
            },
            "it is paid back");
        (await reservation.EraseAsync()).Value.ShouldBe(Effect.Done);
    }

    [Fact]
    public async Task A_paid_order_needs_its_user_until_the_sale_has_ended_and_no_longer()
    {
        await using var own = await SaleHarness.StartAsync();
        var id = (await own.CreateBatchAsync()).Id;
        var (batch, reservation) = (own.Batch(id), own.Reservation(id, User));
        await reservation.ReserveAsync(Open with { ReservationCloses = own.Clock.Now.AddHours(1) });
        (await reservation.Actor.SetDeliveryAsync(Home)).Value.ShouldBe(Home);
        var order = await batch.OrderAsync(User);
        await batch.PayAsync(order, "p-1");
        (await own.Order(order.Id).SetDeliveryAsync(order.Buyer, Home)).Value.ShouldBe(Home);
        await own.Clock.AdvanceToAsync(Terms(id, SaleClock.Noon).Schedule.SaleCloses.AddMilliseconds(-1));
        (await reservation.EraseAsync()).Refused.ShouldBe(Refusal.Conflict);
        await own.Clock.AdvanceAsync(Agenda.Period);
        (await reservation.EraseAsync()).Value.ShouldBe(Effect.Done);
        foreach (var isAwake in (bool[])[true, false])
        {
            if (!isAwake) await own.DeactivateAsync(own.Order(order.Id));
            (await own.Order(order.Id).SetDeliveryAsync(order.Buyer, Home)).Refused.ShouldBe(Refusal.NotFound);
            (await own.Order(order.Id).FindDeliveryAsync(order)).ShouldBeNull();
        }
        // Nor does an activation bring them back that has not heard of the erasure.
        (await reservation.Delivery.SetAsync(1, Home)).Refused.ShouldBe(Refusal.Conflict);
        own.Documents.Find<ReservedDeliveryDocument>(ReservedDelivery, reservation.Key).ShouldBeNull();
        (await batch.StatusAsync(order)).ShouldBe(OrderStatus.Paid);
        await own.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task The_reservation_is_cancelled_and_what_stays_names_nobody_and_lets_nobody_begin_again()
    {
        var (id, reservation, order) = await CancelledOrderAsync();
        (await reservation.EraseAsync()).Value.ShouldBe(Effect.Done);
        await IsErasedAsync(id, reservation, order);
        (await reservation.EraseAsync()).Value.ShouldBe(Effect.AlreadySo);
        await sale.DeactivateAsync(reservation.Actor);
        await IsErasedAsync(id, reservation, order);
        (await reservation.EraseAsync()).Value.ShouldBe(Effect.AlreadySo);

        (await sale.Actors.GetGrain<IRosterGrain>(id).ListAsync(null, 10)).ShouldSatisfyAllConditions(
            page => page.Reservations.ShouldBeEmpty(), page => page.Damaged.ShouldBeEmpty());
        (await sale.Stored.CountOpenAsync(Streams.OfReservations(id), TestContext.Current.CancellationToken))
            .ShouldBe(0);
        // The order still has its owner's alias. Only the batch's key can make it from the user; the user is stored
        // nowhere.
        (await sale.Batch(id).Actor.ListOrdersOfAsync(reservation.Alias)).Orders.Single().Id.ShouldBe(order.Id);
    }

    [Fact]
    public async Task A_user_who_never_reserved_has_nothing_to_remove()
    {
        var reservation = sale.Reservation((await sale.CreateBatchAsync()).Id, User);
        (await reservation.EraseAsync()).Value.ShouldBe(Effect.AlreadySo);
        sale.Ledger.AppendsOf(reservation.Stream).ShouldBe(0);
        (await reservation.ReserveAsync(Open)).Value!.Version.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cut_off_at_any_step_it_is_finished_when_it_is_asked_again(bool isStored)
    {
        var stops = new List<string>();
        for (var step = 0; ; step++)
        {
            var (id, reservation, order) = await CancelledOrderAsync();
            var storage = new FailingStorage(sale, step, isStored);
            try
            {
                (await reservation.EraseAsync()).Value.ShouldBe(Effect.Done);
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                // The erasure was cut off at this step.
            }
            storage.Repair();
            foreach (var actor in (IAddressable[])[reservation.Actor, reservation.Delivery, sale.Order(order.Id),
                sale.Batch(id).Actor])
                if (sale.PlaceOf(actor) is not null) await sale.DeactivateAsync(actor);
            // An interrupted erasure that has removed the stream does not let the user start again.
            var isGone = (await sale.Stored.ReadHeadAsync(
                reservation.Stream, TestContext.Current.CancellationToken)).Seq == 0;
            if (isGone) (await reservation.ReserveAsync(Open)).Refused.ShouldBe(Refusal.LimitReached);

            (await reservation.EraseAsync()).Refused.ShouldBeNull();
            await IsErasedAsync(id, reservation, order);
            if (storage.StoppedAt is not { } stop) break;
            stops.Add(stop.Split('/')[0]);
        }
        stops.ShouldBe(["append batch", "clear reserved-delivery", "append reservation", "write order", "purge",
            "erase reservation", "append reservation"]);
    }

    // A user who reserved, said where to deliver, bought, said it again and cancelled. The order has ended, and the
    // reservation is still open.
    private async Task<(string Id, UserReservation Reservation, OrderView Order)> CancelledOrderAsync()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var reservation = sale.Reservation(id, User);
        (await reservation.ReserveAsync(Open)).Refused.ShouldBeNull();
        (await reservation.Actor.SetDeliveryAsync(Home)).Value.ShouldBe(Home);
        var order = await sale.Batch(id).OrderAsync(User);
        (await sale.Order(order.Id).SetDeliveryAsync(order.Buyer, Home)).Value.ShouldBe(Home);
        (await sale.Batch(id).CancelAsync(order)).Value!.Status.ShouldBe(OrderStatus.Cancelled);
        return (id, reservation, order);
    }

    private async Task IsErasedAsync(string id, UserReservation reservation, OrderView order)
    {
        (await reservation.GetAsync()).Refused.ShouldBe(Refusal.LimitReached);
        (await reservation.ReserveAsync(Open)).Refused.ShouldBe(Refusal.LimitReached);
        var stored = new StringBuilder();
        await foreach (var commit in sale.Stored.ReadAsync(
            reservation.Stream, cancellationToken: TestContext.Current.CancellationToken))
            stored.Append(Encoding.UTF8.GetString(commit.Entries.Span));
        stored.ToString().ShouldContain("\"type\":\"erased\"");
        stored.ToString().Split('\n').Length.ShouldBe(2, "one line and its end");
        stored.ToString().ShouldNotContain("小明");
        sale.Documents.Find<OrderDocuments>("order", order.Id)!.Delivery.ShouldBeNull();
        sale.Documents.Find<ReservedDeliveryDocument>(ReservedDelivery, reservation.Key).ShouldBeNull();
        (await reservation.Actor.GetDeliveryAsync()).Refused.ShouldBe(Refusal.NotFound);
        (await reservation.Actor.SetDeliveryAsync(Home)).Refused.ShouldBe(Refusal.NotFound);
        (await sale.Batch(id).Actor.GetCancelledVersionAsync(reservation.Alias)).ShouldBe(1);
        (await sale.Batch(id).BuyAsync(User, key: "again")).Refused.ShouldBe(Refusal.TicketInvalid);
    }
}
