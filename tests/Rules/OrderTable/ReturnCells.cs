using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;
using static OrleansSale.Tests.Rules.Batches.Returning;

namespace OrleansSale.Tests.Rules.OrderTable;

/// <summary>The rows of docs/orders.md about returns.</summary>
public sealed class ReturnCells
{
    private static readonly long Whole = Price.Amount;

    [Fact]
    public void A_return_that_waits_leaves_the_order_paid_and_may_be_taken_back()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Begin().Live.GiveBack(cell.Seq);
        cell.ShouldHaveWritten("return-offered").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        cell.Begin().Live.Keep(cell.Seq);
        cell.ShouldHaveWritten("return-cancelled").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
    }

    [Fact]
    public void A_return_that_is_offered_to_the_next_in_line_moves_no_unit_and_no_money()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.Buy("weibo:bob", standby: true);
        cell.Begin().Live.GiveBack(cell.Seq);
        cell.ShouldHaveWritten("return-offered", "held").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
    }

    [Fact]
    public void A_payment_for_a_return_ends_the_first_order_and_owes_its_money_in_one_commit()
    {
        var cell = BeingPaid();
        cell.Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("released", "refund-owed", "sold").ShouldHaveStatus(OrderStatus.Refunding, sold: 1)
            .ShouldHaveMoney(sold: Whole, owed: Whole);
    }

    [Fact]
    public void A_payment_for_a_return_owes_the_first_buyer_only_what_did_not_go_back_elsewhere()
    {
        var cell = BeingPaid();
        cell.RefundElsewhere("e", 100);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("released", "refund-owed", "sold").ShouldHaveStatus(OrderStatus.Refunding, sold: 1)
            .ShouldHaveMoney(sold: Whole, owed: Whole - 100, elsewhere: 100);
    }

    [Fact]
    public void A_payment_for_a_return_whose_money_went_back_elsewhere_owes_nothing()
    {
        var cell = BeingPaid();
        cell.RefundElsewhere("e", Whole);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("released", "sold").ShouldHaveStatus(OrderStatus.Refunded, sold: 1)
            .ShouldHaveMoney(sold: Whole, elsewhere: Whole);
    }

    [Fact]
    public void An_order_for_a_return_that_is_not_paid_ends_and_leaves_the_first_one_paid()
    {
        var cell = BeingPaid();
        cell.Live.DoDue(Next(cell).PayBy + Grace);
        cell.ShouldHaveWritten("released", "left").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        StageOf(cell.Live, cell.Seq).ShouldBe(OrderReturn.Offered);
    }

    [Fact]
    public void An_order_for_a_return_that_is_declined_ends_and_the_next_after_it_is_offered_the_units()
    {
        var cell = BeingPaid();
        cell.Live.Buy("weibo:carl", standby: true);
        cell.Begin().Live.Decline(Next(cell).Seq);
        cell.Live.DoDue(Opening);
        cell.ShouldHaveWritten("released", "left", "held").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        StageOf(cell.Live, cell.Seq).ShouldBe(OrderReturn.BeingPaid);
    }

    [Fact]
    public void A_cancelled_return_still_goes_to_the_next_buyer_if_they_pay_in_time()
    {
        var cell = BeingPaid();
        cell.Live.Keep(cell.Seq);
        cell.ShouldHaveWritten("return-cancelled").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        StageOf(cell.Live, cell.Seq).ShouldBe(OrderReturn.Ending);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("released", "refund-owed", "sold").ShouldHaveStatus(OrderStatus.Refunding, sold: 1)
            .ShouldHaveMoney(sold: Whole, owed: Whole);
    }

    [Fact]
    public void A_return_that_is_kept_while_the_next_is_paying_is_over_when_their_order_ends_and_is_offered_to_nobody()
    {
        var cell = BeingPaid();
        cell.Live.Buy("weibo:carl", standby: true);
        cell.Live.Keep(cell.Seq);
        cell.Begin().Live.DoDue(Next(cell).PayBy + Grace);
        cell.ShouldHaveWritten("released", "left").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        StageOf(cell.Live, cell.Seq).ShouldBeNull();
    }

    [Fact]
    public void A_return_that_is_kept_is_not_offered_again_while_the_next_is_paying()
    {
        var cell = BeingPaid();
        cell.Live.Keep(cell.Seq);
        cell.Begin().Live.GiveBack(cell.Seq).Refused.ShouldBe(Refusal.Conflict);
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.Paid, sold: 1);
    }

    [Fact]
    public void A_shipment_ends_a_return_that_waits()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.GiveBack(cell.Seq);
        cell.Begin().Command(BuyerAction.Ship, "s").ShouldBe(Effect.Done);
        cell.ShouldHaveWritten("shipped").ShouldHaveStatus(OrderStatus.Paid, sold: 1).ShouldHaveMoney(sold: Whole);
        StageOf(cell.Live, cell.Seq).ShouldBeNull();
    }

    [Fact]
    public void A_shipment_while_the_next_is_paying_is_refused()
    {
        var cell = BeingPaid();
        cell.Live.Command(On(BuyerAction.Ship, cell.Seq, "s")).Refused.ShouldBe(Refusal.Conflict);
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.Paid, sold: 1);
    }

    [Fact]
    public void The_end_of_the_sale_ends_a_return_that_waits()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.GiveBack(cell.Seq);
        cell.Begin().Live.Operate(OperatorAction.Close, "o");
        cell.ShouldHaveWritten("closed", "ended").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        StageOf(cell.Live, cell.Seq).ShouldBeNull();
    }

    [Fact]
    public void The_end_of_the_sale_leaves_a_return_to_the_next_who_is_paying_and_to_nobody_after_them()
    {
        var cell = BeingPaid();
        cell.Live.Operate(OperatorAction.Close, "o");
        cell.ShouldHaveWritten("closed", "ended").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole);
        StageOf(cell.Live, cell.Seq).ShouldBe(OrderReturn.Ending);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("released", "refund-owed", "sold").ShouldHaveStatus(OrderStatus.Refunding, sold: 1);
    }

    [Fact]
    public void A_recall_of_paid_orders_leaves_their_units_to_the_next_who_is_paying()
    {
        var cell = BeingPaid();
        cell.Live.Recall(RecalledOrders.Paid);
        cell.Live.DoDue(Opening);
        cell.ShouldHaveWritten("recalled", "released", "refund-owed").ShouldHaveStatus(OrderStatus.Refunding, held: 1)
            .ShouldHaveMoney(owed: Whole);
    }

    [Fact]
    public void A_recall_of_all_orders_ends_both_and_frees_the_units_once()
    {
        var cell = BeingPaid();
        cell.Live.Recall(RecalledOrders.All);
        cell.Live.DoDue(Opening);
        cell.ShouldHaveWritten("recalled", "released", "refund-owed", "released", "left")
            .ShouldHaveStatus(OrderStatus.Refunding)
            .ShouldHaveMoney(owed: Whole);
    }

    [Fact]
    public void A_payment_for_a_return_that_is_due_takes_no_unit_of_the_first_order()
    {
        var cell = BeingPaid();
        cell.Live.Pay(Next(cell).Seq, "p-bob", Next(cell).PayBy + Grace).ShouldBe(CaptureResult.RefundOwed);
        cell.ShouldHaveWritten("released", "refund-owed").ShouldHaveStatus(OrderStatus.Paid, sold: 1)
            .ShouldHaveMoney(sold: Whole, owed: Whole);
    }

    [Fact]
    public void While_the_next_is_paying_a_buyer_s_cancel_is_refused_and_an_operator_s_leaves_the_next_the_units()
    {
        var cell = BeingPaid();
        var refused = cell.Cancel();
        (refused.Refused, refused.Detail).ShouldBe((Refusal.Conflict, ReturnRules.Paying));
        cell.ShouldHaveWritten().ShouldHaveStatus(OrderStatus.Paid, sold: 1);
        cell.Cancel(byOperator: true).Value.ShouldBe(Effect.Done);
        cell.ShouldHaveWritten("released", "refund-owed").ShouldHaveStatus(OrderStatus.Refunding, held: 1)
            .ShouldHaveMoney(owed: Whole);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.ShouldHaveWritten("sold").ShouldHaveStatus(OrderStatus.Refunding, sold: 1)
            .ShouldHaveMoney(sold: Whole, owed: Whole);
    }

    // Alice's order is offered to Bob.
    private static Cell BeingPaid()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.Buy("weibo:bob", standby: true);
        cell.Live.GiveBack(cell.Seq);
        return cell.Begin();
    }

    private static Order Next(Cell cell) => OrderOf(cell.Live, "weibo:bob");
}
