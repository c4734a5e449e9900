using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Batches.Reservations;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>An entry about the line that contradicts the state is refused by its name and changes nothing.</summary>
public class InconsistentPlacesTests
{
    private const long OfferWindow = 60_000;

    // Units 1 to 3 were held by one order. For them wait: alice, place 1, for two units under reservation 3; bob,
    // place 2; carl, place 4. An operator removed dora's place 3. The order is cancelled, and nothing is offered yet.
    private readonly LiveBatch _live = Open(
        TermsOf(stock: 3, limit: 3) with { StandbyLimit = 10, OfferWindowSeconds = 60 });

    public InconsistentPlacesTests()
    {
        var held = _live.Buy("weibo:xi", quantity: 3).Order!.Seq;
        _live.Commit(Opening, Join("weibo:alice", 1) with { Quantity = 2, Reservation = 3 }, Join("weibo:bob", 2),
            Join("weibo:dora", 3), Join("weibo:carl", 4),
            new Left(3, LeftWhy.Removed, Boss, CancelReason.Other, CommandKey("o-remove")),
            new ReservationCancelled(AliasOf("weibo:eve"), 2),
            new Released(held, [1, 2, 3], ReleaseReason.Cancelled, Boss, CancelReason.Other));
    }

    [Fact]
    public void A_hold_while_somebody_waits_is_refused_whoever_makes_it()
    {
        foreach (var user in (string[])["weibo:gil", "weibo:alice", "weibo:bob"])
        {
            foreach (var key in (string?[])[null, "k"])
                Refused(HoldOf(user, key, 1, Opening), "a hold that overtakes the line");
        }
    }

    [Fact]
    public void An_offer_to_any_place_but_the_next_is_refused()
    {
        foreach (var place in (long[])[0, -1, 2, 3, 4, 5, long.MaxValue])
            Refused(Offer("weibo:alice", place), "an offer that overtakes the line");
        Refused(Offer("weibo:bob", 2) with { Units = [1], Reservation = 1 }, "an offer that overtakes the line");
    }

    [Fact]
    public void An_offer_to_another_buyer_or_under_another_reservation_or_with_a_key_is_refused()
    {
        foreach (var offer in new[]
        {
            Offer("weibo:bob", 1), Offer("weibo:alice", 1) with { Reservation = 2 },
        })
        {
            Refused(offer, "an offer to another buyer than the place's");
        }
        Refused(Offer("weibo:alice", 1) with { Key = HashOf("weibo:alice", "k") }, "an offer with a key");
    }

    [Fact]
    public void An_offer_of_more_than_was_asked_for_or_with_another_deadline_or_of_a_return_is_refused()
    {
        var offer = Offer("weibo:alice", 1);
        Refused(offer with { Units = [1, 2, 3] }, "an offer of more units than were asked for");
        foreach (var window in (long[])[OfferWindow - 1, OfferWindow + 1, 900_000])
            Refused(offer with { PayBy = Opening + window }, "another deadline than the window's");
        Refused(offer with { Offer = new Offer(1, 3) }, "a hold for a return while units are free");
        _live.Commit(Opening, offer, Offer("weibo:bob", 2) with { Units = [3], Reservation = 1 });
        // Nothing is free: who is next is offered nothing.
        _live.Refused(Offer("weibo:carl", 4) with { Units = [3], Reservation = 1 }, Opening);
    }

    [Fact]
    public void A_late_payment_that_overtakes_the_line_is_refused()
    {
        const long Due = Opening + 930_000;
        var live = Open(TermsOf(stock: 1) with { StandbyLimit = 1 });
        var order = live.Buy("weibo:xi").Order!.Seq;
        live.Buy("weibo:alice", standby: true);
        live.Commit(Due, new Released(order, [1], ReleaseReason.Expired));
        live.Refused(new Sold(order, PaymentOf("p"), Price, [1]), Due).Message.ShouldContain(
            "a late payment that overtakes the line");
    }

