using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;
using static OrleansSale.Tests.Rules.Batches.Returning;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Paid buyers give units back, and the next in line pays for them.</summary>
public class ReturnRulesTests
{
    [Fact]
    public void The_next_in_line_pays_and_the_first_buyer_is_owed_their_money_in_the_same_decision()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid).Value.ShouldBe(Effect.Done);
        StageOf(live, paid).ShouldBe(OrderReturn.BeingPaid);
        var offer = OrderOf(live, "weibo:bob");
        offer.Units.ShouldBe([1]);
        offer.PayBy.ShouldBe(Opening + 60_000);
        // The unit stays sold until then.
        (live.State.Stock.Held, live.State.Stock.Sold).ShouldBe((0, 1));

        var before = live.State.LastSeq;
        live.Pay(offer.Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        live.State.LastSeq.ShouldBe(before + 3);
        (live.State.Stock.Held, live.State.Stock.Sold, live.State.Stock.Free.Count).ShouldBe((0, 1, 0));
        OrderBook.StatusOf(live.State.Orders.Find(paid)!).ShouldBe(OrderStatus.Refunding);
        StageOf(live, paid).ShouldBe(OrderReturn.Returned);
        live.State.Payments.All[PaymentOf("p")].State.ShouldBe(PaymentState.Owed);
        live.State.Payments.All[PaymentOf("p-bob")].State.ShouldBe(PaymentState.Kept);
        live.State.Line.Find(1)!.State.ShouldBe(PlaceState.Taken);
        live.GiveBack(paid).Value.ShouldBe(Effect.AlreadySo);
        live.Keep(paid).Refused.ShouldBe(Refusal.Conflict);
        live.Commit(Opening, PaymentRules.DecideRefunded(live.State, PaymentOf("p"), "r", Price).Entries);
        OrderBook.StatusOf(live.State.Orders.Find(paid)!).ShouldBe(OrderStatus.Refunded);
    }

    [Fact]
    public void Nobody_waits_so_it_is_kept_open_until_somebody_does()
    {
        var (live, paid) = SoldOut();
        live.GiveBack(paid).Value.ShouldBe(Effect.Done);
        live.GiveBack(paid).Value.ShouldBe(Effect.AlreadySo);
        StageOf(live, paid).ShouldBe(OrderReturn.Offered);
        // It is no free unit: who does not wait in the line cannot buy it.
        live.Buy("weibo:bob").Refused.ShouldBe(Refusal.SoldOut);
        live.Buy("weibo:bob", standby: true).Place!.Wait.Outlook.ShouldBe(WaitOutlook.Unknown);
        live.DoDue(Opening);
        StageOf(live, paid).ShouldBe(OrderReturn.BeingPaid);
    }

    [Fact]
    public void An_offer_that_expires_or_is_declined_goes_to_the_next_and_the_first_buyer_keeps_the_order_meanwhile()
    {
        var (live, paid) = SoldOut();
        foreach (var user in (string[])["weibo:bob", "weibo:carl", "weibo:dora"]) live.Buy(user, standby: true);
        live.GiveBack(paid);
        live.Decline(OrderOf(live, "weibo:bob").Seq);
        live.DoDue(Opening);
        live.DoDue(Expiry);
        live.State.Line.After(0).Select(place => place.State)
            .ShouldBe([PlaceState.Passed, PlaceState.Passed, PlaceState.Offered]);
        OrderBook.StatusOf(live.State.Orders.Find(paid)!).ShouldBe(OrderStatus.Paid);
        live.Decline(OrderOf(live, "weibo:dora").Seq, Expiry);
        StageOf(live, paid).ShouldBe(OrderReturn.Offered);
        (live.State.Stock.Sold, live.State.Payments.Owed.Count).ShouldBe((1, 0));
    }

    [Fact]
    public void Free_units_go_to_the_line_before_returned_ones_and_returns_go_as_they_came()
    {
        var live = Open(Terms(stock: 3));
        var paid = PaidBy(live, "weibo:alice", "weibo:xi", "weibo:yu");
        live.Buy("weibo:bob", standby: true);
        live.Buy("weibo:carl", standby: true);
        live.Operate(OperatorAction.Pause, "o-1");
        foreach (var order in (long[])[paid[2], paid[0]]) live.GiveBack(order);
        live.Operate(OperatorAction.Restock, "o-2", 1);
        live.Operate(OperatorAction.Resume, "o-3");
        live.DoDue(Opening);
        OrderOf(live, "weibo:bob").Units.ShouldBe([4]);
        OrderOf(live, "weibo:carl").Units.ShouldBe([3]);
        StageOf(live, paid[0]).ShouldBe(OrderReturn.Offered);
    }

    [Fact]
    public void A_return_is_never_divided_and_nobody_in_the_line_is_overtaken_for_it()
    {
        var live = Open(Terms(stock: 3, limit: 2));
        var two = live.Buy("weibo:alice", quantity: 2).Order!.Seq;
        var one = live.Buy("weibo:xi").Order!.Seq;
        live.Pay(two, "p-2");
        live.Pay(one, "p-1");
        live.Buy("weibo:bob", standby: true);
        live.Buy("weibo:carl", quantity: 2, standby: true);
        live.GiveBack(two);
        // The first wants one unit, and the second does not overtake them.
        StageOf(live, two).ShouldBe(OrderReturn.Offered);
        live.GiveBack(one);
        OrderOf(live, "weibo:bob").Units.ShouldBe([3]);
        OrderOf(live, "weibo:carl").Units.ShouldBe([1, 2]);
        live.Pay(OrderOf(live, "weibo:carl").Seq, "p-3").ShouldBe(CaptureResult.Sold);
        live.State.Payments.Owed.Single().Amount.ShouldBe(Price * 2);
    }

    [Fact]
    public void A_place_that_wants_more_is_offered_a_return_as_a_part()
    {
        var live = Open(Terms(stock: 1, limit: 2));
        var paid = PaidBy(live, "weibo:alice")[0];
        live.Buy("weibo:bob", quantity: 2, standby: true);
        live.GiveBack(paid);
        live.Decline(OrderOf(live, "weibo:bob").Seq);
        live.State.Line.Find(1)!.State.ShouldBe(PlaceState.Waiting, "the first time they keep the place");
        live.DoDue(Opening);
        live.Decline(OrderOf(live, "weibo:bob").Seq);
        live.State.Line.Find(1)!.State.ShouldBe(PlaceState.Passed);
    }

    [Fact]
    public void Nobody_is_offered_their_own_unit()
    {
        var live = Open(Terms(stock: 2, limit: 2));
        var (own, other) = (PaidBy(live, "weibo:alice")[0], PaidBy(live, "weibo:xi")[0]);
        live.Buy("weibo:alice", key: "k", standby: true);
        live.GiveBack(own);
        StageOf(live, own).ShouldBe(OrderReturn.Offered);
        live.GiveBack(other);
        OrderOf(live, "weibo:alice").Units.ShouldBe([2]);
    }

    [Fact]
    public void The_units_count_towards_the_first_buyers_limit_until_they_are_paid_for()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        live.GiveBack(paid);
        live.Buy("weibo:alice", key: "k", standby: true).Refused.ShouldBe(Refusal.LimitReached);
        live.Pay(OrderOf(live, "weibo:bob").Seq, "p-bob");
        live.Buy("weibo:alice", key: "k", standby: true).Place.ShouldNotBeNull();
    }

    [Fact]
    public void The_buyer_may_keep_the_order_until_it_is_paid_for_and_cancels_it_once_nobody_may_pay()
    {
        var (live, paid) = SoldOut();
        live.Keep(paid).Value.ShouldBe(Effect.AlreadySo);
        live.GiveBack(paid);
        live.Keep(paid).Value.ShouldBe(Effect.Done);
        live.Keep(paid).Value.ShouldBe(Effect.AlreadySo);
        StageOf(live, paid).ShouldBeNull();
        live.GiveBack(paid);
        live.Buy("weibo:bob", standby: true);
        live.DoDue(Opening);
        PaymentRules.DecideCancel(live.State, paid, AliasOf("weibo:alice")).Outcome.Refused.ShouldBe(Refusal.Conflict);
        live.Keep(paid).Value.ShouldBe(Effect.Done);
        PaymentRules.DecideCancel(live.State, paid, AliasOf("weibo:alice")).Outcome.Refused.ShouldBe(Refusal.Conflict);
        live.DoDue(Expiry);
        live.Keep(paid, Expiry).Value.ShouldBe(Effect.AlreadySo);
        live.Decline(paid, Expiry);
        OrderBook.StatusOf(live.State.Orders.Find(paid)!).ShouldBe(OrderStatus.Refunding);
    }

    [Fact]
    public void Only_a_paid_order_of_a_sale_that_is_on_and_has_a_line_can_be_given_back_by_its_buyer()
    {
        var live = Open(Terms(stock: 2));
        var held = live.Buy("weibo:alice").Order!.Seq;
        live.GiveBack(held).Refused.ShouldBe(Refusal.Conflict);
        ReturnRules.DecideOffer(live.State, held, AliasOf("weibo:bob")).Outcome.Refused.ShouldBe(Refusal.NotFound);
        ReturnRules.DecideOffer(live.State, 999, AliasOf("weibo:bob")).Outcome.Refused.ShouldBe(Refusal.NotFound);
        ReturnRules.DecideCancel(live.State, held, AliasOf("weibo:bob")).Outcome.Refused.ShouldBe(Refusal.NotFound);
        live.Cancel(held);
        live.GiveBack(held).Refused.ShouldBe(Refusal.Conflict);
        var paid = PaidBy(live, "weibo:bob")[0];
        live.Operate(OperatorAction.Close, "o");
        live.GiveBack(paid).Refused.ShouldBe(Refusal.SaleClosed);

        var unlined = Open(Terms(stock: 1) with { StandbyLimit = 0 });
        unlined.GiveBack(PaidBy(unlined, "weibo:alice")[0]).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void A_batch_that_nobody_can_join_takes_returns_for_those_who_are_carried_into_it()
    {
        var live = Open(Terms(stock: 1) with { StandbyLimit = 0, BacklogUnits = 1 });
        string[] users = ["weibo:alice", "weibo:bob"];
        for (var place = 1; place <= users.Length; place++)
        {
            var buyer = AliasOf(users[place - 1]);
            live.Commit(
                Opening, new Joined(place, buyer, 1, JoinedHow.Carried, 1, null, new Origin("mi2-a", place)));
        }
        live.DoDue(Opening);
        var paid = OrderOf(live, "weibo:alice").Seq;
        live.Pay(paid, "p").ShouldBe(CaptureResult.Sold);
        live.GiveBack(paid).Value.ShouldBe(Effect.Done);
        live.Pay(OrderOf(live, "weibo:bob").Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        StageOf(live, paid).ShouldBe(OrderReturn.Returned);
    }

    [Fact]
    public void An_order_is_offered_back_ten_times_at_most()
    {
        var (live, paid) = SoldOut();
        for (var time = 0; time < ReturnBook.MaxOffers; time++)
        {
            live.GiveBack(paid).Value.ShouldBe(Effect.Done);
            live.Keep(paid).Value.ShouldBe(Effect.Done);
        }
        live.GiveBack(paid).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void Returns_are_told_to_both_buyers()
    {
        var (live, paid) = SoldOut();
        live.Buy("weibo:bob", standby: true);
        var touches = live.State.Touches.Count;
        live.GiveBack(paid);
        live.State.Touches.Skip(touches).ShouldBe(
            [AliasOf("weibo:alice").High, AliasOf("weibo:bob").High, AliasOf("weibo:alice").High]);
        touches = live.State.Touches.Count;
        live.Decline(OrderOf(live, "weibo:bob").Seq);
        live.State.Touches.Skip(touches).ShouldBe([AliasOf("weibo:bob").High, AliasOf("weibo:alice").High]);
    }

    [Fact]
    public void The_giver_is_told_until_when_the_next_in_line_may_pay_and_of_more_time()
    {
        var (live, paid) = SoldOut();
        live.GiveBack(paid);
        PayBy().ShouldBeNull();
        live.Buy("weibo:bob", standby: true);
        live.DoDue(Opening);
        PayBy().ShouldBe(Instant(Opening + 60_000));
        live.Extend(120).ShouldBe(Effect.Done);
        PayBy().ShouldBe(Instant(Opening + 180_000));
        live.Keep(paid);
        PayBy().ShouldBe(Instant(Opening + 180_000));
        live.Decline(OrderOf(live, "weibo:bob").Seq);
        PayBy().ShouldBeNull();

        DateTimeOffset? PayBy() => live.State.Orders.View(live.State.Orders.Find(paid)!).Instants!.ReturnPayBy;
    }

    [Fact]
    public void A_wait_is_unlikely_only_if_more_wait_than_units_may_come_from_returns()
    {
        var live = Open(Terms(stock: 1, limit: 2));
        var paid = PaidBy(live, "weibo:alice")[0];
        // The first in line waits for their own unit, so nothing is offered.
        live.Buy("weibo:alice", key: "k", standby: true);
        live.GiveBack(paid);
        Outlook("weibo:alice").ShouldNotBe(WaitOutlook.Unlikely);
        live.Buy("weibo:bob", standby: true);
        Outlook("weibo:bob").ShouldBe(WaitOutlook.Unlikely);

        WaitOutlook Outlook(string user) => LineRules.View(
            live.State, live.State.Line.LatestOf(AliasOf(user))!, Opening).Wait.Outlook;
    }
}
