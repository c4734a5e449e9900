using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;
using static OrleansSale.Tests.Rules.Batches.Returning;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A recall and an extension while somebody from the line pays for a return.</summary>
public class ReturnRecallTests
{
    private readonly LiveBatch _live;
    private readonly long _paid, _next;

    public ReturnRecallTests()
    {
        (_live, _paid) = SoldOut();
        _live.Buy("weibo:bob", standby: true);
        _live.GiveBack(_paid);
        _next = OrderOf(_live, "weibo:bob").Seq;
    }

    [Fact]
    public void A_recall_of_all_orders_ends_both_and_frees_the_units_once()
    {
        _live.Recall(RecalledOrders.All);
        _live.DoDue(Opening);
        Is(OrderStatus.Refunding, OrderStatus.Cancelled, free: 1, held: 0, sold: 0);
        RecallRules.View(_live.State).Value!.Cancelled.Orders.ShouldBe(2);
    }

    [Fact]
    public void A_recall_of_unpaid_orders_frees_nothing_of_a_return_that_stays_paid()
    {
        _live.Recall(RecalledOrders.AwaitingPayment);
        _live.DoDue(Opening);
        Is(OrderStatus.Paid, OrderStatus.Cancelled, free: 0, held: 0, sold: 1);
        StageOf(_live, _paid).ShouldBe(OrderReturn.Offered);
    }

    [Fact]
    public void A_recall_of_paid_orders_leaves_the_units_to_whoever_is_paying_for_them()
    {
        _live.Recall(RecalledOrders.Paid);
        _live.DoDue(Opening);
        Is(OrderStatus.Refunding, OrderStatus.AwaitingPayment, free: 0, held: 1, sold: 0);
        _live.Pay(_next, "p-bob").ShouldBe(CaptureResult.Sold);
        Is(OrderStatus.Refunding, OrderStatus.Paid, free: 0, held: 0, sold: 1);
    }

    [Fact]
    public void A_payment_before_a_recall_has_come_to_the_return_ends_it_as_returned_and_nothing_is_recalled_twice()
    {
        _live.Recall(RecalledOrders.Paid);
        _live.Pay(_next, "p-bob").ShouldBe(CaptureResult.Sold);
        _live.State.IsRecalling.ShouldBeFalse();
        Is(OrderStatus.Refunding, OrderStatus.Paid, free: 0, held: 0, sold: 1);
        _live.State.Payments.Owed.Single().Id.ShouldBe(PaymentOf("p"));
    }

    [Fact]
    public void A_payment_for_a_return_that_is_being_recalled_is_owed_back_and_the_first_order_stays_paid()
    {
        _live.Recall(RecalledOrders.AwaitingPayment);
        _live.Pay(_next, "p-bob").ShouldBe(CaptureResult.RefundOwed);
        Is(OrderStatus.Paid, OrderStatus.Refunding, free: 0, held: 0, sold: 1);
    }

    [Fact]
    public void An_extension_gives_whoever_pays_for_a_return_more_time_too()
    {
        var before = _live.State.Orders.Find(_next)!.PayBy;
        _live.Extend(60);
        _live.State.Orders.Find(_next)!.PayBy.ShouldBe(before + 60_000);
        _live.DoDue(Expiry);
        Is(OrderStatus.Paid, OrderStatus.AwaitingPayment, free: 0, held: 0, sold: 1);
        _live.DoDue(Expiry + 60_000);
        Is(OrderStatus.Paid, OrderStatus.Expired, free: 0, held: 0, sold: 1);
    }

    private void Is(OrderStatus first, OrderStatus next, int free, int held, int sold)
    {
        var stock = _live.State.Stock;
        (StatusOf(_paid), StatusOf(_next), stock.Free.Count, stock.Held, stock.Sold)
            .ShouldBe((first, next, free, held, sold));
        StateDump.Same(StateDump.Of(_live.Replay()), StateDump.Of(_live.State));
    }

    private OrderStatus StatusOf(long order) => OrderBook.StatusOf(_live.State.Orders.Find(order)!);
}
