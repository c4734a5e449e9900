using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Reservations;
using OrleansSale.Tests.Cluster.Erasing;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Reservations;

/// <summary>
/// The delivery details of a reservation while storage fails, silos die, and a purchase or a cancellation comes
/// between.
/// </summary>
public sealed class ReservedDeliveryFaultTests(SharedSale shared) : ReservedDeliverySale(shared)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancellation_that_is_cut_off_at_any_step_leaves_none_for_the_next_reservation(bool isStored)
    {
        var stops = new List<string>();
        for (var step = 0; ; step++)
        {
            var (_, reservation) = await ReserveAsync();
            await reservation.Actor.SetDeliveryAsync(Home);
            var storage = new FailingStorage(Sale, step, isStored);
            try
            {
                (await reservation.CancelAsync()).Value.ShouldBe(Effect.Done);
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                // The cancellation was cut off at this step.
            }
            storage.Repair();
            foreach (var actor in (IAddressable[])[reservation.Actor, reservation.Delivery])
                if (Sale.PlaceOf(actor) is not null) await Sale.DeactivateAsync(actor);
            (await reservation.CancelAsync()).Refused.ShouldBeNull();
            (await reservation.ReserveAsync(Open)).Value!.Version.ShouldBe(2);
            (await reservation.Actor.GetDeliveryAsync()).ShouldBe(new Answer<Delivery?>(value: null));
            StoredOf(reservation).ShouldBeNull();
            if (storage.StoppedAt is not { } stop) break;
            stops.Add(stop.Split('/')[0]);
        }
        stops.ShouldBe(["append batch", "clear reserved-delivery", "append reservation"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_checkout_that_is_cut_off_at_any_step_parts_no_order_from_it(bool isStored)
    {
        var stops = new List<string>();
        for (var step = 0; ; step++)
        {
            var (batch, reservation) = await ReserveAsync();
            await reservation.Actor.SetDeliveryAsync(Home);
            var order = await batch.OrderAsync(User);
            var storage = new FailingStorage(Sale, step, isStored);
            try
            {
                (await Sale.Order(order.Id).OpenCheckoutAsync(order.For(User), "Mi2")).Refused.ShouldBeNull();
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                // The checkout was cut off at this step.
            }
            storage.Repair();
            foreach (var actor in (IAddressable[])[Sale.Order(order.Id), reservation.Delivery, batch.Actor])
                if (Sale.PlaceOf(actor) is not null) await Sale.DeactivateAsync(actor);
            (await FindAsync(order)).ShouldBe(Home);
            (await Sale.Order(order.Id).OpenCheckoutAsync(order.For(User), "Mi2")).Refused.ShouldBeNull();
            DocumentsOf(order)!.Delivery.ShouldBe(Home);
            if (storage.StoppedAt is not { } stop) break;
            stops.Add(stop.Split('/')[0]);
        }
        stops.ShouldBe(["write order", "append batch"]);
    }

    [Fact]
    public async Task A_silo_that_dies_after_the_purchase_takes_nothing_with_it()
    {
        await using var own = await SaleHarness.StartAsync();
        var batch = await own.CreateBatchAsync();
        var reservation = own.Reservation(batch.Id, User);
        await reservation.ReserveAsync(Open with { ReservationCloses = own.Clock.Now.AddHours(1) });
        await reservation.Actor.SetDeliveryAsync(Home);
        var order = await batch.OrderAsync(User);
        await own.KillSiloAsync();
        (await own.Order(order.Id).FindDeliveryAsync(order)).ShouldBe(Home);
        (await own.Reservation(batch.Id, User).Actor.SetDeliveryAsync(Work)).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public async Task A_change_that_was_allowed_before_the_purchase_counts_for_its_order()
    {
        var (batch, reservation) = await ReserveAsync();
        await reservation.Actor.SetDeliveryAsync(Home);
        OrderView? order = null;
        Sale.Documents.OnChange = (change, isStored) =>
        {
            if (change == "write reserved-delivery" && !isStored)
                order = Task.Run(() => batch.OrderAsync(User)).GetAwaiter().GetResult();
        };
        (await reservation.Actor.SetDeliveryAsync(Work)).Value.ShouldBe(Work);
        Sale.Documents.OnChange = null;
        (await FindAsync(order!)).ShouldBe(Work);
        (await reservation.Actor.SetDeliveryAsync(Home)).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public async Task A_cancellation_waits_for_a_change_that_is_being_written_and_removes_it()
    {
        var (_, reservation) = await ReserveAsync();
        Task<Answer<Effect>>? cancelling = null;
        using var recorded = new ManualResetEventSlim();
        Sale.Ledger.OnChange = (change, isStored) =>
        {
            if (isStored && change.StartsWith("append batch", StringComparison.Ordinal)) recorded.Set();
        };
        Sale.Documents.OnChange = (change, isStored) =>
        {
            if (change != "write reserved-delivery" || isStored) return;
            cancelling = Task.Run(reservation.CancelAsync);
            recorded.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue("the batch has recorded the cancellation");
        };
        // The reservation's own actor does one thing at a time. This is what another activation of it would ask.
        (await reservation.Delivery.SetAsync(1, Home)).Value.ShouldBe(Home);
        (Sale.Documents.OnChange, Sale.Ledger.OnChange) = (null, null);
        (await cancelling!).Value.ShouldBe(Effect.Done);
        StoredOf(reservation).ShouldBeNull();
    }

    [Fact]
    public async Task A_change_whose_write_failed_is_not_taken_for_kept_when_it_is_said_again()
    {
        await using var own = await SaleHarness.StartAsync();
        var batch = await own.CreateBatchAsync();
        var reservation = own.Reservation(batch.Id, User);
        await reservation.ReserveAsync(Open with { ReservationCloses = own.Clock.Now.AddHours(1) });
        own.Documents.RefuseWrites();
        LostInfrastructure.Is(await Should.ThrowAsync<Exception>(() => reservation.Actor.SetDeliveryAsync(Home)))
            .ShouldBeTrue();
        (await reservation.Actor.SetDeliveryAsync(Home)).Value.ShouldBe(Home);
        own.Documents.Find<ReservedDeliveryDocument>(State, reservation.Key)!.Delivery.ShouldBe(Home);
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_to_be_so_keeps_nobody_from_paying_and_is_replaced_by_the_next()
    {
        var (batch, reservation) = await ReserveAsync();
        await reservation.Actor.SetDeliveryAsync(Home);
        var (second, other) = await ReserveAsync();
        await other.Actor.SetDeliveryAsync(Home);
        foreach (var each in new[] { reservation, other })
        {
            await Sale.DeactivateAsync(each.Delivery);
            Sale.Documents.Damage(State, each.Key);
        }
        await Should.ThrowAsync<StorageDamagedException>(() => reservation.Actor.GetDeliveryAsync());
        (await reservation.Actor.SetDeliveryAsync(Work)).Value.ShouldBe(Work);
        (await reservation.Actor.GetDeliveryAsync()).Value.ShouldBe(Work);

        var order = await second.OrderAsync(User);
        await Should.ThrowAsync<StorageDamagedException>(() => FindAsync(order));
        (await Sale.Order(order.Id).OpenCheckoutAsync(order.For(User), "Mi2")).Refused.ShouldBeNull();
        (await Sale.Order(order.Id).SetDeliveryAsync(order.Buyer, Work)).Value.ShouldBe(Work);
        (await FindAsync(order)).ShouldBe(Work);
        await second.CancelAsync(order);
        (await other.CancelAsync()).Value.ShouldBe(Effect.Done);
        StoredOf(other).ShouldBeNull();
        (await batch.BoardAsync()).Held.ShouldBe(0);
    }
}
