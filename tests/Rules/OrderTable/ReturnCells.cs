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
        cell.Begin().Live.GiveBack(cell.Order);
        cell.Wrote("return-offered").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        cell.Begin().Live.Keep(cell.Order);
        cell.Wrote("return-cancelled").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
    }

    [Fact]
    public void A_return_that_is_offered_to_the_next_in_line_moves_no_unit_and_no_money()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.Buy("weibo:bob", standby: true);
        cell.Begin().Live.GiveBack(cell.Order);
        cell.Wrote("return-offered", "held").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
    }

    [Fact]
    public void A_payment_for_a_return_ends_the_first_order_and_owes_its_money_in_one_commit()
    {
        var cell = BeingPaid();
        cell.Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.Wrote("released", "refund-owed", "sold").Is(OrderStatus.Refunding, sold: 1)
            .Money(sold: Whole, owed: Whole);
    }

    [Fact]
    public void A_payment_for_a_return_owes_the_first_buyer_only_what_did_not_go_back_elsewhere()
    {
        var cell = BeingPaid();
        cell.RefundElsewhere("e", 100);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.Wrote("released", "refund-owed", "sold").Is(OrderStatus.Refunding, sold: 1)
            .Money(sold: Whole, owed: Whole - 100, elsewhere: 100);
    }

    [Fact]
    public void A_payment_for_a_return_whose_money_went_back_elsewhere_owes_nothing()
    {
        var cell = BeingPaid();
        cell.RefundElsewhere("e", Whole);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.Wrote("released", "sold").Is(OrderStatus.Refunded, sold: 1).Money(sold: Whole, elsewhere: Whole);
    }

    [Fact]
    public void An_order_for_a_return_that_is_not_paid_ends_and_leaves_the_first_one_paid()
    {
        var cell = BeingPaid();
        cell.Live.DoDue(Next(cell).PayBy + Grace);
        cell.Wrote("released", "left").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        StageOf(cell.Live, cell.Order).ShouldBe(OrderReturn.Offered);
    }

    [Fact]
    public void An_order_for_a_return_that_is_declined_ends_and_the_next_after_it_is_offered_the_units()
    {
        var cell = BeingPaid();
        cell.Live.Buy("weibo:carl", standby: true);
        cell.Begin().Live.Decline(Next(cell).Seq);
        cell.Live.DoDue(Opening);
        cell.Wrote("released", "left", "held").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        StageOf(cell.Live, cell.Order).ShouldBe(OrderReturn.BeingPaid);
    }

    [Fact]
    public void A_return_that_is_kept_while_the_next_is_paying_is_theirs_if_they_are_paid_in_time()
    {
        var cell = BeingPaid();
        cell.Live.Keep(cell.Order);
        cell.Wrote("return-cancelled").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        StageOf(cell.Live, cell.Order).ShouldBe(OrderReturn.Ending);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.Wrote("released", "refund-owed", "sold").Is(OrderStatus.Refunding, sold: 1)
            .Money(sold: Whole, owed: Whole);
    }

    [Fact]
    public void A_return_that_is_kept_while_the_next_is_paying_is_over_when_their_order_ends_and_is_offered_to_nobody()
    {
        var cell = BeingPaid();
        cell.Live.Buy("weibo:carl", standby: true);
        cell.Live.Keep(cell.Order);
        cell.Begin().Live.DoDue(Next(cell).PayBy + Grace);
        cell.Wrote("released", "left").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        StageOf(cell.Live, cell.Order).ShouldBeNull();
    }

    [Fact]
    public void A_return_that_is_kept_is_not_offered_again_while_the_next_is_paying()
    {
        var cell = BeingPaid();
        cell.Live.Keep(cell.Order);
        cell.Begin().Live.GiveBack(cell.Order).Refused.ShouldBe(Refusal.Conflict);
        cell.Wrote().Is(OrderStatus.Paid, sold: 1);
    }

    [Fact]
    public void A_shipment_ends_a_return_that_waits()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.GiveBack(cell.Order);
        cell.Begin().Command(BuyerAction.Ship, "s").ShouldBe(Effect.Done);
        cell.Wrote("shipped").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        StageOf(cell.Live, cell.Order).ShouldBeNull();
    }

    [Fact]
    public void A_shipment_while_the_next_is_paying_is_refused()
    {
        var cell = BeingPaid();
        cell.Live.Command(On(BuyerAction.Ship, cell.Order, "s")).Refused.ShouldBe(Refusal.Conflict);
        cell.Wrote().Is(OrderStatus.Paid, sold: 1);
    }

    [Fact]
    public void The_end_of_the_sale_ends_a_return_that_waits()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.GiveBack(cell.Order);
        cell.Begin().Live.Operate(OperatorAction.Close, "o");
        cell.Wrote("closed", "ended").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        StageOf(cell.Live, cell.Order).ShouldBeNull();
    }

    [Fact]
    public void The_end_of_the_sale_leaves_a_return_to_the_next_who_is_paying_and_to_nobody_after_them()
    {
        var cell = BeingPaid();
        cell.Live.Operate(OperatorAction.Close, "o");
        cell.Wrote("closed", "ended").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole);
        StageOf(cell.Live, cell.Order).ShouldBe(OrderReturn.Ending);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.Wrote("released", "refund-owed", "sold").Is(OrderStatus.Refunding, sold: 1);
    }

    [Fact]
    public void A_recall_of_paid_orders_leaves_their_units_to_the_next_who_is_paying()
    {
        var cell = BeingPaid();
        cell.Live.Recall(RecalledOrders.Paid);
        cell.Live.DoDue(Opening);
        cell.Wrote("recalled", "released", "refund-owed").Is(OrderStatus.Refunding, held: 1).Money(owed: Whole);
    }

    [Fact]
    public void A_recall_of_all_orders_ends_both_and_frees_the_units_once()
    {
        var cell = BeingPaid();
        cell.Live.Recall(RecalledOrders.All);
        cell.Live.DoDue(Opening);
        cell.Wrote("recalled", "released", "refund-owed", "released", "left").Is(OrderStatus.Refunding)
            .Money(owed: Whole);
    }

    [Fact]
    public void A_payment_for_a_return_that_is_due_takes_no_unit_of_the_first_order()
    {
        var cell = BeingPaid();
        cell.Live.Pay(Next(cell).Seq, "p-bob", Next(cell).PayBy + Grace).ShouldBe(CaptureResult.RefundOwed);
        cell.Wrote("released", "refund-owed").Is(OrderStatus.Paid, sold: 1).Money(sold: Whole, owed: Whole);
    }

    [Fact]
    public void Cancelling_a_paid_order_while_the_next_is_paying_for_its_return_leaves_them_its_units()
    {
        var cell = BeingPaid();
        cell.Cancel();
        cell.Wrote().Is(OrderStatus.Paid, sold: 1);
        cell.Cancel(byOperator: true);
        cell.Wrote("released", "refund-owed").Is(OrderStatus.Refunding, held: 1).Money(owed: Whole);
        cell.Begin().Live.Pay(Next(cell).Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        cell.Wrote("sold").Is(OrderStatus.Refunding, sold: 1).Money(sold: Whole, owed: Whole);
    }

    // Alice's order is offered to Bob.
    private static Cell BeingPaid()
    {
        var cell = new Cell(stock: 1, standby: 5);
        cell.Capture();
        cell.Live.Buy("weibo:bob", standby: true);
        cell.Live.GiveBack(cell.Order);
        return cell.Begin();
    }

    private static Order Next(Cell cell) => OrderOf(cell.Live, "weibo:bob");
}
