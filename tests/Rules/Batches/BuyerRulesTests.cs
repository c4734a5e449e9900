using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Commands;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>What operators do for and to single buyers.</summary>
public class BuyerRulesTests
{
    private const long Expired = Opening + 930_000;

    [Fact]
    public void A_grant_holds_free_units_for_a_user_who_never_reserved_and_is_the_users_order_like_any_other()
    {
        var live = Open(TermsOf(stock: 3, limit: 2));
        live.Command(GrantTo("weibo:alice", "g", 2)).Value.ShouldBe(Effect.Done);
        var order = live.State.Orders.LatestOf(AliasOf("weibo:alice"))!;
        order.Units.ShouldBe([1, 2]);
        order.PayBy.ShouldBe(Opening + 900_000);
        live.State.Orders.GrantedUnder(CommandKey("g"))!.Seq.ShouldBe(order.Seq);
        // The limit counts it, and a purchase without a key finds it.
        live.Buy("weibo:alice").Order!.Seq.ShouldBe(order.Seq);
        live.Buy("weibo:alice", key: "k").Refused.ShouldBe(Refusal.LimitReached);
        live.Pay(order.Seq, "p").ShouldBe(CaptureResult.Sold);
        live.DoDue(Expired);
        live.State.Stock.Sold.ShouldBe(2);
    }

    [Fact]
    public void An_unpaid_grant_ends_at_its_deadline_like_any_hold()
    {
        var live = Open(TermsOf(stock: 1));
        live.Command(GrantTo("weibo:alice", "g"));
        live.DoDue(Expired - 1);
        live.State.Stock.Held.ShouldBe(1);
        live.DoDue(Expired);
        live.State.Stock.Free.Count.ShouldBe(1);
    }

    [Fact]
    public void A_grant_is_carried_out_once_for_each_key_and_a_key_names_one_command_of_whichever_kind()
    {
        var live = Open(TermsOf(stock: 5, limit: 3));
        live.Command(GrantTo("weibo:alice", "g"));
        live.Command(GrantTo("weibo:alice", "g")).Value.ShouldBe(Effect.AlreadySo);
        live.Command(GrantTo("weibo:alice", "g", 2)).Refused.ShouldBe(Refusal.Conflict);
        live.Command(GrantTo("weibo:bob", "g")).Refused.ShouldBe(Refusal.Conflict);
        live.Operate(OperatorAction.Pause, "g").Refused.ShouldBe(Refusal.Conflict);
        live.Operate(OperatorAction.Restock, "o", 1).Value.ShouldBe(Effect.Done);
        live.Command(GrantTo("weibo:bob", "o")).Refused.ShouldBe(Refusal.Conflict);
        // Another operator's same text is another key.
        live.Operate(OperatorAction.Pause, "g", by: "weibo:deputy").Value.ShouldBe(Effect.Done);
        live.State.Orders.All.Count.ShouldBe(1);
    }

    [Fact]
    public void A_grant_and_a_revival_take_nothing_that_not_everybody_could_buy()
    {
        var early = Create();
        Refused(early, GrantTo("weibo:alice", "g"), Refusal.SaleNotOpen, Opening - 1);
        var live = Open(TermsOf(stock: 2) with { StandbyLimit = 5 });
        var lost = live.Buy("weibo:xi").Order!.Seq;
        live.DoDue(Expired);
        var revival = On(BuyerAction.Revive, lost, "r");
        live.Buy("weibo:bob", Expired);
        Refused(live, GrantTo("weibo:bob", "g"), Refusal.LimitReached, Expired);
        Refused(live, GrantTo("weibo:alice", "g", 2), Refusal.LimitReached, Expired);
        live.Operate(OperatorAction.Pause, "o-1", now: Expired);
        foreach (var command in new[] { GrantTo("weibo:alice", "g"), revival })
            Refused(live, command, Refusal.Paused, Expired);
        live.Operate(OperatorAction.Resume, "o-2", now: Expired);
        live.Buy("weibo:carl", Expired);
        foreach (var command in new[] { GrantTo("weibo:alice", "g"), revival })
            Refused(live, command, Refusal.SoldOut, Expired);
        // A unit that comes back goes to the line.
        live.Buy("weibo:dora", Expired, standby: true);
        live.Operate(OperatorAction.Pause, "o-3", now: Expired);
        live.Cancel(live.State.Orders.LatestOf(AliasOf("weibo:carl"))!.Seq, Expired);
        live.State.Stock.Free.Count.ShouldBe(1);
        live.Commit(Expired, new ResumedSale("r", Boss, CommandKey("o-4")));
        foreach (var command in new[] { GrantTo("weibo:alice", "g"), revival })
        {
            var decision = BuyerRules.Decide(live.State, command, Expired);
            (decision.Outcome.Refused, decision.Entries.Length).ShouldBe((Refusal.SoldOut, 0));
        }
        live.Operate(OperatorAction.Close, "o-5", now: Expired);
        foreach (var command in new[] { GrantTo("weibo:alice", "g"), revival })
            Refused(live, command, Refusal.SaleClosed, Expired);
    }

