using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// Which reason is told to buyers who would take a place in the line, and that a repeat is answered with the place.
/// </summary>
public class LinePrecedenceTests
{
    private const string Alice = "weibo:alice";

    private static readonly Refusal[] BeforeSoldOut =
    [
        Refusal.InvalidRequest, Refusal.TicketInvalid, Refusal.SaleClosed, Refusal.SaleNotOpen, Refusal.Paused,
        Refusal.LimitReached,
    ];

    public static TheoryData<Refusal> Before => [.. BeforeSoldOut];

    public static TheoryData<Refusal> AfterARepeat =>
        [.. BeforeSoldOut.Where(reason => reason > Refusal.TicketInvalid), Refusal.SoldOut, Refusal.NotReserved];

    [Theory, MemberData(nameof(Before))]
    public void Line_full_stands_beside_sold_out_so_every_reason_before_that_is_told(Refusal reason)
    {
        Ask(SoldOut(places: 1, waiting: 1), reason).ShouldBe(reason);
        Ask(SoldOut(places: 1, waiting: 0), reason).ShouldBe(reason);
    }

    [Fact]
    public void Line_full_is_told_before_not_reserved() =>
        Ask(SoldOut(places: 1, waiting: 1), Refusal.NotReserved).ShouldBe(Refusal.LineFull);

    [Fact]
    public void Who_asks_for_no_place_is_told_sold_out_before_not_reserved_and_whether_there_is_a_place()
    {
        foreach (var reservation in (long[])[0, 1])
        {
            Told(SoldOut(places: 1, waiting: 0), reservation).ShouldBe((Refusal.SoldOut, true));
            Told(SoldOut(places: 1, waiting: 1), reservation).ShouldBe((Refusal.SoldOut, false));
            Told(SoldOut(places: 0, waiting: 0), reservation).ShouldBe((Refusal.SoldOut, false));
        }

        static (Refusal?, bool) Told(LiveBatch live, long reservation)
        {
            var outcome = live.Buy(Alice, reservation: reservation);
            outcome.Seq.ShouldBe(live.State.LastSeq);
            return (outcome.Refused, outcome.MayStandBy);
        }
    }

    [Fact]
    public void Who_asks_for_a_place_that_there_is_is_told_not_reserved() =>
        Ask(SoldOut(places: 1, waiting: 0), Refusal.NotReserved).ShouldBe(Refusal.NotReserved);

    [Fact]
    public void Without_a_line_or_while_nobody_may_join_it_sold_out_is_told_and_not_line_full()
    {
        foreach (var reservation in (long[])[0, 1])
        {
            SoldOut(places: 0, waiting: 0).Buy(Alice, standby: true, reservation: reservation)
                .ShouldBe(PurchaseOutcome.SoldOut(3, mayStandBy: false));
            foreach (var waiting in (int[])[0, 1])
            {
                var live = SoldOut(places: 1, waiting);
                live.Operate(OperatorAction.SuspendLine, "o").ShouldBe(Effect.Done);
                live.Buy(Alice, standby: true, reservation: reservation)
                    .ShouldBe(PurchaseOutcome.SoldOut(live.State.LastSeq, mayStandBy: false));
            }
        }
    }

    [Fact]
    public void A_buyer_who_has_a_place_is_told_so_as_the_limit_that_it_is()
    {
        var live = SoldOut(places: 2, waiting: 0, limit: 3);
        live.Buy(Alice, key: "k", standby: true).Place.ShouldNotBeNull();
        live.Buy(Alice, key: "l", standby: true).ShouldBe(PurchaseOutcome.Over(UserLimit.Places));
        live.Buy(Alice, key: "l", standby: true, quantity: 3).ShouldBe(PurchaseOutcome.Over(UserLimit.Units));
        // A purchase that asks for no place is refused by no limit of places.
        live.Buy(Alice, key: "l").Refused.ShouldBe(Refusal.SoldOut);
    }

    [Theory, MemberData(nameof(AfterARepeat))]
    public void A_repeat_of_a_place_is_answered_before_every_refusal_after_it(Refusal reason)
    {
        foreach (var key in (string?[])[null, "k"])
        {
            var live = SoldOut(places: 1, waiting: 0);
            var made = live.Buy(Alice, key: key, standby: true);
            (made.Repeated, made.Place?.Place).ShouldBe((false, 1));
            var now = Arrange(live, reason);
            foreach (var standby in (bool[])[true, false])
            {
                var again = live.Buy(
                    Alice, now, key, reservation: reason == Refusal.NotReserved ? 0 : 1, standby: standby);
                // With the sale the place has ended. Only a key still names it.
                if (reason == Refusal.SaleClosed && key is null) again.Refused.ShouldBe(Refusal.SaleClosed);
                else (again.Repeated, again.Place?.Place).ShouldBe((true, 1));
            }
        }
    }

    [Fact]
    public void A_cancelled_ticket_is_told_before_a_repeat_of_a_place()
    {
        var live = SoldOut(places: 1, waiting: 0);
        live.Buy(Alice, key: "k", standby: true);
        Arrange(live, Refusal.TicketInvalid);
        live.Buy(Alice, key: "k", standby: true).Refused.ShouldBe(Refusal.TicketInvalid);
        live.Buy(Alice, key: "k", standby: true, byTicket: false).Place!.State.ShouldBe(PlaceState.Left);
    }

