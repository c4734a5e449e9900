using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.OrderTable;

/// <summary>The rows of docs/orders.md about captured payments.</summary>
public sealed class PaymentCells
{
    private static readonly long Whole = Price.Amount;

    [Fact]
    public void A_payment_in_time_pays_the_order()
    {
        var cell = Cell.In("awaiting payment");
        cell.Capture().ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
    }

    [Fact]
    public void A_payment_within_the_grace_pays_the_order()
    {
        var cell = Cell.In("in the grace");
        cell.Capture().ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
    }

    [Fact]
    public void A_payment_of_a_hold_that_is_due_ends_the_hold_and_sells_its_units_again_in_one_commit()
    {
        var cell = new Cell().Begin();
        cell.Now = Cell.Release;
        cell.Capture().ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("released", "sold").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        ((Sold)cell.Last).Units.ShouldBe([1]);
    }

    [Fact]
    public void A_payment_of_a_hold_that_is_due_while_nobody_can_buy_is_owed_back()
    {
        var cell = new Cell();
        cell.Live.Operate(OperatorAction.Pause, "o");
        cell.Begin().Now = Cell.Release;
        cell.Capture().ShouldBe(CaptureResult.RefundOwed);
        cell.ShouldHaveWritten("released", "refund-owed").ShouldHaveStatus(OrderStatus.Refunding)
            .ShouldHaveMoney(owed: Whole);
    }

    [Fact]
    public void A_payment_after_the_release_with_a_free_unit_and_nobody_waiting_gets_a_unit_in_one_commit()
    {
        var cell = Cell.In("expired");
        cell.Live.Buy("weibo:bob", cell.Now).Order!.Units.ShouldBe([1], "its unit is another's now");
        cell.Begin().Capture().ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Paid, held: 1, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        ((Sold)cell.Last).Units.ShouldBe([2]);
        cell.Order.IsLate.ShouldBeTrue();
    }

    [Theory]
    [InlineData("no unit is free")]
    [InlineData("somebody waits")]
    [InlineData("the sale is paused")]
    [InlineData("the sale is over")]
    [InlineData("the sale is closed")]
    [InlineData("the buyer has another order")]
    [InlineData("the reservation was cancelled")]
    public void A_payment_after_the_release_that_cannot_get_a_unit_is_owed_back(string why)
    {
        var cell = new Cell(stock: why == "somebody waits" ? 1 : 2, standby: 5);
        cell.Expire();
        switch (why)
        {
            case "no unit is free":
                cell.Live.Buy("weibo:bob", cell.Now);
                cell.Live.Buy("weibo:carl", cell.Now);
                break;
            case "somebody waits":
                cell.Live.Buy("weibo:bob", cell.Now);
                cell.Live.Buy("weibo:carl", cell.Now, standby: true).Place.ShouldNotBeNull();
                break;
            case "the sale is paused": cell.Live.Operate(OperatorAction.Pause, "o", now: cell.Now); break;
            case "the sale is over": cell.Now = Opening + 3_600_000; break;
            case "the sale is closed": cell.Live.Operate(OperatorAction.Close, "o", now: cell.Now); break;
            case "the buyer has another order": cell.Live.Buy("weibo:alice", cell.Now); break;
            default:
                cell.Live.Commit(cell.Now, new Grains.Batches.Reservations.ReservationCancelled(
                    AliasOf("weibo:alice"), 1));
                break;
        }
        var held = cell.Live.State.Stock.Held;
        cell.Begin().Capture().ShouldBe(CaptureResult.RefundOwed);
        cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(OrderStatus.Refunding, held)
            .ShouldHaveMoney(owed: Whole);
        ((RefundOwed)cell.Last).Why.ShouldBe(RefundReason.Expired);
    }

