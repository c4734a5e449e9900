using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>Paid buyers give units back, and the batch's own work offers them to the line.</summary>
public sealed class ReturnTests : IAsyncLifetime
{
    private const int GraceSeconds = 30;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    // Each test has its own cluster, because the clock decides when refunds are tried.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task The_capture_sells_and_owes_back_in_one_commit_and_the_refund_is_made_once()
    {
        var (batch, paid) = await PaidAsync();
        await batch.StandByAsync("weibo:b");
        (await GiveBackAsync(batch, paid)).Value!.Return.ShouldBe(OrderReturn.BeingPaid, "in the same commit");
        (await _sale.Stored.CommitsOfAsync(batch.Id))[^1].Count.ShouldBe(2);
        var offer = await OfferOfAsync(batch, "weibo:b");
        (await batch.PayAsync(offer, "p-b")).Value.ShouldBe(CaptureResult.Sold);
        (await batch.PayAsync(offer, "p-b")).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        (await _sale.Stored.TypesOfAsync(batch.Id)).Where(type => type != "RefundMade").TakeLast(3)
            .ShouldBe(["Released", "RefundOwed", "Sold"]);

        await _sale.UntilAsync(async () => await batch.StatusAsync(paid) == OrderStatus.Refunded, "it is paid back");
        _sale.Payments.Refunds.Keys.ShouldBe(["p-a"]);
        (await _sale.Stored.AuditAsync(batch.Id)).Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task A_return_is_known_to_the_next_activation_and_so_is_who_may_pay_for_it()
    {
        var (batch, paid) = await PaidAsync();
        await GiveBackAsync(batch, paid);
        await _sale.DeactivateAsync(batch.Actor);
        await batch.StandByAsync("weibo:b");
        await _sale.Clock.AdvanceAsync(Soon);
        var offer = await OfferOfAsync(batch, "weibo:b");
        await _sale.DeactivateAsync(batch.Actor);
        (await ReadAsync(batch, paid)).Return.ShouldBe(OrderReturn.BeingPaid);

        await _sale.Clock.AdvanceToAsync(offer.PayBy.AddSeconds(GraceSeconds) + Soon);
        (await ReadAsync(batch, paid)).ShouldSatisfyAllConditions(
            order => order.Return.ShouldBe(OrderReturn.Offered), order => order.Status.ShouldBe(OrderStatus.Paid));
        (await batch.PlaceAsync("weibo:b")).State.ShouldBe(PlaceState.Passed);
        await _sale.Stored.AuditAsync(batch.Id);
    }

    [Fact]
    public async Task A_return_that_is_kept_while_somebody_may_pay_is_kept_for_the_next_activation_too()
    {
        var (batch, paid) = await PaidAsync();
        foreach (var user in (string[])["weibo:b", "weibo:c"]) await batch.StandByAsync(user);
        await GiveBackAsync(batch, paid);
        (await batch.Actor.CancelReturnAsync(paid.Seq, paid.Buyer)).Value!.Return.ShouldBe(OrderReturn.Ending);
        var offer = await OfferOfAsync(batch, "weibo:b");
        await _sale.DeactivateAsync(batch.Actor);
        (await ReadAsync(batch, paid)).Return.ShouldBe(OrderReturn.Ending);

        await _sale.Clock.AdvanceToAsync(offer.PayBy.AddSeconds(GraceSeconds) + Soon);
        (await ReadAsync(batch, paid)).ShouldSatisfyAllConditions(
            order => order.Return.ShouldBeNull(), order => order.Status.ShouldBe(OrderStatus.Paid));
        (await batch.PlaceAsync("weibo:c")).State.ShouldBe(PlaceState.Waiting);
        await _sale.Stored.AuditAsync(batch.Id);
    }

    [Fact]
    public async Task A_refund_that_was_owed_by_a_return_survives_the_activation()
    {
        var (batch, paid) = await PaidAsync();
        _sale.Payments.FallSilent();
        await batch.StandByAsync("weibo:b");
        await GiveBackAsync(batch, paid);
        await batch.PayAsync(await OfferOfAsync(batch, "weibo:b"), "p-b");
        await _sale.DeactivateAsync(batch.Actor);
        (await batch.StatusAsync(paid)).ShouldBe(OrderStatus.Refunding);
        _sale.Payments.Recover();
        await _sale.Catalogue.WakeAllAsync();
        await _sale.UntilAsync(async () => await batch.StatusAsync(paid) == OrderStatus.Refunded, "it is paid back");
        (await _sale.Stored.TypesOfAsync(batch.Id)).Count(type => type == "RefundMade").ShouldBe(1);
        await _sale.Stored.AuditAsync(batch.Id);
    }

    [Fact]
    public async Task A_batch_with_a_live_offer_of_a_return_is_not_settled_after_its_end()
    {
        var (batch, paid) = await PaidAsync();
        await batch.StandByAsync("weibo:b");
        await GiveBackAsync(batch, paid);
        await batch.OperateAsync(OperatorAction.Close);
        (await batch.BoardAsync()).Held.ShouldBe(0, "a hold for a return counts no units");
        (await batch.Actor.WakeAsync()).ShouldBeTrue("there is work left");
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(batch.Terms.PaymentWindowSeconds + GraceSeconds) + Soon);
        await _sale.UntilAsync(async () => !await batch.Actor.WakeAsync(), "nothing is left to do");
        (await ReadAsync(batch, paid)).ShouldSatisfyAllConditions(
            order => order.Return.ShouldBeNull(), order => order.Status.ShouldBe(OrderStatus.Paid));
    }

    [Fact]
    public async Task A_return_and_its_end_are_refused_to_others_and_repeats_change_nothing()
    {
        var (batch, paid) = await PaidAsync();
        var stranger = batch.AliasOf("weibo:stranger");
        (await batch.Actor.OfferReturnAsync(paid.Seq, stranger)).Refused.ShouldBe(Refusal.NotFound);
        (await batch.Actor.CancelReturnAsync(paid.Seq, stranger)).Refused.ShouldBe(Refusal.NotFound);
        await GiveBackAsync(batch, paid);
        var head = (await batch.BoardAsync()).Seq;
        (await GiveBackAsync(batch, paid)).Value!.Return.ShouldBe(OrderReturn.Offered);
        (await batch.BoardAsync()).Seq.ShouldBe(head);
        for (var time = 0; time < 2; time++)
            (await batch.Actor.CancelReturnAsync(paid.Seq, paid.Buyer)).Value!.Return.ShouldBeNull();
        (await batch.BoardAsync()).Seq.ShouldBe(head + 1);
    }

    private async Task<(TestBatch Batch, OrderView Paid)> PaidAsync()
    {
        var batch = await _sale.CreateBatchAsync(1, change: terms => terms with { StandbyLimit = 10 });
        var order = await batch.OrderAsync("weibo:a");
        (await batch.PayAsync(order, "p-a")).Value.ShouldBe(CaptureResult.Sold);
        return (batch, order);
    }

    private static Task<Answer<OrderView>> GiveBackAsync(TestBatch batch, OrderView order) =>
        batch.Actor.OfferReturnAsync(order.Seq, order.Buyer);

    private static async Task<OrderView> ReadAsync(TestBatch batch, OrderView order) =>
        (await batch.Actor.GetOrderAsync(order.Seq, order.Buyer)).Value!;

    private static async Task<OrderView> OfferOfAsync(TestBatch batch, string user)
    {
        var place = await batch.PlaceAsync(user);
        place.State.ShouldBe(PlaceState.Offered);
        return (await batch.Actor.GetOrderAsync(place.Order!.Value, batch.AliasOf(user))).Value!;
    }
}