    [Fact]
    public void A_repeat_with_another_quantity_is_a_conflict_and_without_a_key_it_is_the_place()
    {
        var live = SoldOut(places: 1, waiting: 0, limit: 2);
        live.Buy(Alice, key: "k", standby: true);
        live.Buy(Alice, key: "k", quantity: 2, standby: true).Refused.ShouldBe(Refusal.Conflict);
        live.Buy(Alice, quantity: 2, standby: true).Place!.Quantity.ShouldBe(1);
    }

    [Fact]
    public void A_place_that_was_offered_units_is_answered_with_the_order_for_ever()
    {
        var live = SoldOut(places: 2, waiting: 0);
        live.Buy(Alice, key: "k", standby: true);
        live.Cancel(3);
        live.DoDue(Opening);
        var offer = live.State.LastSeq;
        live.Buy(Alice, key: "k", standby: true).ShouldSatisfyAllConditions(
            again => again.Place.ShouldBeNull(), again => again.Order!.Seq.ShouldBe(offer),
            again => again.Order!.Place.ShouldBe(1), again => again.Repeated.ShouldBeTrue());
        // Without a key it is the live order of this buyer.
        live.Buy(Alice).Order!.Seq.ShouldBe(offer);
        live.Decline(offer);
        live.DoDue(Opening);
        live.Buy(Alice, key: "k").Order!.Seq.ShouldBe(offer);
        live.Buy(Alice).Repeated.ShouldBeFalse();
    }

    [Fact]
    public void A_key_names_its_place_for_ever_also_when_the_buyer_has_left()
    {
        var live = SoldOut(places: 2, waiting: 0);
        live.Buy(Alice, key: "k", standby: true);
        live.Commit(Opening, LineRules.DecideLeave(live.State, AliasOf(Alice)).Entries);
        var again = live.Buy(Alice, key: "k", standby: true);
        (again.Repeated, again.Place!.Place, again.Place.State).ShouldBe((true, 1, PlaceState.Left));
        live.Buy(Alice, key: "l", standby: true).Place!.Place.ShouldBe(2);
        live.Buy("weibo:bob", key: "k", standby: true).Place!.Place.ShouldBe(3);
    }

    [Fact]
    public void Ten_ended_orders_and_places_are_the_most_of_a_user()
    {
        var live = SoldOut(places: 2, waiting: 0);
        for (var i = 0; i < BatchTerms.MaxEndedOrders; i++)
        {
            live.Buy(Alice, standby: true).Place.ShouldNotBeNull();
            live.Commit(Opening, LineRules.DecideLeave(live.State, AliasOf(Alice)).Entries);
        }
        live.Buy(Alice, standby: true).ShouldBe(PurchaseOutcome.Over(UserLimit.EndedOrders));
        live.Buy(Alice).ShouldBe(PurchaseOutcome.Over(UserLimit.EndedOrders));
        live.Buy("weibo:bob", standby: true).Place.ShouldNotBeNull();
    }

    [Fact]
    public void A_buyer_who_declines_a_part_never_has_more_units_and_places_than_the_limit()
    {
        var live = Open(TermsOf(stock: 2, limit: 2));
        var (first, second) = (live.Buy("weibo:xi").Order!.Seq, live.Buy("weibo:yu").Order!.Seq);
        live.Buy(Alice, quantity: 2, standby: true).Place.ShouldNotBeNull();
        live.Cancel(first);
        live.DoDue(Opening);
        var part = live.State.LastSeq;
        live.Cancel(second);
        // One unit is held for the place, and the buyer may still want two: no third one is theirs to buy.
        live.Buy(Alice, key: "k");
        live.Decline(part);

        var waiting = LineRules.CountOf(live.State.Line, AliasOf(Alice)).WaitingUnits;
        var held = live.State.Orders.All.Where(order => order.IsLive && order.Buyer == AliasOf(Alice))
            .Sum(order => order.Quantity);
        (waiting + held).ShouldBeLessThanOrEqualTo(2);
    }

    // All units are gone, and as many wait.
    private static LiveBatch SoldOut(int places, int waiting, int limit = 1)
    {
        var live = Open(TermsOf(stock: 1, limit: limit) with { StandbyLimit = places });
        live.Buy("weibo:xi").Order!.Seq.ShouldBe(3);
        for (var i = 0; i < waiting; i++) live.Buy($"weibo:waits{i}", standby: true).Place.ShouldNotBeNull();
        return live;
    }

    // What Alice is told if that reason holds, and she asks for a place.
    private static Refusal? Ask(LiveBatch live, Refusal reason)
    {
        var now = Arrange(live, reason);
        var quantity = reason == Refusal.InvalidRequest ? 0 : reason == Refusal.LimitReached ? 2 : 1;
        var request = new PurchaseRequest(
            AliasOf(Alice), HashOf(Alice, "new"), quantity, reason == Refusal.NotReserved ? 0 : 1, ByTicket: true,
            Standby: true);
        return PurchaseRules.Decide(live.State, request, now).Outcome.Refused;
    }

    private static long Arrange(LiveBatch live, Refusal reason)
    {
        switch (reason)
        {
            case Refusal.TicketInvalid:
                live.Commit(Opening, HoldRules.DecideReservationCancelled(live.State, AliasOf(Alice), 1).Entries);
                return Opening;
            case Refusal.SaleClosed:
                live.Operate(OperatorAction.Close, "close");
                return Opening;
            case Refusal.SaleNotOpen: return Opening - 1;
            case Refusal.Paused:
                live.Operate(OperatorAction.Pause, "pause");
                return Opening;
            default: return Opening;
        }
    }
}
