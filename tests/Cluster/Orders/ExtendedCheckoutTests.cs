using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>The checkouts of orders that were extended or recalled.</summary>
public sealed class ExtendedCheckoutTests : IAsyncLifetime
{
    // Its own for every test: checkouts end by the clock.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task An_extended_order_keeps_its_checkout_until_that_has_ended_and_then_gets_another(bool ends)
    {
        _sale.Payments.EndsCheckouts = ends;
        var (batch, order) = await OrderAsync();
        var first = (await OpenAsync(order)).Value!;
        await ExtendAsync(batch, 600, "e");
        await _sale.Clock.AdvanceToAsync(order.PayBy.AddMilliseconds(-1));
        (await OpenAsync(order)).Value.ShouldBe(first with { ExpiresAt = order.PayBy.AddSeconds(600) });

        await _sale.Clock.AdvanceToAsync(order.PayBy);
        var second = (await OpenAsync(order)).Value!;
        second.ShouldBe(new CheckoutView($"https://pay.example/c-{order.Id}-2", order.PayBy.AddSeconds(600)));
        // A provider that does not end checkouts has ended the first one before the second is given out.
        _sale.Payments.CloseCounts.ContainsKey($"c-{order.Id}").ShouldBe(!ends);
        await _sale.DeactivateAsync(_sale.Order(order.Id));
        (await OpenAsync(order)).Value.ShouldBe(second);
        _sale.Payments.CheckoutsByKey.Count.ShouldBe(2);
        (await batch.Actor.GetOrderAsync(order.Seq, null)).Value!.Checkout.ShouldBe($"c-{order.Id}-2");
        (await batch.PayAsync(order, "p")).Value.ShouldBe(CaptureResult.Sold);
    }

    [Fact]
    public async Task A_checkout_whose_answer_was_lost_before_the_extension_does_not_stand_in_the_way()
    {
        var (batch, order) = await OrderAsync();
        _sale.Payments.LoseAnswers();
        (await OpenAsync(order)).Refused.ShouldBe(Refusal.Overloaded);
        await ExtendAsync(batch, 600, "e");
        _sale.Payments.Recover();
        (await OpenAsync(order)).Value.ShouldBe(
            new CheckoutView($"https://pay.example/c-{order.Id}-2", order.PayBy.AddSeconds(600)));
    }

    [Fact]
    public async Task No_other_checkout_is_opened_while_the_first_may_be_paid()
    {
        _sale.Payments.EndsCheckouts = false;
        var (batch, order) = await OrderAsync();
        await OpenAsync(order);
        await ExtendAsync(batch, 600, "e");
        await _sale.Clock.AdvanceToAsync(order.PayBy);
        _sale.Payments.FallSilent();
        (await OpenAsync(order)).Refused.ShouldBe(Refusal.Overloaded);
        _sale.Payments.Recover();
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        (await OpenAsync(order)).Refused.ShouldBe(Refusal.OrderNotPayable);
        _sale.Payments.CheckoutsByKey.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_checkouts_of_recalled_orders_are_closed_and_their_money_goes_back()
    {
        _sale.Payments.EndsCheckouts = false;
        var (batch, order) = await OrderAsync();
        var other = await batch.OrderAsync("weibo:b");
        await OpenAsync(order);
        (await _sale.Order(other.Id).OpenCheckoutAsync(other.For("weibo:b"), "小米 Mi2")).Value.ShouldNotBeNull();
        _sale.Payments.PaidAt[$"c-{order.Id}"] = ("p-1", order.Amount);
        (await batch.Actor.OperateAsync(batch.CommandOf(OperatorAction.Recall, "r") with
        {
            Orders = RecalledOrders.AwaitingPayment,
        })).Value.ShouldBe(Effect.Done);
        await Eventually.HoldsAsync(
            async () =>
            {
                await _sale.Clock.AdvanceAsync(Agenda.Period);
                return _sale.Payments.CloseCounts.ContainsKey($"c-{other.Id}")
                    && _sale.Payments.Refunds.ContainsKey("p-1");
            },
            "both are closed, and the payment that was found is refunded");
        (await batch.StatusAsync(other)).ShouldBe(OrderStatus.Cancelled);
    }

    private async Task<(TestBatch Batch, OrderView Order)> OrderAsync()
    {
        var batch = await _sale.CreateBatchAsync();
        return (batch, await batch.OrderAsync("weibo:a"));
    }

    private Task<Answer<CheckoutView>> OpenAsync(OrderView order) =>
        _sale.Order(order.Id).OpenCheckoutAsync(order.For("weibo:a"), "小米 Mi2");

    private static async Task ExtendAsync(TestBatch batch, int seconds, string key) =>
        (await batch.Actor.OperateAsync(batch.CommandOf(OperatorAction.Extend, key) with { Seconds = seconds }))
            .Value.ShouldBe(Effect.Done);
}
