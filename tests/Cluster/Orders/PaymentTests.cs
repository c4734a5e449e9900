using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>Every captured payment ends as a paid order or as one refund, whatever fails in between.</summary>
public sealed class PaymentTests : IAsyncLifetime
{
    // Each test has its own cluster, because the clock decides when refunds are retried.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_capture_is_answered_only_when_it_is_durable_and_once_per_payment()
    {
        var (id, order) = await _sale.OrderAsync();
        var batch = _sale.Batch(id);
        var gate = _sale.Ledger.HoldAppends(Streams.OfBatch(id));
        var (captured, repeated) = (batch.PayAsync(order, "p-1"), batch.PayAsync(order, "p-1"));
        await gate.Reached;
        await batch.Actor.WakeAsync();
        (captured.IsCompleted || repeated.IsCompleted).ShouldBeFalse();
        gate.Open();

        (await captured).Value.ShouldBe(CaptureResult.Sold);
        (await repeated).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        await _sale.DeactivateAsync(batch.Actor);
        (await batch.PayAsync(order, "p-1")).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        (await batch.Actor.CaptureAsync(TestBatch.CaptureOf(order, "p-2") with { Order = 999 })).Refused.ShouldBe(
            Refusal.NotFound);
        (await batch.Actor.CaptureAsync(TestBatch.CaptureOf(order, "p-2") with { Order = 1 })).Refused.ShouldBe(
            Refusal.NotFound);
        (await _sale.Stored.TypesOfAsync(id)).ShouldBe(["Created", "OpenedSale", "Held", "Sold"]);
    }

    [Fact]
    public async Task A_payment_with_a_fee_that_cannot_be_is_sold_and_that_is_logged_once()
    {
        var (id, order) = await _sale.OrderAsync();
        var batch = _sale.Batch(id);
        var capture = TestBatch.CaptureOf(order, "p-1") with { Fee = Price with { Amount = -7 } };
        (await batch.Actor.CaptureAsync(capture)).Value.ShouldBe(CaptureResult.Sold);
        (await batch.Actor.CaptureAsync(capture)).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        _sale.Log.With("reports a fee of payment p-1").ShouldHaveSingleItem().Text.ShouldContain("-7 CNY");
        (await batch.Actor.ListPaymentsAsync(0, 10)).Payments.ShouldHaveSingleItem().Fee.ShouldBeNull();
    }

    [Fact]
    public async Task A_payment_that_is_told_for_orders_of_two_batches_counts_in_both_and_is_logged_by_its_checkout()
    {
        var ((first, paid), (second, other)) = (await CheckedOutAsync(), await CheckedOutAsync());
        var told = TestBatch.CaptureOf(paid, "p-1") with { Checkout = $"c-{paid.Id}" };
        (await _sale.Batch(first).Actor.CaptureAsync(told)).Value.ShouldBe(CaptureResult.Sold);
        var again = TestBatch.CaptureOf(other, "p-1") with { Checkout = told.Checkout };
        _sale.Log.With("says that payment").ShouldBeEmpty();

        (await _sale.Batch(second).Actor.CaptureAsync(again)).Value.ShouldBe(CaptureResult.Sold);
        (await _sale.Batch(second).Actor.CaptureAsync(again)).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        var logged = _sale.Log.With("says that payment p-1").ShouldHaveSingleItem().Text;
        foreach (var name in (string[])[$"Order {other.Id}", told.Checkout!, $"c-{other.Id}"])
            logged.ShouldContain(name);
    }

    [Theory]
    [InlineData("duplicate")]
    [InlineData("amount")]
    [InlineData("payer")]
    [InlineData("expired")]
    [InlineData("cancelled")]
    [InlineData("cancelled when paid")]
    public async Task Money_that_does_not_pay_for_the_order_goes_back_once(string why)
    {
        var (id, order) = await _sale.OrderAsync();
        var batch = _sale.Batch(id);
        var capture = TestBatch.CaptureOf(order, "p-back");
        switch (why)
        {
            case "duplicate": await batch.PayAsync(order, "p-1"); break;
            case "amount": capture = capture with { Amount = Price with { Amount = 1 } }; break;
            case "payer": capture = capture with { Payer = batch.AliasOf("weibo:b") }; break;
            case "expired":
                await _sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(31));
                // While anybody could buy, a late payment gets units.
                await batch.OperateAsync(OperatorAction.Pause);
                break;
            case "cancelled": await batch.CancelAsync(order); break;
            case "cancelled when paid":
                (await batch.Actor.CaptureAsync(capture)).Value.ShouldBe(CaptureResult.Sold);
                (await batch.CancelAsync(order)).Value!.Status.ShouldBe(OrderStatus.Refunding);
                break;
        }
        (await batch.Actor.CaptureAsync(capture)).Value.ShouldBe(
            why == "cancelled when paid" ? CaptureResult.AlreadyRecorded : CaptureResult.RefundOwed);
        await _sale.UntilRefundedAsync(id, "p-back");

        _sale.Payments.Refunds.Values.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            refund => refund.Payment.ShouldBe("p-back"), refund => refund.Amount.ShouldBe(capture.Amount),
            refund => refund.Order.ShouldBe(order.Id));
        (await batch.Actor.CaptureAsync(capture)).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        var audited = await _sale.Stored.AuditAsync(id);
        audited.PaymentOf("p-back").ShouldSatisfyAllConditions(
            payment => payment.End.ShouldBe(PaymentEnd.Refunded), payment => payment.Refund.ShouldBe("r-p-back"));
        (await batch.StatusAsync(order)).ShouldBe(why switch
        {
            "duplicate" => OrderStatus.Paid,
            "amount" or "payer" => OrderStatus.AwaitingPayment,
            _ => OrderStatus.Refunded,
        });
    }

    [Fact]
    public async Task What_is_owed_is_paid_back_only_after_it_is_durably_owed()
    {
        var (id, order) = await _sale.OrderAsync();
        var batch = _sale.Batch(id);
        await batch.PayAsync(order, "p-1");
        var gate = _sale.Ledger.HoldAppends(Streams.OfBatch(id));
        var cancelling = batch.CancelAsync(order);
        await gate.Reached;
        _sale.Clock.Advance(Agenda.Period);
        await _sale.UntilIdleAsync(order.Id);
        _sale.Payments.Calls.ShouldBe(0);
        gate.Open();

        (await cancelling).Value!.Status.ShouldBe(OrderStatus.Refunding);
        await _sale.UntilRefundedAsync(id, "p-1");
    }

    private async Task<(string Batch, OrderView Order)> CheckedOutAsync()
    {
        var (id, order) = await _sale.OrderAsync();
        (await _sale.Order(order.Id).OpenCheckoutAsync(order.For("weibo:a"), "小米 Mi2")).Refused.ShouldBeNull();
        return (id, order);
    }
}