    [Fact]
    public void A_second_payment_of_a_paid_order_is_owed_back_and_the_order_stays_paid()
    {
        var cell = Cell.In("paid");
        cell.Capture("p-2").ShouldBe(CaptureResult.RefundOwed);
        cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole, owed: Whole);
        ((RefundOwed)cell.Last).Why.ShouldBe(RefundReason.Duplicate);
    }

    [Theory]
    [InlineData("cancelled", 0, 0)]
    [InlineData("refunding", 1, 0)]
    [InlineData("refunded", 0, 1)]
    public void A_payment_for_a_cancelled_order_is_owed_back(string state, int owed, int refunded)
    {
        var cell = Cell.In(state);
        cell.Capture("p-2").ShouldBe(CaptureResult.RefundOwed);
        cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(OrderStatus.Refunding)
            .ShouldHaveMoney(owed: (owed + 1) * Whole, refunded: refunded * Whole);
        ((RefundOwed)cell.Last).Why.ShouldBe(RefundReason.Cancelled);
    }

    [Theory]
    [InlineData("paid", OrderStatus.Paid)]
    [InlineData("refunding", OrderStatus.Refunding)]
    [InlineData("refunded", OrderStatus.Refunded)]
    public void The_same_payment_told_again_changes_nothing(string state, OrderStatus status)
    {
        var cell = Cell.In(state);
        cell.Capture().ShouldBe(CaptureResult.AlreadyRecorded);
        cell.Capture(amount: Price with { Amount = 1 }).ShouldBe(CaptureResult.AlreadyRecorded);
        cell.Capture(payer: null).ShouldBe(CaptureResult.AlreadyRecorded);
        cell.ShouldHaveWritten().Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("awaiting payment", OrderStatus.AwaitingPayment)]
    [InlineData("in the grace", OrderStatus.AwaitingPayment)]
    [InlineData("paid", OrderStatus.Paid)]
    [InlineData("expired", OrderStatus.Refunding)]
    [InlineData("cancelled", OrderStatus.Refunding)]
    [InlineData("refunding", OrderStatus.Refunding)]
    [InlineData("refunded", OrderStatus.Refunding)]
    public void A_wrong_amount_or_currency_is_owed_back_and_leaves_the_order_as_it_is(string state, OrderStatus status)
    {
        foreach (var wrong in new[]
        {
            Price with { Amount = Whole - 1 }, Price with { Amount = Whole + 1 }, Price with { Amount = 0 },
            Price with { Currency = "USD" },
        })
        {
            var cell = Cell.In(state);
            var (held, sold) = (cell.Live.State.Stock.Held, cell.Live.State.Stock.Sold);
            cell.Capture("p-2", wrong).ShouldBe(CaptureResult.RefundOwed);
            cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(status, held, sold);
            ((RefundOwed)cell.Last).ShouldSatisfyAllConditions(
                owed => owed.Why.ShouldBe(RefundReason.WrongAmount), owed => owed.Amount.ShouldBe(wrong));
            NoticeRules.View(cell.Live.State).Balances.ShouldAllBe(of => of.IsBalanced);
        }
    }

    [Theory]
    [InlineData("awaiting payment", OrderStatus.AwaitingPayment)]
    [InlineData("in the grace", OrderStatus.AwaitingPayment)]
    [InlineData("paid", OrderStatus.Paid)]
    [InlineData("expired", OrderStatus.Refunding)]
    [InlineData("cancelled", OrderStatus.Refunding)]
    public void A_payment_by_another_payer_is_owed_back_and_leaves_the_order_as_it_is(string state, OrderStatus status)
    {
        foreach (var payer in new[] { "weibo:bob", null })
        {
            var cell = Cell.In(state);
            var (held, sold) = (cell.Live.State.Stock.Held, cell.Live.State.Stock.Sold);
            cell.Capture("p-2", payer: payer).ShouldBe(CaptureResult.RefundOwed);
            cell.ShouldHaveWritten("refund-owed").ShouldHaveStatus(status, held, sold);
            ((RefundOwed)cell.Last).Why.ShouldBe(RefundReason.WrongPayer);
        }
    }

    [Fact]
    public void A_payment_for_an_order_that_there_is_not_is_refused()
    {
        var live = Open();
        PaymentRules.DecideCapture(live.State, new Capture(7, "default", "p", Boss, Price), Opening, Grace)
            .ShouldSatisfyAllConditions(
                decision => decision.Outcome.Refused.ShouldBe(Refusal.NotFound),
                decision => decision.Entries.ShouldBeEmpty());
    }
}