    [Fact]
    public void A_way_of_joining_that_has_no_rules_is_refused()
    {
        foreach (var how in (JoinedHow[])[JoinedHow.Lobby, JoinedHow.Draw])
            Refused(Join("weibo:gil", 5) with { How = how }, "a way of joining that has no rules in this version");
        Refused(Join("weibo:gil", 5) with { Origin = new Origin("mi2-0", 1) },
            "a way of joining that has no rules in this version");
    }

    [Fact]
    public void A_place_out_of_its_number_or_for_an_impossible_quantity_is_refused()
    {
        foreach (var place in (long[])[0, -1, 1, 4, 6, long.MaxValue])
            Refused(Join("weibo:gil", place), "places out of order");
        foreach (var quantity in (int[])[0, -1, 4, int.MinValue, int.MaxValue])
            Refused(Join("weibo:gil", 5) with { Quantity = quantity }, "an impossible quantity");
    }

    [Fact]
    public void A_place_without_a_reservation_is_refused()
    {
        foreach (var version in (long[])[2, 1, 0, -1, long.MinValue])
            Refused(Join("weibo:eve", 5) with { Reservation = version }, "a place without a reservation");
        foreach (var version in (long[])[0, -1])
            Refused(Join("weibo:gil", 5) with { Reservation = version }, "a place without a reservation");
        _live.Commit(Opening, Join("weibo:eve", 5) with { Reservation = 3 });
    }

    [Fact]
    public void A_second_place_is_refused_while_the_first_waits_or_units_are_held_for_it()
    {
        Refused(Join("weibo:alice", 5), "a second place of a buyer");
        _live.Commit(Opening, Offer("weibo:alice", 1));
        Refused(Join("weibo:alice", 5), "a second place of a buyer");
        // A place that was removed is none.
        _live.Commit(Opening, Join("weibo:dora", 5));
    }

    [Fact]
    public void A_place_while_the_line_cannot_be_joined_is_refused()
    {
        const string Refusal = "a place while the line can't be joined";
        Create().Refused(Join("weibo:gil", 1), Opening).Message.ShouldContain(Refusal);
        _live.Operate(OperatorAction.SuspendLine, "o1");
        var next = _live.State.Line.Count + 1;
        Refused(Join("weibo:gil", next), Refusal);
        _live.Operate(OperatorAction.ResumeLine, "o2");
        _live.Operate(OperatorAction.Pause, "o3");
        Refused(Join("weibo:gil", next), Refusal);
        _live.Operate(OperatorAction.Resume, "o4");
        _live.Commit(Opening, Join("weibo:gil", next));
        _live.Operate(OperatorAction.Close, "o5");
        Refused(Join("weibo:hal", next + 1), Refusal);
    }

    [Fact]
    public void The_end_of_a_place_that_does_not_wait_or_is_not_there_is_refused()
    {
        foreach (var place in (long[])[0, -1, 5, long.MaxValue, long.MinValue])
            Refused(new Left(place, LeftWhy.Left), $"no place {place}");
        Refused(new Left(3, LeftWhy.Left), "a place that does not wait");
        _live.Commit(Opening, Offer("weibo:alice", 1));
        Refused(new Left(1, LeftWhy.Removed, Boss, CancelReason.Other, CommandKey("o")), "a place that does not wait");
        _live.Pay(_live.State.LastSeq, "p");
        Refused(new Left(1, LeftWhy.Left), "a place that does not wait");
    }

    [Fact]
    public void A_removal_without_an_operator_or_an_operator_without_a_removal_is_refused()
    {
        foreach (var left in new[]
        {
            new Left(2, LeftWhy.Removed), new Left(2, LeftWhy.Removed, Boss),
            new Left(2, LeftWhy.Removed, null, CancelReason.Other), new Left(2, LeftWhy.Left, Boss, CancelReason.Other),
            new Left(2, LeftWhy.Left, Boss), new Left(2, LeftWhy.Left, null, CancelReason.Other),
            new Left(2, LeftWhy.Passed, Boss, CancelReason.Other),
            new Left(2, LeftWhy.Removed, Boss, CancelReason.Other),
            new Left(2, LeftWhy.Removed, Boss, null, CommandKey("o")),
            new Left(2, LeftWhy.Removed, null, CancelReason.Other, CommandKey("o")),
            new Left(2, LeftWhy.Left, Boss, CancelReason.Other, CommandKey("o")),
            new Left(2, LeftWhy.Left, null, null, CommandKey("o")),
        })
        {
            _live.Refused(left, Opening);
        }
    }