    [Fact]
    public void A_revived_order_keeps_its_id_and_its_checkout_and_gets_units_and_a_deadline_anew()
    {
        var live = Open(TermsOf(stock: 3, limit: 2));
        var order = live.Buy("weibo:alice", quantity: 2).Order!.Seq;
        live.Commit(Opening, new CheckoutOpened(order, 1, "pay", "c1"));
        live.DoDue(Expired);
        live.Buy("weibo:bob", Expired, quantity: 1);
        live.Command(On(BuyerAction.Revive, order, "r"), Expired).Value.ShouldBe(Effect.Done);
        var view = live.State.Orders.View(live.State.Orders.Find(order)!);
        (view.Status, view.PayBy, view.Checkout, view.Revivals).ShouldBe(
            (OrderStatus.AwaitingPayment, Instant(Expired + 900_000), "c1", 1));
        view.Units.ShouldBe([2, 3]);
        PaymentRules.DecideCheckout(live.State, order, "pay", "c2", Expired).Entries
            .ShouldBe([new CheckoutOpened(order, 2, "pay", "c2")]);
        // Again it is already so, under any key; after it is paid it cannot be revived.
        live.Command(On(BuyerAction.Revive, order, "r-2"), Expired).Value.ShouldBe(Effect.AlreadySo);
        live.Pay(order, "p", Expired).ShouldBe(CaptureResult.Sold);
        Refused(live, On(BuyerAction.Revive, order, "r-3"), Refusal.Conflict, Expired);
    }

    [Fact]
    public void A_revived_order_expires_at_its_new_deadline_and_may_be_revived_again()
    {
        var live = Open(TermsOf(stock: 5));
        var order = live.Buy("weibo:alice").Order!.Seq;
        live.DoDue(Expired);
        live.Command(On(BuyerAction.Revive, order, "r-1"), Expired);
        // Later holds end later, however early its place in the book is.
        var other = live.Buy("weibo:bob", Expired + 1).Order!.Seq;
        live.State.Orders.NextDeadline()!.Seq.ShouldBe(order);
        live.DoDue(Expired + 930_000);
        (live.State.Orders.Find(order)!.Hold, live.State.Orders.Find(other)!.Hold)
            .ShouldBe((HoldState.Expired, HoldState.Live));
        live.Command(On(BuyerAction.Revive, order, "r-2"), Expired + 930_000).Value.ShouldBe(Effect.Done);
        live.State.Orders.NextDeadline()!.Seq.ShouldBe(other);
    }

    [Fact]
    public void Only_an_order_that_expired_unpaid_and_is_still_wanted_is_revived()
    {
        var live = Open(TermsOf(stock: 5) with { StandbyLimit = 0 });
        var cancelled = live.Buy("weibo:alice").Order!.Seq;
        live.Cancel(cancelled);
        Refused(live, On(BuyerAction.Revive, cancelled, "r"), Refusal.Conflict);
        Refused(live, On(BuyerAction.Revive, 999, "r"), Refusal.NotFound);
        var unwanted = live.Buy("weibo:bob").Order!.Seq;
        live.DoDue(Expired);
        live.Commit(Expired, new ReservationCancelled(AliasOf("weibo:bob"), 1));
        Refused(live, On(BuyerAction.Revive, unwanted, "r"), Refusal.Conflict, Expired);
        // Whose late money goes back has not just expired.
        var late = live.Buy("weibo:carl", Expired).Order!.Seq;
        live.DoDue(Expired * 2 - Opening);
        live.Operate(OperatorAction.Withdraw, "o", 5, live.State.LastAt);
        live.Pay(late, "p", live.State.LastAt).ShouldBe(CaptureResult.RefundOwed);
        Refused(live, On(BuyerAction.Revive, late, "r"), Refusal.Conflict, live.State.LastAt);
    }

    [Fact]
    public void The_place_of_an_offer_that_was_revived_has_passed_and_stays_so()
    {
        var live = Open(TermsOf(stock: 1) with { StandbyLimit = 5 });
        var first = live.Buy("weibo:xi").Order!.Seq;
        live.Buy("weibo:alice", standby: true);
        live.Cancel(first);
        live.DoDue(Opening);
        var offer = live.State.Orders.LatestOf(AliasOf("weibo:alice"))!.Seq;
        live.DoDue(Expired);
        live.Command(On(BuyerAction.Revive, offer, "r"), Expired).Value.ShouldBe(Effect.Done);
        live.Pay(offer, "p", Expired).ShouldBe(CaptureResult.Sold);
        live.State.Line.Find(1)!.State.ShouldBe(GrainInterfaces.Line.PlaceState.Passed);
        live.State.Line.Passing.ShouldBe(0);
    }

