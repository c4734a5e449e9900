using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>Units that come back go to the line, in its order, by the batch's own work.</summary>
public sealed class LineTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private const int GraceSeconds = 30;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_unit_whose_hold_expired_is_offered_to_the_first_in_line_with_a_fresh_window()
    {
        var batch = await SoldOutAsync(1);
        (await batch.StandByAsync("weibo:b")).ShouldSatisfyAllConditions(
            place => place.Place.ShouldBe(1), place => place.Ahead.ShouldBe(0),
            place => place.State.ShouldBe(PlaceState.Waiting));
        (await batch.StandByAsync("weibo:c")).Ahead.ShouldBe(1);
        (await batch.BoardAsync()).Standby.ShouldBe(2);

        await sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(batch.Terms.PaymentWindowSeconds + GraceSeconds) + Soon);
        var place = await batch.PlaceAsync("weibo:b");
        place.State.ShouldBe(PlaceState.Offered);
        var offer = (await batch.Actor.GetOrderAsync(place.Order!.Value, batch.AliasOf("weibo:b"))).Value!;
        offer.ShouldSatisfyAllConditions(
            order => order.Units.ShouldBe([1]), order => order.Place.ShouldBe(1),
            order => order.Status.ShouldBe(OrderStatus.AwaitingPayment),
            order => order.PayBy.ShouldBe(order.HeldAt.AddSeconds(batch.Terms.PaymentWindowSeconds)));
        (await batch.PlaceAsync("weibo:c")).Ahead.ShouldBe(0);

        (await batch.PayAsync(offer, "p1")).Value.ShouldBe(CaptureResult.Sold);
        (await batch.PlaceAsync("weibo:b")).State.ShouldBe(PlaceState.Taken);
        await sale.Stored.AuditAsync(batch.Id);
    }

    [Fact]
    public async Task A_cancelled_order_is_offered_in_the_same_commit_and_nobody_overtakes()
    {
        var batch = await SoldOutAsync(1);
        var held = (await batch.Actor.ListOrdersAsync(0, 1)).Orders.Single();
        await batch.StandByAsync("weibo:b");
        (await batch.CancelAsync(held)).Refused.ShouldBeNull();

        (await sale.Stored.CommitsOfAsync(batch.Id))[^1].Count.ShouldBe(2);
        (await sale.Stored.TypesOfAsync(batch.Id))[^2..].ShouldBe(["Released", "Held"]);
        (await batch.BuyAsync("weibo:c")).ShouldBe(PurchaseOutcome.SoldOut(
            (await batch.BoardAsync()).Seq, mayStandBy: true));
        (await batch.PlaceAsync("weibo:b")).State.ShouldBe(PlaceState.Offered);
    }

    [Fact]
    public async Task An_offer_that_expires_or_is_declined_goes_to_the_next()
    {
        var batch = await SoldOutAsync(1, offerWindowSeconds: 60);
        var held = (await batch.Actor.ListOrdersAsync(0, 1)).Orders.Single();
        foreach (var user in (string[])["weibo:b", "weibo:c", "weibo:d"]) await batch.StandByAsync(user);
        await batch.CancelAsync(held);

        var first = await OfferOfAsync(batch, "weibo:b");
        first.PayBy.ShouldBe(first.HeldAt.AddSeconds(60));
        (await batch.CancelAsync(first)).Value!.Status.ShouldBe(OrderStatus.Cancelled);
        (await batch.PlaceAsync("weibo:b")).State.ShouldBe(PlaceState.Passed);

        var second = await OfferOfAsync(batch, "weibo:c");
        await sale.Clock.AdvanceToAsync(second.PayBy.AddSeconds(GraceSeconds) + Soon);
        (await batch.PlaceAsync("weibo:c")).State.ShouldBe(PlaceState.Passed);
        (await OfferOfAsync(batch, "weibo:d")).Units.ShouldBe([1]);
        (await sale.Stored.TypesOfAsync(batch.Id))[^6..]
            .ShouldBe(["Released", "Left", "Held", "Released", "Left", "Held"]);
    }

    [Fact]
    public async Task A_partial_offer_may_be_declined_once_without_losing_the_place()
    {
        var batch = await SoldOutAsync(2, limit: 2);
        var orders = (await batch.Actor.ListOrdersAsync(0, 2)).Orders;
        await batch.StandByAsync("weibo:b", quantity: 2);
        await batch.CancelAsync(orders[0]);
        var part = await OfferOfAsync(batch, "weibo:b");
        part.Units.Length.ShouldBe(1);

        // Declined: the place waits again, and is offered the same unit. Now the place ends with it.
        await batch.CancelAsync(part);
        var again = await OfferOfAsync(batch, "weibo:b");
        again.Seq.ShouldBeGreaterThan(part.Seq);
        await batch.CancelAsync(again);
        (await batch.PlaceAsync("weibo:b")).State.ShouldBe(PlaceState.Passed);
        (await batch.BoardAsync()).Standby.ShouldBe(0);
    }

    [Fact]
    public async Task A_restock_goes_to_the_line_and_a_pause_keeps_it_waiting()
    {
        var batch = await SoldOutAsync(1);
        await batch.StandByAsync("weibo:b");
        await batch.OperateAsync(OperatorAction.Pause);
        await batch.OperateAsync(OperatorAction.Restock, 1);
        await sale.Clock.AdvanceAsync(Soon);
        (await batch.PlaceAsync("weibo:b")).State.ShouldBe(PlaceState.Waiting);
        (await batch.BoardAsync()).Free.ShouldBe(1);

        await batch.OperateAsync(OperatorAction.Resume);
        await sale.Clock.AdvanceAsync(Soon);
        (await OfferOfAsync(batch, "weibo:b")).Units.ShouldBe([2]);
    }

    [Fact]
    public async Task The_end_of_the_sale_ends_waiting_places_and_a_live_offer_may_still_be_paid()
    {
        var batch = await SoldOutAsync(1);
        var held = (await batch.Actor.ListOrdersAsync(0, 1)).Orders.Single();
        await batch.StandByAsync("weibo:b");
        await batch.StandByAsync("weibo:c");
        await batch.CancelAsync(held);
        await batch.OperateAsync(OperatorAction.Close);

        (await batch.PlaceAsync("weibo:c")).State.ShouldBe(PlaceState.Ended);
        (await batch.BoardAsync()).Standby.ShouldBe(0);
        (await batch.PayAsync(await OfferOfAsync(batch, "weibo:b"), "p")).Value.ShouldBe(CaptureResult.Sold);
    }

    [Fact]
    public async Task The_next_activation_knows_the_line_and_finishes_what_was_left()
    {
        var batch = await SoldOutAsync(1);
        await batch.StandByAsync("weibo:b", key: "k");
        await batch.StandByAsync("weibo:c");
        await sale.DeactivateAsync(batch.Actor);

        (await batch.StandByAsync("weibo:b", key: "k")).Place.ShouldBe(1);
        (await batch.PlaceAsync("weibo:c")).Ahead.ShouldBe(1);
        await sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(batch.Terms.PaymentWindowSeconds + GraceSeconds) + Soon);
        var offer = await OfferOfAsync(batch, "weibo:b");
        (await batch.AskAsync(StandsBy("weibo:b", key: "k"))).Outcomes.Single().Order!.Seq.ShouldBe(offer.Seq);
    }

    [Fact]
    public async Task A_place_ends_with_its_reservation_by_leaving_and_by_an_operator()
    {
        var batch = await SoldOutAsync(1);
        foreach (var user in (string[])["weibo:b", "weibo:c", "weibo:d"]) await batch.StandByAsync(user);
        (await batch.Actor.CancelReservationAsync(batch.AliasOf("weibo:b"), 1)).Value.ShouldBe(Effect.Done);
        (await batch.Actor.LeaveLineAsync(batch.AliasOf("weibo:c"))).Value.ShouldBe(Effect.Done);
        (await batch.Actor.LeaveLineAsync(batch.AliasOf("weibo:c"))).Value.ShouldBe(Effect.AlreadySo);
        var by = batch.AliasOf(TestBatch.Operator);
        (await batch.Actor.CommandAsync(BuyerCommand.OnPlace(
            3, CancelReason.SuspectedFraud, by, batch.Key.HashOf(by, "m")))).Value!.Effect.ShouldBe(Effect.Done);

        (await batch.Actor.ListLineAsync(0, 10)).Places.Select(place => place.State)
            .ShouldBe([PlaceState.Left, PlaceState.Left, PlaceState.Removed]);
        (await batch.BoardAsync()).Standby.ShouldBe(0);
    }

    private async Task<TestBatch> SoldOutAsync(int stock, int limit = 1, int? offerWindowSeconds = null)
    {
        var batch = await sale.CreateBatchAsync(
            stock, limit, change: terms => terms with { OfferWindowSeconds = offerWindowSeconds, StandbyLimit = 10 });
        for (var unit = 1; unit <= stock; unit++) await batch.OrderAsync($"weibo:holder{unit}");
        return batch;
    }

    private static async Task<OrderView> OfferOfAsync(TestBatch batch, string user)
    {
        var place = await batch.PlaceAsync(user);
        place.State.ShouldBe(PlaceState.Offered);
        return (await batch.Actor.GetOrderAsync(place.Order!.Value, batch.AliasOf(user))).Value!;
    }
}
