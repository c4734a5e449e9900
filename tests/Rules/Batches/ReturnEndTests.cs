using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Erasing;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;
using static OrleansSale.Tests.Rules.Batches.Returning;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>How returns end when the order, the offer or the sale does.</summary>
public class ReturnEndTests
{
    [Fact]
    public void A_shipment_ends_a_return_that_waits_and_is_refused_while_somebody_may_pay()
    {
        var (live, paid) = SoldOut();
        live.GiveBack(paid);
        live.Buy("weibo:bob", standby: true);
        live.DoDue(Opening);
        live.Command(On(BuyerAction.Ship, paid, "s-1")).Detail.ShouldBe("its buyer gave it back, and order "
            + $"mi2-1.{OrderOf(live, "weibo:bob").Seq} may pay for it: let its buyer keep it, or pause the sale; then "
            + "wait for the end of that order, or cancel it");
        live.Decline(OrderOf(live, "weibo:bob").Seq);
        live.Command(On(BuyerAction.Ship, paid, "s-2")).Value.ShouldBe(Effect.Done);
        StageOf(live, paid).ShouldBeNull();
        live.GiveBack(paid).Refused.ShouldBe(Refusal.Conflict);
        live.Buy("weibo:carl", standby: true).Place!.Wait.Outlook.ShouldBe(WaitOutlook.Unlikely);
    }

    [Fact]
    public void A_return_that_is_kept_is_offered_to_nobody_after_the_one_who_has_it_offered()
    {
        var (live, paid) = SoldOut();
        foreach (var user in (string[])["weibo:bob", "weibo:carl", "weibo:dora"]) live.Buy(user, standby: true);
        live.GiveBack(paid);
        // Each who does not pay makes way for the next at once, so it is never seen as only offered.
        live.DoDue(Expiry);
        StageOf(live, paid).ShouldBe(OrderReturn.BeingPaid);
        live.Keep(paid, Expiry).Value.ShouldBe(Effect.Done);
        live.Keep(paid, Expiry).Value.ShouldBe(Effect.AlreadySo);
        live.GiveBack(paid, Expiry).Refused.ShouldBe(Refusal.Conflict);
        (StageOf(live, paid), live.State.Orders.Returns.Units).ShouldBe((OrderReturn.Ending, 0));
        live.DoDue(2 * Expiry - Opening);
        live.State.Line.After(0).Select(place => place.State)
            .ShouldBe([PlaceState.Passed, PlaceState.Passed, PlaceState.Waiting]);
        StageOf(live, paid).ShouldBeNull();
        live.GiveBack(paid, 2 * Expiry - Opening).Value.ShouldBe(Effect.Done);
        StageOf(live, paid).ShouldBe(OrderReturn.BeingPaid);
    }

    [Fact]
    public void Whoever_has_it_offered_may_pay_though_it_is_kept()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        live.Keep(paid);
        live.Pay(OrderOf(live, "weibo:bob").Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        StageOf(live, paid).ShouldBe(OrderReturn.Returned);
        live.Keep(paid).Refused.ShouldBe(Refusal.Conflict);
        (live.State.Orders.Returns.Units, live.State.Payments.Owed.Count).ShouldBe((0, 1));
    }

    [Fact]
    public void An_operator_who_follows_the_advice_can_ship_though_somebody_waits()
    {
        foreach (var isKept in (bool[])[true, false])
        {
            var (live, paid) = SoldOut();
            foreach (var user in (string[])["weibo:bob", "weibo:carl"]) live.Buy(user, standby: true);
            live.GiveBack(paid);
            if (isKept) live.Keep(paid);
            else live.Operate(OperatorAction.Pause, "o");
            var next = OrderOf(live, "weibo:bob").Seq;
            live.Command(On(BuyerAction.Ship, paid, "s-1")).Refused.ShouldBe(Refusal.Conflict);
            live.Command(On(BuyerAction.Cancel, next, "c")).Value.ShouldBe(Effect.Done);
            live.Command(On(BuyerAction.Ship, paid, "s-2")).Value.ShouldBe(Effect.Done);
            (StageOf(live, paid), live.State.Orders.Returns.Units).ShouldBe((null, 0));
        }
    }

    [Fact]
    public void An_operator_who_refunds_the_order_leaves_its_units_to_whoever_is_paying_for_them()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        live.Command(On(BuyerAction.Refund, paid, "r")).Value.ShouldBe(Effect.Done);
        live.DoDue(Opening);
        (live.State.Stock.Held, live.State.Stock.Sold, live.State.Stock.Free.Count).ShouldBe((1, 0, 0));
        (StageOf(live, paid), live.State.Orders.Returns.Holds).ShouldBe((null, 0));
        live.Pay(OrderOf(live, "weibo:bob").Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        live.State.Payments.Owed.Single().Id.ShouldBe(PaymentOf("p"), "it is owed once");
    }