    [Fact]
    public void A_cancellation_is_of_unpaid_orders_and_a_refund_of_paid_ones()
    {
        var live = Open(TermsOf(stock: 5));
        var (unpaid, paid) = (live.Buy("weibo:alice").Order!.Seq, live.Buy("weibo:bob").Order!.Seq);
        live.Pay(paid, "p");
        Refused(live, On(BuyerAction.Cancel, paid, "c"), Refusal.Conflict);
        Refused(live, On(BuyerAction.Refund, unpaid, "f"), Refusal.Conflict);
        live.Command(On(BuyerAction.Cancel, unpaid, "c")).Value.ShouldBe(Effect.Done);
        live.Command(On(BuyerAction.Refund, paid, "f")).Value.ShouldBe(Effect.Done);
        live.State.Stock.Free.Count.ShouldBe(5);
        StatusOf(live, unpaid).ShouldBe(OrderStatus.Cancelled);
        StatusOf(live, paid).ShouldBe(OrderStatus.Refunding);
        // A repeat is harmless, under the same key and under another one. The key of the one is not that of the other.
        foreach (var key in new[] { "c", "c-2" })
            live.Command(On(BuyerAction.Cancel, unpaid, key)).Value.ShouldBe(Effect.AlreadySo);
        live.Command(On(BuyerAction.Refund, paid, "f-2")).Value.ShouldBe(Effect.AlreadySo);
        Refused(live, On(BuyerAction.Refund, paid, "c"), Refusal.Conflict);
        live.Command(On(BuyerAction.Cancel, paid, "c-3")).Value.ShouldBe(Effect.AlreadySo);
    }

    [Fact]
    public void A_shipped_order_is_refunded_by_operators_only_and_its_units_are_not_free_again()
    {
        var live = Open(TermsOf(stock: 2));
        var order = live.Buy("weibo:alice").Order!.Seq;
        Refused(live, On(BuyerAction.Ship, order, "s"), Refusal.Conflict);
        live.Pay(order, "p");
        live.Command(On(BuyerAction.Ship, order, "s")).Value.ShouldBe(Effect.Done);
        live.Command(On(BuyerAction.Ship, order, "s")).Value.ShouldBe(Effect.AlreadySo);
        live.Command(On(BuyerAction.Ship, order, "s-2")).Value.ShouldBe(Effect.Done);
        live.State.Orders.Find(order)!.Shipment!.Key.ShouldBe(CommandKey("s-2").ToString());
        foreach (var by in new[] { null, new Cancellation(Boss, CancelReason.Other) })
            PaymentRules.DecideCancel(live.State, order, null, by).Outcome.Refused.ShouldBe(Refusal.Conflict);

        live.Command(On(BuyerAction.Refund, order, "f")).Value.ShouldBe(Effect.Done);
        StatusOf(live, order).ShouldBe(OrderStatus.Refunding);
        (live.State.Stock.Free.Count, live.State.Stock.Sold).ShouldBe((1, 1));
        live.Commit(Opening, new RefundMade(order, PaymentOf("p"), "r", Price));
        StatusOf(live, order).ShouldBe(OrderStatus.Refunded);
        Refused(live, On(BuyerAction.Ship, order, "s-3"), Refusal.Conflict);
        // It counts no longer towards the limit, and a second payment of it goes back.
        live.Buy("weibo:alice", key: "k").Refused.ShouldBeNull();
        live.Pay(order, "p-2").ShouldBe(CaptureResult.RefundOwed);
        StateDump.Same(StateDump.Of(live.Replay()), StateDump.Of(live.State));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(PaidCancellation.UntilShipped, true)]
    [InlineData(PaidCancellation.Never, false)]
    public void A_buyer_cancels_a_paid_order_as_the_terms_say_and_an_operator_always(
        PaidCancellation? terms, bool mayBuyer)
    {
        var live = Open(TermsOf(stock: 5) with { CancelPaid = terms });
        var (paid, unpaid) = (live.Buy("weibo:alice").Order!.Seq, live.Buy("weibo:bob").Order!.Seq);
        live.Pay(paid, "p");
        PaymentRules.DecideCancel(live.State, paid, AliasOf("weibo:alice")).Outcome.Refused
            .ShouldBe(mayBuyer ? null : Refusal.Conflict);
        PaymentRules.DecideCancel(live.State, unpaid, AliasOf("weibo:bob")).Outcome.Value.ShouldBe(Effect.Done);
        PaymentRules.DecideCancel(live.State, paid, null, new(Boss, CancelReason.Other)).Outcome.Value
            .ShouldBe(Effect.Done);
    }

    private static OrderStatus StatusOf(LiveBatch live, long order) =>
        OrderBook.StatusOf(live.State.Orders.Find(order)!);

    private static void Refused(LiveBatch live, BuyerCommand command, Refusal refusal, long now = Opening)
    {
        live.DoDue(now);
        var before = StateDump.Of(live.State);
        live.Command(command, now).Refused.ShouldBe(refusal);
        StateDump.Same(StateDump.Of(live.State), before);
    }
}
