using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>The engine closes the checkouts that a provider does not end, and takes the payments it finds.</summary>
public sealed class ClosingTests : IAsyncLifetime
{
    // Its own for every test: closings go on by the clock.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync()
    {
        _sale.Payments.EndsCheckouts = false;
        return _sale.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_checkout_is_closed_at_payBy_and_not_before_and_the_hold_ends_by_its_own_deadline()
    {
        var (id, order) = await CheckedOutAsync();
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddMilliseconds(-1));
        _sale.Payments.CloseCounts.ShouldBeEmpty();
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(1));
        await UntilClosedAsync(order);
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.AwaitingPayment);
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(31));
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Expired);
        _sale.Payments.CloseCounts.ShouldHaveSingleItem().Value.ShouldBe(1, "once");
    }

    [Fact]
    public async Task A_checkout_that_was_paid_is_a_capture()
    {
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(1));
        await UntilClosedAsync(order);
        await Eventually.HoldsAsync(
            async () => await _sale.Batch(id).StatusAsync(order) == OrderStatus.Paid, "the order is paid");
        (await _sale.Batch(id).PayAsync(order, "p-1")).Value.ShouldBe(CaptureResult.AlreadyRecorded);
    }

    [Fact]
    public async Task The_checkout_of_a_cancelled_order_is_closed_and_its_money_goes_back()
    {
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        await _sale.Batch(id).CancelAsync(order);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        await UntilRefundedAsync("p-1");
        _sale.Payments.CloseCounts.ShouldContainKey($"c-{order.Id}");
    }

    [Fact]
    public async Task A_repeated_cancellation_closes_the_checkout_once()
    {
        var (id, order) = await CheckedOutAsync();
        for (var i = 0; i < 5; i++) await _sale.Batch(id).CancelAsync(order);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        await UntilClosedAsync(order);
        await _sale.Batch(id).CancelAsync(order);
        // Another order's closing is the last one that is started.
        var other = await CheckOutAsync(id, "weibo:b");
        await _sale.Batch(id).CancelAsync(other);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        await UntilClosedAsync(other);
        _sale.Payments.CloseCounts[$"c-{order.Id}"].ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_is_silent_is_asked_again_also_by_the_next_activation(bool forgets)
    {
        var (id, order) = await CheckedOutAsync();
        var cancelled = await CheckOutAsync(id, "weibo:b");
        await _sale.Batch(id).CancelAsync(cancelled);
        _sale.Payments.FallSilent();
        var asked = _sale.Payments.Calls;
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(1));
        await Eventually.HoldsAsync(() => _sale.Payments.Calls > asked, "it is asked");
        _sale.Payments.Recover();
        if (forgets)
        {
            await _sale.DeactivateAsync(_sale.Batch(id).Actor);
            await _sale.Batch(id).Actor.WakeAsync();
        }
        foreach (var one in (OrderView[])[order, cancelled])
            await Eventually.HoldsAsync(async () =>
            {
                await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
                return _sale.Payments.CloseCounts.ContainsKey($"c-{one.Id}");
            }, "it is closed");
    }

    [Fact]
    public async Task A_provider_that_ends_checkouts_by_itself_is_not_asked()
    {
        _sale.Payments.EndsCheckouts = true;
        var (id, order) = await CheckedOutAsync();
        await _sale.Batch(id).CancelAsync(await CheckOutAsync(id, "weibo:b"));
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(40));
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Expired);
        _sale.Payments.CloseCounts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_closings_go_on_a_few_at_a_time_and_keep_no_purchase_waiting()
    {
        const int Orders = 40, AtOnce = 16;
        var answers = new TaskCompletionSource();
        _sale.Payments.Closing = answers.Task;
        var id = (await _sale.CreateBatchAsync(stock: Orders + 1)).Id;
        OrderView last = null!;
        for (var i = 0; i < Orders; i++) last = await CheckOutAsync(id, $"weibo:u{i}");
        await _sale.Clock.AdvanceToAsync(last.PayBy.AddSeconds(1));
        await Eventually.HoldsAsync(() => _sale.Payments.CloseCounts.Count == AtOnce, "some are asked");
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        (await _sale.Batch(id).OrderAsync("weibo:late")).Status.ShouldBe(OrderStatus.AwaitingPayment);
        _sale.Payments.CloseCounts.Count.ShouldBe(AtOnce);
        answers.SetResult();
        await Eventually.HoldsAsync(async () =>
        {
            await _sale.Clock.AdvanceAsync(Agenda.Period);
            return _sale.Payments.CloseCounts.Count == Orders;
        }, "all are closed");
        _sale.Payments.CloseCounts.Values.ShouldAllBe(asked => asked == 1);
    }

    [Fact]
    public async Task A_payment_that_is_found_after_the_release_in_a_paused_sale_is_refunded()
    {
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.FallSilent();
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(40));
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Expired);
        await _sale.Batch(id).OperateAsync(OperatorAction.Pause);
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        _sale.Payments.Recover();
        await UntilRefundedAsync("p-1");
    }

    [Fact]
    public async Task A_payment_whose_notification_never_comes_is_found_before_payBy()
    {
        (_sale.Payments.EndsCheckouts, _sale.Payments.TellsCheckouts) = (true, true);
        _sale.Payments.Payer = "weibo:a";
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(181));
        await Eventually.HoldsAsync(
            async () => await _sale.Batch(id).StatusAsync(order) == OrderStatus.Paid, "the order is paid");
        (await _sale.Batch(id).PayAsync(order, "p-1")).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        _sale.Payments.CloseCounts.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_payment_at_a_checkout_that_was_given_up_is_found_after_its_order_was_revived()
    {
        (_sale.Payments.EndsCheckouts, _sale.Payments.TellsCheckouts) = (true, true);
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.FallSilent();
        while (_sale.Clock.Now < order.PayBy.AddMinutes(37)) await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        _sale.Payments.Recover();
        await _sale.Clock.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Expired, "nobody asks any more");
        var (batch, by) = (_sale.Batch(id), _sale.Batch(id).AliasOf(TestBatch.Operator));
        (await batch.Actor.CommandAsync(BuyerCommand.OnOrder(
            BuyerAction.Revive, order.Seq, CancelReason.BuyerRequest, by, batch.Key.HashOf(by, "r"))))
            .Refused.ShouldBeNull();
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(181));
        await Eventually.HoldsAsync(
            async () => await _sale.Batch(id).StatusAsync(order) == OrderStatus.Paid, "the order is paid");
    }

    [Fact]
    public async Task A_payment_by_somebody_else_that_is_found_goes_back()
    {
        (_sale.Payments.EndsCheckouts, _sale.Payments.TellsCheckouts) = (true, true);
        _sale.Payments.Payer = "weibo:stranger";
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(181));
        await UntilRefundedAsync("p-1");
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.AwaitingPayment);
    }

    [Fact]
    public async Task The_next_activation_asks_for_open_checkouts_at_once()
    {
        (_sale.Payments.EndsCheckouts, _sale.Payments.TellsCheckouts) = (true, true);
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        await _sale.DeactivateAsync(_sale.Batch(id).Actor);
        await _sale.Batch(id).Actor.WakeAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                await _sale.Clock.AdvanceAsync(Agenda.Period);
                return await _sale.Batch(id).StatusAsync(order) == OrderStatus.Paid;
            },
            "the order is paid");
        _sale.Clock.Now.ShouldBeLessThan(order.HeldAt.AddSeconds(170), "it did not wait for the next question");
    }

    [Fact]
    public async Task A_hold_whose_provider_is_silent_ends_at_its_deadline_all_the_same()
    {
        (_sale.Payments.EndsCheckouts, _sale.Payments.TellsCheckouts) = (true, true);
        var (id, order) = await CheckedOutAsync();
        _sale.Payments.FallSilent();
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(31));
        (await _sale.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.Expired);
    }

    private Task UntilRefundedAsync(string payment) => Eventually.HoldsAsync(
        async () =>
        {
            await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
            return _sale.Payments.Refunds.ContainsKey(payment);
        },
        "the money goes back");

    private Task UntilClosedAsync(OrderView order) =>
        Eventually.HoldsAsync(() => _sale.Payments.CloseCounts.ContainsKey($"c-{order.Id}"), "the checkout is closed");

    private async Task<(string Batch, OrderView Order)> CheckedOutAsync()
    {
        var id = (await _sale.CreateBatchAsync()).Id;
        return (id, await CheckOutAsync(id, "weibo:a"));
    }

    private async Task<OrderView> CheckOutAsync(string id, string user)
    {
        var order = await _sale.Batch(id).OrderAsync(user);
        (await _sale.Order(order.Id).OpenCheckoutAsync(order.For(user), "小米 Mi2")).Value.ShouldNotBeNull();
        return order;
    }
}
