using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Carrying;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// Places of the backlog are carried once and in their order, ahead of everyone. A part of the units waits for them.
/// </summary>
public class CarryRulesTests
{
    private const string Alice = "weibo:alice", Bob = "weibo:bob", Carl = "weibo:carl";

    [Fact]
    public void Who_waited_at_the_end_is_dropped_once_and_leaves_no_more()
    {
        var live = Open(TermsOf(stock: 1) with { StandbyLimit = 5 });
        live.Buy("weibo:x");
        live.Buy(Alice, standby: true);
        live.Operate(OperatorAction.DropBacklog, "early").Refused.ShouldBe(Refusal.Conflict);
        live.Refused(new BacklogDropped("r", Boss, CommandKey("r")), Opening).Message.ShouldContain("or not yet");
        live.Operate(OperatorAction.Close, "close");
        live.State.Line.InBacklog.ShouldBe(1);
        live.Operate(OperatorAction.DropBacklog, "drop").Value.ShouldBe(Effect.Done);
        foreach (var key in (string[])["drop", "again"])
            live.Operate(OperatorAction.DropBacklog, key).Value.ShouldBe(Effect.AlreadySo);
        live.Refused(new BacklogDropped("r", Boss, CommandKey("r")), Opening).Message.ShouldContain("there is not");
        live.State.Line.InBacklog.ShouldBe(0);
        var place = live.State.Line.Find(1)!;
        (place.State, place.IsInBacklog).ShouldBe((PlaceState.Ended, false));
        LineRules.DecideLeave(live.State, place).Outcome.Value.ShouldBe(Effect.AlreadySo);
        StateDump.Same(StateDump.Of(live.Replay()), StateDump.Of(live.State));

        var carrying = Carrying(stock: 5, units: 2);
        carrying.Operate(OperatorAction.Close, "close");
        carrying.Operate(OperatorAction.DropBacklog, "drop").Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public void While_places_are_carried_purchases_take_what_is_not_for_the_backlog_and_nobody_else_joins()
    {
        var live = Carrying(stock: 5, units: 2);
        for (var unit = 0; unit < 3; unit++) live.Buy($"weibo:u{unit}").Order.ShouldNotBeNull();
        live.Buy("weibo:late").ShouldBe(PurchaseOutcome.SoldOut(live.State.LastSeq, mayStandBy: false));
        live.Buy("weibo:late", standby: true).Refused.ShouldBe(Refusal.SoldOut);
        live.State.Stock.Free.Count.ShouldBe(2);

        Carry(live, Place(Alice, 3), Place(Bob, 7)).ShouldBe(2);
        live.DoDue(Opening);
        States(live).ShouldBe([PlaceState.Offered, PlaceState.Offered]);
        End(live);
        live.Buy("weibo:late", standby: true).Place!.Place.ShouldBe(3);
    }

    [Fact]
    public void What_is_left_when_all_are_carried_is_anybodys()
    {
        var live = Carrying(stock: 3, units: 3);
        live.Buy("weibo:u").Refused.ShouldBe(Refusal.SoldOut);
        Carry(live, Place(Alice, 1)).ShouldBe(1);
        live.DoDue(Opening);
        live.Buy("weibo:u").Refused.ShouldBe(Refusal.SoldOut);
        End(live);
        live.Buy("weibo:u").Order.ShouldNotBeNull();
        live.Buy("weibo:v").Order.ShouldNotBeNull();
        live.Buy("weibo:w").Refused.ShouldBe(Refusal.SoldOut);
    }

    [Fact]
    public void More_places_than_units_for_them_wait_while_purchases_go_on_and_get_what_comes_back()
    {
        var live = Carrying(stock: 4, units: 1);
        Carry(live, Place(Alice, 1), Place(Bob, 2), Place(Carl, 3)).ShouldBe(3);
        End(live);
        live.DoDue(Opening);
        States(live).ShouldBe([PlaceState.Offered, PlaceState.Waiting, PlaceState.Waiting]);
        var first = live.Buy("weibo:u0").Order!.Seq;
        live.Buy("weibo:u1").Order.ShouldNotBeNull();

        // What comes back is for the line, although one unit is still for purchases.
        live.Cancel(first);
        live.DoDue(Opening);
        States(live)[1].ShouldBe(PlaceState.Offered);
        live.Buy("weibo:u2").Order.ShouldNotBeNull();
        live.Buy("weibo:u3").Refused.ShouldBe(Refusal.SoldOut);
        States(live)[2].ShouldBe(PlaceState.Waiting);
    }

    [Fact]
    public void A_unit_that_a_carried_buyer_declines_goes_to_the_next_of_them()
    {
        var live = Carrying(stock: 2, units: 1);
        Carry(live, Place(Alice, 1), Place(Bob, 2));
        End(live);
        live.DoDue(Opening);
        live.Decline(live.State.LastSeq);
        live.DoDue(Opening);
        States(live).ShouldBe([PlaceState.Passed, PlaceState.Offered]);
        live.State.Line.UnitsForPurchases(live.State.Stock).ShouldBe(1);
    }

    [Fact]
    public void Who_stands_in_the_line_behind_carried_places_is_overtaken_by_no_purchase()
    {
        var live = Carrying(stock: 3, units: 1, limit: 3);
        Carry(live, Place(Alice, 1), Place(Bob, 2));
        End(live);
        live.DoDue(Opening);
        live.Buy("weibo:u", quantity: 3, standby: true).Place!.Place.ShouldBe(3);
        live.Buy("weibo:v").Refused.ShouldBe(Refusal.SoldOut);
        live.DoDue(Opening);
        States(live).ShouldBe([PlaceState.Offered, PlaceState.Offered, PlaceState.Offered]);
    }

    [Fact]
    public void Withdrawn_units_are_missing_for_purchases_first_and_restocked_ones_go_to_the_line()
    {
        var live = Carrying(stock: 3, units: 1);
        live.Operate(OperatorAction.Withdraw, "w", 2).ShouldBe(Effect.Done);
        live.Buy("weibo:u").Refused.ShouldBe(Refusal.SoldOut);
        Carry(live, Place(Alice, 1), Place(Bob, 2));
        live.Operate(OperatorAction.Restock, "r", 1).ShouldBe(Effect.Done);
        live.DoDue(Opening);
        States(live).ShouldBe([PlaceState.Offered, PlaceState.Offered]);
    }

    [Fact]
    public void A_place_is_carried_with_what_the_limit_leaves_and_not_at_all_if_that_is_nothing()
    {
        var live = Carrying(stock: 9, units: 4, limit: 3);
        live.Buy(Alice, quantity: 2);
        live.Buy(Bob, quantity: 3);
        Carry(live, Place(Alice, 1, quantity: 2), Place(Bob, 2), Place(Carl, 3, quantity: 9)).ShouldBe(2);
        live.State.Line.After(0).Select(place => (place.Buyer, place.Quantity)).ShouldBe(
            [(AliasOf(Alice), 1), (AliasOf(Carl), 3)]);
    }

    [Fact]
    public void A_buyer_has_one_place_and_a_cancelled_reservation_carries_none()
    {
        var live = Carrying(stock: 9, units: 4);
        live.Commit(Opening, HoldRules.DecideReservationCancelled(live.State, AliasOf(Bob), 1).Entries);
        Carry(live, Place(Alice, 1), Place(Alice, 2), Place(Bob, 3)).ShouldBe(1);
        Carry(live, Place(Alice, 4), Place(Bob, 5) with { Reservation = 2 }).ShouldBe(1);
        live.State.Line.Carried.ShouldBe(2);
    }

    [Fact]
    public void A_repeat_carries_nobody_twice_and_nobody_before_who_was_carried()
    {
        var live = Carrying(stock: 9, units: 4);
        CarriedPlace[] places = [Place(Alice, 3), Place(Bob, 7)];
        Carry(live, places).ShouldBe(2);
        Carry(live, places).ShouldBe(0);
        Carry(live, Place(Carl, 5)).ShouldBe(0);
        Carry(live, Place(Carl, 1, origin: "mi2-b")).ShouldBe(1);
        Carry(live, Place("weibo:dora", 8)).ShouldBe(0);
        live.State.Line.FindCarried(new Origin("mi2-a", 7))!.Number.ShouldBe(2);
        live.State.Line.FindCarried(new Origin("mi2-b", 1))!.Number.ShouldBe(3);
        live.State.Line.FindCarried(new Origin("mi2-b", 2)).ShouldBeNull();
        live.State.Line.LastCarried.ShouldBe(new Origin("mi2-b", 1));
    }

    [Fact]
    public void The_book_refuses_a_place_that_is_carried_twice_out_of_order_or_at_another_time()
    {
        var joined = new Joined(1, AliasOf(Alice), 1, JoinedHow.Carried, 1, null, new Origin("mi2-a", 3));
        Open(TermsOf()).Refused(joined, Opening).Message.ShouldContain("a carried place where none is carried");
        Create(TermsOf() with { BacklogUnits = 1 }).Refused(joined, Opening).Message.ShouldContain("none is carried");
        var live = Carrying(stock: 9, units: 4);
        foreach (var wrong in new[]
        {
            joined with { Origin = null }, joined with { Origin = new Origin("mi2-a", 0) },
            joined with { Key = HashOf(Alice, "k") },
        })
        {
            live.Refused(wrong, Opening).Message.ShouldContain("does not follow the one before");
        }
        live.Commit(Opening, joined);
        foreach (var place in (long[])[3, 2, 0])
        {
            live.Refused(joined with { Place = 2, Buyer = AliasOf(Bob), Origin = new Origin("mi2-a", place) }, Opening)
                .Message.ShouldContain("does not follow the one before");
        }
        live.Refused(new Joined(2, AliasOf(Bob), 1, JoinedHow.Standby, 1, null, null), Opening)
            .Message.ShouldContain("can't be joined");
        live.Refused(new BacklogCarried(2), Opening).Message.ShouldContain("another number");
        End(live);
        live.Refused(new BacklogCarried(1), Opening).Message.ShouldContain("does not go on");
        live.Refused(joined with { Place = 2, Buyer = AliasOf(Bob), Origin = new Origin("mi2-a", 4) }, Opening)
            .Message.ShouldContain("none is carried");
    }

    [Fact]
    public void What_a_buyer_gives_back_goes_to_a_carried_place_although_a_unit_is_still_for_purchases()
    {
        var live = Carrying(stock: 3, units: 1);
        Carry(live, Place(Alice, 1), Place(Bob, 2));
        End(live);
        var paid = live.Buy(Carl).Order!;
        live.Pay(paid.Seq, "p");
        States(live).ShouldBe([PlaceState.Offered, PlaceState.Waiting]);
        live.GiveBack(paid.Seq).Value.ShouldBe(Effect.Done);
        States(live).ShouldBe([PlaceState.Offered, PlaceState.Offered]);
        var offer = Returning.OrderOf(live, Bob);
        (offer.Units[0], live.State.Stock.Free.Count).ShouldBe((paid.Units[0], 1));
        live.Pay(offer.Seq, "p-bob").ShouldBe(CaptureResult.Sold);
        StateDump.Same(StateDump.Of(live.Replay()), StateDump.Of(live.State));
        live.Buy("weibo:u").Order.ShouldNotBeNull();
    }

    [Fact]
    public void The_book_refuses_a_hold_or_an_offer_of_units_that_are_for_others()
    {
        var live = Carrying(stock: 2, units: 1);
        Carry(live, Place(Alice, 1), Place(Bob, 2));
        live.DoDue(Opening);
        live.Refused(new Held(AliasOf(Bob), [2], Opening + 900_000, 1, null, new Offer(2, null)), Opening)
            .Message.ShouldContain("units that are for purchases");
        live.Commit(Opening, HoldOf("weibo:u", null, 2, Opening));
        live.Cancel(live.State.LastSeq);
        live.Refused(HoldOf("weibo:v", null, 2, Opening), Opening).Message.ShouldContain("overtakes the line");
    }

    [Fact]
    public void After_an_early_end_the_carrying_goes_on_so_that_the_order_is_kept_for_the_next_batch()
    {
        var live = Carrying(stock: 2, units: 1);
        Carry(live, Place(Alice, 1));
        live.Operate(OperatorAction.Close, "c");
        Carry(live, Place(Bob, 2), Place(Carl, 3)).ShouldBe(2);
        live.State.Line.After(0).Select(place => (place.State, place.IsInBacklog)).ShouldBe(
            [(PlaceState.Offered, false), (PlaceState.Ended, true), (PlaceState.Ended, true)]);
        End(live);
        live.State.Line.InBacklog.ShouldBe(2);
        live.Buy("weibo:late").Refused.ShouldBe(Refusal.SaleClosed);
    }

    [Fact]
    public void Who_has_left_the_backlog_leaves_the_line_unless_units_are_held_for_them()
    {
        var live = Carrying(stock: 2, units: 1);
        Carry(live, Place(Alice, 2), Place(Bob, 4), Place(Carl, 6));
        live.DoDue(Opening);
        Commit(live, CarryRules.DecideLeft(live.State, "mi2-a", 0, 4, new HashSet<long>()).Entries);
        States(live).ShouldBe([PlaceState.Offered, PlaceState.Left, PlaceState.Waiting]);
        CarryRules.DecideLeft(live.State, "mi2-a", 4, long.MaxValue, new HashSet<long> { 6 }).Outcome.ShouldBe(0);
        CarryRules.DecideLeft(live.State, "mi2-b", 0, long.MaxValue, new HashSet<long>()).Outcome.ShouldBe(0);
    }

    [Fact]
    public void A_late_payment_gets_no_unit_while_places_are_carried()
    {
        var live = Carrying(stock: 2, units: 1);
        var order = live.Buy(Alice).Order!.Seq;
        live.DoDue(Opening + 930_000);
        live.Pay(order, "p", Opening + 930_001).ShouldBe(CaptureResult.RefundOwed);
    }

    private static LiveBatch Carrying(int stock, int units, int limit = 1) =>
        Open(TermsOf(stock, limit) with { BacklogUnits = units, StandbyLimit = 10 });

    private static CarriedPlace Place(string user, long place, int quantity = 1, string origin = "mi2-a") =>
        new(new Origin(origin, place), AliasOf(user), 1, quantity);

    private static int Carry(LiveBatch live, params CarriedPlace[] places)
    {
        var decision = CarryRules.DecideJoin(live.State, places);
        Commit(live, decision.Entries);
        return decision.Outcome;
    }

    private static void End(LiveBatch live) => Commit(live, CarryRules.DecideEnd(live.State).Entries);

    private static void Commit(LiveBatch live, BatchEntry[] entries) => live.Commit(Opening, entries);

    private static PlaceState[] States(LiveBatch live) => [.. live.State.Line.After(0).Select(place => place.State)];
}