    [Fact]
    public void A_place_passes_after_its_offer_ended_in_that_order_and_once()
    {
        Refused(new Left(1, LeftWhy.Passed), "a place that has passed nothing");
        _live.Commit(Opening, Offer("weibo:alice", 1), Offer("weibo:bob", 2) with { Units = [3], Reservation = 1 });
        var (first, second) = (_live.State.LastSeq - 1, _live.State.LastSeq);
        Refused(new Left(1, LeftWhy.Passed), "a place that has passed nothing");
        _live.Commit(Opening, new Released(second, [3], ReleaseReason.Cancelled),
            new Released(first, [1, 2], ReleaseReason.Cancelled));
        Refused(new Left(1, LeftWhy.Passed), "a place that has passed nothing");
        _live.Commit(Opening, new Left(2, LeftWhy.Passed), new Left(1, LeftWhy.Passed));
        foreach (var place in (long[])[1, 2])
            Refused(new Left(place, LeftWhy.Passed), "a place that has passed nothing");
    }

    [Fact]
    public void A_declined_part_has_not_passed_until_the_second_time()
    {
        _live.Commit(Opening, Offer("weibo:alice", 1) with { Units = [2] });
        _live.Commit(Opening, new Released(_live.State.LastSeq, [2], ReleaseReason.Cancelled));
        Refused(new Left(1, LeftWhy.Passed), "a place that has passed nothing");
        Refused(Offer("weibo:bob", 2) with { Units = [1], Reservation = 1 }, "an offer that overtakes the line");
        _live.Commit(Opening, Offer("weibo:alice", 1) with { Units = [2] });
        _live.Commit(Opening, new Released(_live.State.LastSeq, [2], ReleaseReason.Cancelled));
        Refused(Offer("weibo:alice", 1), "an offer that overtakes the line");
        _live.Commit(Opening, new Left(1, LeftWhy.Passed));
    }

    [Fact]
    public void After_the_end_of_the_sale_nobody_is_offered_units_and_who_waited_may_leave_the_backlog_once()
    {
        _live.Operate(OperatorAction.Close, "o");
        // The units were offered before, since commands come after what is due. All that is left ends with the sale.
        _live.State.Line.Find(4)!.State.ShouldBe(PlaceState.Ended);
        Refused(Offer("weibo:carl", 4), "a hold outside the sale");
        _live.Commit(Opening, new Left(4, LeftWhy.Left));
        Refused(new Left(4, LeftWhy.Left), "a place that does not wait");
        Refused(new Left(1, LeftWhy.Left), "a place that does not wait");
    }

    [Fact]
    public void A_line_that_is_suspended_twice_or_resumed_without_a_suspension_is_refused()
    {
        Refused(new LineResumed(Boss, CommandKey("o")), "resumed without a suspension");
        _live.Commit(Opening, new LineSuspended(Boss, CommandKey("o")));
        Refused(new LineSuspended(Boss, CommandKey("o2")), "suspended twice");
        Refused(new LineResumed(Boss, CommandKey("o")), "a command that is recorded already");
    }

    private static Joined Join(string user, long place) =>
        new(place, AliasOf(user), 1, JoinedHow.Standby, 1, null, null);

    // An offer of units 1 and 2 under alice's reservation.
    private static Held Offer(string user, long place) =>
        new(AliasOf(user), [1, 2], Opening + OfferWindow, 3, null, new Offer(place, null));

    private void Refused(BatchEntry entry, string why) => _live.Refused(entry, Opening).Message.ShouldContain(why);
}