    [Fact]
    public void The_units_of_a_refunded_return_are_free_when_nobody_has_paid_for_them_in_time()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        live.Cancel(paid);
        live.DoDue(Expiry);
        live.State.Stock.Free.Count.ShouldBe(1);
    }

    [Fact]
    public void A_cancellation_of_the_buyer_ends_a_return_that_waits()
    {
        var (live, paid) = SoldOut();
        live.GiveBack(paid);
        live.Decline(paid);
        (StageOf(live, paid), live.State.Stock.Free.Count, live.State.Orders.Returns.Units).ShouldBe((null, 1, 0));
    }

    [Fact]
    public void The_end_of_the_sale_ends_what_waits_and_whoever_pays_then_may_finish()
    {
        var live = Open(Terms(stock: 2));
        var paid = PaidBy(live, "weibo:alice", "weibo:xi");
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid[0]);
        live.GiveBack(paid[1]);
        live.Operate(OperatorAction.Close, "o");
        (StageOf(live, paid[0]), StageOf(live, paid[1])).ShouldBe((OrderReturn.Ending, null));
        foreach (var order in paid)
        {
            live.Keep(order).Value.ShouldBe(Effect.AlreadySo);
            live.GiveBack(order).Refused.ShouldBe(Refusal.SaleClosed);
        }
        live.State.Stock.Held.ShouldBe(0);
        var end = Opening + 8_000_000 + (BatchTerms.DefaultKeepPersonalDataDays * 86_400_000L);
        ErasureRules.DecideAnonymise(live.State, Boss, end).Outcome.Refused.ShouldBe(Refusal.Conflict);
        ErasureRules.FindErasable(live.State, AliasOf("weibo:alice")).Refused.ShouldBe(Refusal.Conflict);
        ErasureRules.FindErasable(live.State, AliasOf("weibo:xi")).Refused.ShouldBeNull();
        live.Pay(OrderOf(live, "weibo:bob").Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        StageOf(live, paid[0]).ShouldBe(OrderReturn.Returned);
    }

    [Fact]
    public void After_the_end_an_unpaid_offer_leaves_the_order_with_the_first_buyer()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        live.Operate(OperatorAction.Close, "o");
        live.DoDue(Expiry);
        (StageOf(live, paid), live.State.Orders.Returns.Holds).ShouldBe((null, 0));
        OrderBook.StatusOf(live.State.Orders.Find(paid)!).ShouldBe(OrderStatus.Paid);
        ErasureRules.FindErasable(live.State, AliasOf("weibo:alice")).Refused.ShouldBeNull();
    }

    [Fact]
    public void A_late_payment_of_an_offer_that_has_expired_gets_free_units_or_is_owed_back_and_never_the_return()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        var late = OrderOf(live, "weibo:bob").Seq;
        // Due, and not released yet.
        live.Pay(late, "p-1", Expiry).ShouldBe(CaptureResult.RefundOwed);
        live.DoDue(Expiry);
        live.Pay(late, "p-2", Expiry).ShouldBe(CaptureResult.RefundOwed);
        StageOf(live, paid).ShouldBe(OrderReturn.Offered);
        live.Operate(OperatorAction.Restock, "o", 1, Expiry);
        live.Pay(late, "p-3", Expiry).ShouldBe(CaptureResult.Sold);
        live.State.Orders.Find(late)!.Units.ShouldBe([2]);
        (live.State.Stock.Sold, StageOf(live, paid)).ShouldBe((2, OrderReturn.Offered));
    }

    [Fact]
    public void A_due_offer_of_a_return_that_is_paid_late_gets_the_free_unit_in_one_decision()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        var late = OrderOf(live, "weibo:bob").Seq;
        live.Operate(OperatorAction.Restock, "o", 1);
        live.Pay(late, "p-late", Expiry).ShouldBe(CaptureResult.Sold);
        live.DoDue(Expiry);
        live.State.Orders.Find(late)!.Units.ShouldBe([2]);
        StageOf(live, paid).ShouldBe(OrderReturn.Offered);
    }

    [Fact]
    public void A_second_payment_for_an_order_that_was_returned_is_owed_back()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        live.Pay(OrderOf(live, "weibo:bob").Seq, "p-bob");
        live.Pay(paid, "p-again").ShouldBe(CaptureResult.RefundOwed);
        live.State.Payments.Owed.Count.ShouldBe(2);
    }
}
