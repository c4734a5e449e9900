using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Which checkouts are closed, and what a provider's answer means.</summary>
public sealed class ClosingRulesTests
{
    private const long PayBy = Opening + 900_000;

    private readonly LiveBatch _live = Open();
    private readonly Order _order;

    public ClosingRulesTests()
    {
        _live.Buy("weibo:a");
        _order = _live.State.Orders.All[0];
    }

    [Fact]
    public void An_order_without_a_checkout_has_none_to_close() =>
        ClosingRules.MayBeLeftOpen(_order, PayBy).ShouldBeFalse();

    [Fact]
    public void A_live_hold_keeps_its_checkout_until_payBy()
    {
        CheckOut();
        ClosingRules.MayBeLeftOpen(_order, PayBy - 1).ShouldBeFalse();
        ClosingRules.MayBeLeftOpen(_order, PayBy).ShouldBeTrue();
    }

    [Fact]
    public void The_checkout_of_an_expired_order_is_closed_for_35_minutes_after_payBy()
    {
        CheckOut();
        _live.DoDue(PayBy + Grace);
        _order.Hold.ShouldBe(HoldState.Expired);
        ClosingRules.MayBeLeftOpen(_order, PayBy + Grace).ShouldBeTrue();
        ClosingRules.MayBeLeftOpen(_order, PayBy + (35 * 60_000) - 1).ShouldBeTrue();
        ClosingRules.MayBeLeftOpen(_order, PayBy + (35 * 60_000)).ShouldBeFalse();
    }

    [Fact]
    public void The_checkout_of_an_order_that_was_cancelled_unpaid_is_closed_before_payBy()
    {
        CheckOut();
        _live.Cancel(_order.Seq);
        ClosingRules.MayBeLeftOpen(_order, Opening).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_payment_has_ended_the_checkout_of_its_order(bool isCancelled)
    {
        CheckOut();
        _live.Pay(_order.Seq, "p");
        if (isCancelled) _live.Cancel(_order.Seq);
        ClosingRules.MayBeLeftOpen(_order, PayBy).ShouldBeFalse();
    }

    [Fact]
    public void A_checkout_that_was_paid_is_a_capture_of_the_buyer() =>
        ClosingRules.CaptureOf(_order, "stripe", new(CheckoutStage.Paid, "p", Price), _order.Buyer)
            .ShouldBe(new Capture(_order.Seq, "stripe", "p", AliasOf("weibo:a"), Price));

    [Theory]
    [InlineData(CheckoutStage.Unknown)]
    [InlineData(CheckoutStage.Open)]
    [InlineData(CheckoutStage.Closed)]
    [InlineData(CheckoutStage.Processing)]
    [InlineData(CheckoutStage.Untold)]
    public void A_checkout_in_any_other_stage_is_no_capture(CheckoutStage stage) =>
        ClosingRules.CaptureOf(_order, "stripe", new(stage, "p", Price), _order.Buyer).ShouldBeNull();

    [Fact]
    public void A_paid_checkout_without_a_payment_or_an_amount_is_no_capture()
    {
        ClosingRules.CaptureOf(_order, "stripe", new(CheckoutStage.Paid, "", Price), _order.Buyer).ShouldBeNull();
        ClosingRules.CaptureOf(_order, "stripe", new(CheckoutStage.Paid, "p"), _order.Buyer).ShouldBeNull();
    }

    private void CheckOut() =>
        _live.Commit(Opening, new CheckoutOpened(_order.Seq, 1, SoleProvider.Name, "c"));
}
