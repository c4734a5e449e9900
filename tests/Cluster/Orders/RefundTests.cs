using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>A refund that is owed is made once, whatever fails in between.</summary>
public sealed class RefundTests : IAsyncLifetime
{
    private const int Attempts = Journal<int>.MaxAttempts;

    // Each test has its own cluster, because the clock decides when refunds are retried.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_refund_is_made_once_though_every_answer_about_it_is_lost()
    {
        var (id, order) = await _sale.OwedAsync();
        _sale.Payments.LoseAnswers();
        await _sale.TickUntilAsync(() => _sale.Payments.Calls >= 3, "the provider is asked again");
        _sale.Payments.Recover();
        // Then the answers about the order's document are lost, then those about the batch's entry.
        _sale.Documents.LoseAnswers();
        _sale.Ledger.LoseAnswers(Attempts, Streams.OfBatch(id));
        await _sale.UntilRefundedAsync(id, "p-1");

        _sale.Payments.Refunds.Count.ShouldBe(1);
        (await _sale.Stored.TypesOfAsync(id)).Count(type => type == "RefundMade").ShouldBe(1);
        (await FrontRetry.AskAsync(() => _sale.Batch(id).StatusAsync(order))).ShouldBe(OrderStatus.Refunded);
        await _sale.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task A_provider_that_is_down_is_asked_ever_more_seldom_until_it_is_back()
    {
        var (id, order) = await _sale.OwedAsync();
        _sale.Payments.FallSilent();
        await _sale.TickForAsync(TimeSpan.FromMinutes(2), order.Id);
        // Due after 0, 1, 3, 7, 15, 31 and 63 s, and then at most every 60 s. Each is made at the next tick.
        _sale.Payments.Calls.ShouldBeInRange(5, 10);
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Refunding);
        _sale.Payments.Recover();
        var asked = _sale.Payments.Calls;
        await _sale.TickForAsync(TimeSpan.FromSeconds(62), order.Id);
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Refunded);
        _sale.Payments.Calls.ShouldBe(asked + 1);
    }

    [Fact]
    public async Task What_is_owed_survives_the_activation_and_is_paid_back_by_the_next()
    {
        var (id, order) = await _sale.OwedAsync();
        _sale.Payments.FallSilent();
        await _sale.TickUntilAsync(() => _sale.Payments.Calls > 0, "the provider is asked");
        await _sale.DeactivateAsync(_sale.Batch(id).Actor);
        _sale.Payments.Recover();
        // Nobody asks for the order: the start-up sweep wakes the batch.
        await _sale.Catalogue.WakeAllAsync();
        await _sale.UntilRefundedAsync(id, "p-1");
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Refunded);
    }

    [Fact]
    public async Task A_refund_made_before_the_crash_that_lost_its_record_is_not_made_again()
    {
        var (id, _) = await _sale.OwedAsync();
        // The provider has refunded, the document is lost, and the batch does not know.
        await _sale.Order($"{id}.3").RefundAsync(SoleProvider.Name, "p-1", Price, 0);
        await _sale.DeactivateAsync(_sale.Order($"{id}.3"));
        _sale.Documents.Clear();
        await _sale.DeactivateAsync(_sale.Batch(id).Actor);
        await _sale.Batch(id).Actor.WakeAsync();
        await _sale.UntilRefundedAsync(id, "p-1");
        _sale.Payments.Refunds.Count.ShouldBe(1);
        await _sale.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task Many_refunds_are_all_made_though_some_keep_failing()
    {
        const int Orders = 50;
        var id = (await _sale.CreateBatchAsync(stock: Orders)).Id;
        var batch = _sale.Batch(id);
        for (var i = 0; i < Orders; i++)
        {
            var order = await batch.OrderAsync($"weibo:u{i}");
            await batch.PayAsync(order, $"p-{i}");
            await batch.CancelAsync(order);
        }
        _sale.Payments.FallSilent();
        await _sale.TickForAsync(TimeSpan.FromSeconds(3), $"{id}.3");
        _sale.Payments.Recover();
        await _sale.TickUntilAsync(() => _sale.Payments.Refunds.Count == Orders, "all are paid back");
        await _sale.UntilRefundedAsync(id, $"p-{Orders - 1}");
        await _sale.TickUntilAsync(
            async () => (await batch.Actor.ListOrdersAsync(0, 100)).Orders.All(
                order => order.Status == OrderStatus.Refunded),
            "all are recorded");
        (await _sale.Stored.AuditAsync(id)).Units.Free.ShouldBe(Orders);
    }

    [Fact]
    public async Task A_refused_refund_is_told_once_shown_as_a_fault_and_told_again_when_it_is_made()
    {
        var (id, order) = await _sale.OwedAsync();
        _sale.Payments.Decline("409 insufficient-funds");
        await _sale.TickForAsync(TimeSpan.FromSeconds(20), order.Id);
        _sale.Payments.Calls.ShouldBeInRange(4, 7);
        var told = _sale.Log.With("stalled").ShouldHaveSingleItem();
        told.Exception.ShouldBeNull();
        foreach (var part in (string[])[order.Id, "p-1", "409 insufficient-funds"]) told.Text.ShouldContain(part);
        var fault = (await _sale.Batch(id).Actor.ListFaultsAsync()).ShouldHaveSingleItem();
        (fault.Kind, fault.Batch).ShouldBe((FaultKind.RefundStalled, id));
        fault.Since.ShouldBeInRange(_sale.Clock.Now.AddSeconds(-20), _sale.Clock.Now.AddSeconds(-19));
        foreach (var part in (string[])[order.Id, "p-1", "409 insufficient-funds"]) fault.Detail.ShouldContain(part);

        _sale.Payments.Decline("404 not-found");
        await _sale.TickForAsync(TimeSpan.FromSeconds(62), order.Id);
        _sale.Log.With("stalled").Count.ShouldBe(2);
        _sale.Payments.Recover();
        await _sale.UntilRefundedAsync(id, "p-1");
        _sale.Log.With("is refunded as r-p-1").ShouldHaveSingleItem().Exception.ShouldBeNull();
        (await _sale.Batch(id).Actor.ListFaultsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stalled_refund_is_in_the_ledger_once_for_each_reason_and_stalled_for_the_next_activation_too()
    {
        var (id, order) = await _sale.OwedAsync();
        _sale.Payments.Decline("409 insufficient-funds");
        await _sale.TickForAsync(TimeSpan.FromSeconds(20), order.Id);
        var since = (await _sale.Batch(id).Actor.ListFaultsAsync()).ShouldHaveSingleItem().Since;
        _sale.Payments.FallSilent();
        await _sale.DeactivateAsync(_sale.Batch(id).Actor);
        await _sale.Batch(id).Actor.WakeAsync();
        _sale.Payments.Recover();
        _sale.Payments.Decline("409 insufficient-funds");
        await _sale.TickForAsync(TimeSpan.FromSeconds(5), order.Id);
        var fault = (await _sale.Batch(id).Actor.ListFaultsAsync()).ShouldHaveSingleItem();
        (fault.Since - since).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(1));
        _sale.Payments.Decline("404 not-found");
        await _sale.TickForAsync(TimeSpan.FromSeconds(62), order.Id);
        (await _sale.Stored.TypesOfAsync(id)).Count(type => type == "RefundStalled").ShouldBe(2);
        (await _sale.Batch(id).Actor.ReadMoneyAsync()).Issues.ShouldHaveSingleItem().Code.ShouldBe("404 not-found");
        _sale.Payments.Recover();
        await _sale.UntilRefundedAsync(id, "p-1");
        (await _sale.Batch(id).Actor.ReadMoneyAsync()).Issues.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_paid_back_by_hand_settles_what_is_owed()
    {
        var (id, order) = await _sale.OwedAsync();
        _sale.Payments.WasPaidBackByHand = true;
        await _sale.UntilRefundedAsync(id, "p-1");
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Refunded);
        (await _sale.Stored.AuditAsync(id)).PaymentOf("p-1").Refund.ShouldBe("r-p-1");
        _sale.Log.With("by other means").ShouldHaveSingleItem().Text.ShouldContain(order.Id);
    }

    [Fact]
    public async Task A_provider_that_gives_the_refund_of_another_payment_settles_nothing_until_it_tells_the_truth()
    {
        var (id, order) = await _sale.OwedAsync();
        await _sale.UntilRefundedAsync(id, "p-1");
        var second = await _sale.Batch(id).OrderAsync("weibo:b");
        await _sale.Batch(id).PayAsync(second, "p-2");
        _sale.Payments.Lie();
        await _sale.Batch(id).CancelAsync(second);
        await _sale.TickForAsync(TimeSpan.FromSeconds(5), second.Id);
        (await _sale.Batch(id).StatusAsync(second)).ShouldBe(OrderStatus.Refunding);
        _sale.Payments.Refunds.Keys.ShouldBe(["p-1"]);
        _sale.Payments.Recover();
        await _sale.TickForAsync(TimeSpan.FromSeconds(62), second.Id);
        (await _sale.Batch(id).StatusAsync(second)).ShouldBe(OrderStatus.Refunded);
    }

    [Fact]
    public async Task Refunds_that_are_refused_for_ever_keep_none_of_the_others_waiting()
    {
        // More refunds than are tried, one after the other at each tick, before the first is due again.
        const int Refused = 150;
        var id = (await _sale.CreateBatchAsync(stock: Refused + 1)).Id;
        var batch = _sale.Batch(id);
        for (var i = 0; i <= Refused; i++)
        {
            var order = await batch.OrderAsync($"weibo:u{i}");
            await batch.PayAsync(order, i < Refused ? $"p-{i}" : "good");
            await batch.CancelAsync(order);
        }
        _sale.Payments.DeclinesRefundOf = payment => payment != "good";
        await _sale.TickUntilAsync(() => _sale.Payments.Refunds.ContainsKey("good"), "the last one is paid back");
        await Eventually.HoldsAsync(() => _sale.Payments.Calls > Refused, "those beside it are asked for, too");
        _sale.Payments.Calls.ShouldBeLessThanOrEqualTo(
            Refused + 1 + 16, "each was asked for once before any was asked for again");
        (await batch.Actor.ListFaultsAsync()).Length.ShouldBe(101);
    }
}
