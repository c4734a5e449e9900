using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.OrderTable;

/// <summary>The rows of docs/orders.md about checkouts, deadlines and cancellations.</summary>
public sealed class CheckoutCells
{
    private static readonly long Whole = Price.Amount;
    private static readonly CheckoutState AlreadyPaid = new(CheckoutStage.Paid, "p", Price);

    [Fact]
    public void A_checkout_of_an_order_that_awaits_payment_is_recorded_once()
    {
        var cell = Cell.In("awaiting payment");
        cell.CheckOut().ShouldBeNull();
        cell.CheckOut().ShouldBeNull();
        cell.ShouldHaveWritten("checkout-opened").ShouldHaveStatus(OrderStatus.AwaitingPayment, held: 1)
            .ShouldHaveMoney();
    }

    [Fact]
    public void An_eleventh_checkout_is_refused()
    {
        var cell = Cell.In("awaiting payment");
        for (var i = 0; i < 10; i++) cell.CheckOut($"c{i}").ShouldBeNull();
        cell.Begin().CheckOut("c-eleventh").ShouldBe(Refusal.Conflict);
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.AwaitingPayment, held: 1);
    }

    [Theory]
    [InlineData("in the grace")]
    [InlineData("paid")]
    [InlineData("expired")]
    [InlineData("cancelled")]
    [InlineData("refunding")]
    [InlineData("refunded")]
    public void A_checkout_of_any_other_order_is_refused(string state)
    {
        var cell = Cell.In(state);
        cell.CheckOut().ShouldBe(Refusal.OrderNotPayable);
        cell.ShouldHaveWritten();
    }

    [Fact]
    public void A_payment_that_is_captured_before_the_checkout_call_returns_pays_and_the_checkout_is_refused()
    {
        var cell = Cell.In("awaiting payment");
        cell.Capture().ShouldBe(CaptureResult.Sold);
        cell.CheckOut().ShouldBe(Refusal.OrderNotPayable);
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
    }

    [Fact]
    public void A_checkout_that_is_found_paid_before_payBy_pays_the_order_though_no_notification_came()
    {
        var cell = Cell.In("awaiting payment");
        cell.Told(AlreadyPaid).ShouldBeTrue();
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
        cell.Capture().ShouldBe(CaptureResult.AlreadyRecorded, "the notification comes after all");
    }

    [Fact]
    public void Closing_the_checkout_answers_already_paid_and_pays_the_order()
    {
        var cell = Cell.In("in the grace");
        cell.Told(AlreadyPaid).ShouldBeTrue();
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
    }

    [Fact]
    public void Closing_the_checkout_answers_already_paid_after_the_release_and_is_a_late_payment()
    {
        var cell = Cell.In("expired");
        cell.Told(AlreadyPaid).ShouldBeTrue();
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);

        var paused = Cell.In("expired");
        paused.Live.Operate(OperatorAction.Pause, "o", now: paused.Now);
        paused.Begin().Told(AlreadyPaid).ShouldBeTrue();
        paused.ShouldHaveWritten("refund-owed").ShouldHaveStatus(OrderStatus.Refunding).ShouldHaveMoney(owed: Whole);
    }

    [Fact]
    public void Closing_the_checkout_of_a_cancelled_order_answers_already_paid_and_the_money_is_owed_back()
    {
        var cell = Cell.In("cancelled");
        cell.Told(AlreadyPaid).ShouldBeTrue();
        cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(OrderStatus.Refunding).ShouldHaveMoney(owed: Whole);
    }

    [Theory]
    [InlineData(CheckoutStage.Unknown)]
    [InlineData(CheckoutStage.Open)]
    [InlineData(CheckoutStage.Closed)]
    [InlineData(CheckoutStage.Processing)]
    [InlineData(CheckoutStage.Untold)]
    public void Any_other_answer_about_a_checkout_changes_nothing_and_the_hold_ends_at_its_deadline(CheckoutStage stage)
    {
        var cell = Cell.In("in the grace");
        cell.Told(new CheckoutState(stage, "p", Price)).ShouldBeFalse();
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.AwaitingPayment, held: 1);
        cell.Expire();
        cell.ShouldHaveWritten("released").ShouldHaveStatus(OrderStatus.Expired).ShouldHaveMoney();
    }

    [Fact]
    public void A_payment_begun_before_and_confirmed_after_the_close_is_judged_by_when_it_is_told()
    {
        var inTime = Cell.In("in the grace");
        inTime.Told(new CheckoutState(CheckoutStage.Closed)).ShouldBeFalse();
        inTime.Capture().ShouldBe(CaptureResult.Sold);
        inTime.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);

        var late = Cell.In("in the grace");
        late.Told(new CheckoutState(CheckoutStage.Closed)).ShouldBeFalse();
        late.Expire();
        late.Begin().Capture().ShouldBe(CaptureResult.Sold);
        late.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
    }

    [Fact]
    public void A_payment_that_was_under_way_at_the_close_is_asked_for_until_it_is_decided()
    {
        var cell = Cell.In("awaiting payment");
        cell.CheckOut();
        cell.Now = Cell.Release - 1;
        cell.Told(new CheckoutState(CheckoutStage.Processing)).ShouldBeFalse();
        cell.Expire();
        ClosingRules.MayBeLeftOpen(cell.Order, cell.Now + 86_400_000, isProcessing: true).ShouldBeTrue();
        cell.Begin().Told(AlreadyPaid).ShouldBeTrue();
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
        ClosingRules.MayBeLeftOpen(cell.Order, cell.Now, isProcessing: true).ShouldBeFalse();
    }

    [Fact]
    public void A_hold_that_nobody_paid_ends_at_payBy_and_the_grace_and_never_before()
    {
        var cell = Cell.In("in the grace");
        cell.Live.DoDue(Cell.Release - 1);
        cell.ShouldHaveWritten();
        cell.Live.DoDue(Cell.Release);
        cell.ShouldHaveWritten("released").ShouldHaveStatus(OrderStatus.Expired).ShouldHaveMoney();
    }

    [Fact]
    public void A_paid_order_has_no_deadline()
    {
        var cell = Cell.In("paid");
        cell.Live.DoDue(Opening + 3_599_999);
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.Paid, sold: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancelling_an_order_that_awaits_payment_frees_its_units(bool byOperator)
    {
        var cell = Cell.In("awaiting payment");
        cell.Cancel(byOperator);
        cell.ShouldHaveWritten("released").ShouldHaveStatus(OrderStatus.Cancelled).ShouldHaveMoney();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancelling_a_paid_order_frees_its_units_and_owes_its_money_in_one_commit(bool byOperator)
    {
        var cell = Cell.In("paid");
        cell.Cancel(byOperator);
        cell.ShouldHaveWritten("released", "refund-owed").ShouldHaveStatus(OrderStatus.Refunding)
            .ShouldHaveMoney(owed: Whole);
    }

    [Fact]
    public void Cancelling_a_paid_order_owes_only_what_did_not_go_back_elsewhere()
    {
        var cell = Cell.In("paid");
        cell.RefundElsewhere("e", 100);
        cell.Begin().Cancel();
        cell.ShouldHaveWritten("released", "refund-owed").ShouldHaveStatus(OrderStatus.Refunding)
            .ShouldHaveMoney(owed: Whole - 100, elsewhere: 100);
    }

    [Fact]
    public void Cancelling_a_paid_order_whose_money_went_back_elsewhere_owes_nothing()
    {
        var cell = Cell.In("paid");
        cell.RefundElsewhere("e", Whole);
        cell.Begin().Cancel();
        cell.ShouldHaveWritten("released").ShouldHaveStatus(OrderStatus.Refunded).ShouldHaveMoney(elsewhere: Whole);
    }

    [Theory]
    [InlineData("expired", OrderStatus.Expired)]
    [InlineData("cancelled", OrderStatus.Cancelled)]
    [InlineData("refunding", OrderStatus.Refunding)]
    [InlineData("refunded", OrderStatus.Refunded)]
    public void Cancelling_an_order_that_has_ended_changes_nothing(string state, OrderStatus status)
    {
        var cell = Cell.In(state);
        cell.Cancel();
        cell.Cancel(byOperator: true);
        cell.ShouldHaveWritten().ShouldHaveStatus(status);
    }
}
