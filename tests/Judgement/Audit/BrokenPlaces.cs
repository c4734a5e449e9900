using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Each promise about the line broken once, in a ledger that is otherwise sound.</summary>
public sealed class BrokenPlaces
{
    // I5
    [Fact]
    public Task An_offer_to_the_second_place_is_found() =>
        BreaksAsync(Invariant.I5, 7, Freed().Offered("weibo:b", 2, "1"));

    [Theory]
    [InlineData(null), InlineData("k")]
    public Task A_purchase_while_somebody_waits_is_found(string? key) =>
        BreaksAsync(Invariant.I5, 7, Freed().Held("weibo:c", "1", key));

    [Fact]
    public Task A_purchase_by_the_buyer_who_is_next_is_found_too() =>
        BreaksAsync(Invariant.I5, 7, Freed().Held("weibo:a", "1", "k"));

    [Fact]
    public async Task Who_overtakes_whom_is_told()
    {
        var offer = await Freed().Offered("weibo:b", 2, "1").AuditAsync();
        offer.Violations.Kept.ShouldHaveSingleItem().ToString().ShouldBe("I5 at 7: place 2 overtakes place 1");
        var purchase = await Freed().Held("weibo:c", "1").AuditAsync();
        purchase.Violations.Kept.ShouldHaveSingleItem().ToString().ShouldBe(
            $"I5 at 7: a purchase by {LedgerScript.AliasOf("weibo:c")} overtakes place 1");
    }

    [Fact]
    public Task An_offer_of_a_place_to_another_buyer_is_found() =>
        BreaksAsync(Invariant.I5, 7, Freed().Offered("weibo:b", 1, "1"));

    [Fact]
    public Task An_offer_under_another_reservation_is_found() =>
        BreaksAsync(Invariant.I5, 7, Freed().Offered("weibo:a", 1, "1", reservation: 2));

    [Theory]
    [InlineData(1, "1,2"), InlineData(2, "1")]
    public Task An_offer_of_more_than_was_asked_for_or_less_than_is_free_is_found(int quantity, string units) =>
        BreaksAsync(Invariant.I5, 7, Script(stock: 2).Held("weibo:x", "1,2").Joined("weibo:a", 1, quantity)
            .Joined("weibo:b", 2).Released(3, "1,2").Offered("weibo:a", 1, units));

    [Theory]
    [InlineData("left"), InlineData("removed")]
    public Task An_offer_to_a_place_that_has_ended_is_found(string why) =>
        BreaksAsync(Invariant.I5, 8, Freed().Left(1, why).Offered("weibo:a", 1, "1"));

    [Fact]
    public Task A_second_offer_to_a_place_is_found() =>
        BreaksAsync(Invariant.I5, 8, Script(stock: 2).Held("weibo:x", "1,2").Joined("weibo:a", 1).Joined("weibo:b", 2)
            .Released(3, "1,2").Offered("weibo:a", 1, "1").Offered("weibo:a", 1, "2"));

    [Fact]
    public Task An_offer_to_a_place_whose_reservation_was_cancelled_is_found() =>
        BreaksAsync(Invariant.I5, 8, Freed().Unreserved("weibo:a", 1).Offered("weibo:a", 1, "1", reservation: 2));

    [Fact]
    public Task A_place_that_declined_a_part_waits_again_before_those_behind_it() =>
        BreaksAsync(Invariant.I5, 10, PartOffered().Released(8, "1").Offered("weibo:b", 2, "1"));

    [Fact]
    public Task A_place_that_declined_a_part_twice_does_not_wait_again() =>
        BreaksAsync(Invariant.I5, 13, PartOffered().Released(8, "1").Offered("weibo:a", 1, "1").Released(10, "1")
            .Left(1, "passed").Offered("weibo:a", 1, "1"));

    [Fact]
    public Task A_place_whose_part_expired_or_was_cancelled_by_an_operator_does_not_wait_again() => Task.WhenAll(
        BreaksAsync(Invariant.I5, 11, PartOffered().After(930).Released(8, "1", "expired").Left(1, "passed")
            .Offered("weibo:a", 1, "1")),
        BreaksAsync(Invariant.I5, 11, PartOffered().Released(8, "1", by: "weibo:chef").Left(1, "passed")
            .Offered("weibo:a", 1, "1")));

    [Fact]
    public Task After_the_end_of_the_sale_nobody_waits() => Task.WhenAll(
        BreaksAsync(Invariant.Line, 8, Waiting().After(8 * 3600).Ended("schedule").Left(1).Left(1)),
        BreaksAsync(Invariant.I5, 8, Waiting().After(8 * 3600).Ended("schedule").Released(3, "1", "expired")
            .Offered("weibo:a", 1, "1")));

    // Places
    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(4), InlineData(-1)]
    public Task A_place_out_of_its_number_is_found(long place) =>
        BreaksAsync(Invariant.Line, 6, Waiting().Joined("weibo:c", place));

    [Theory]
    [InlineData(0), InlineData(-1)]
    public Task A_place_for_nothing_is_found(int quantity) =>
        BreaksAsync(Invariant.Line, 4, Full().Joined("weibo:a", 1, quantity));

    [Fact]
    public Task Joining_while_units_are_free_and_nobody_waits_is_found() =>
        BreaksAsync(Invariant.Line, 3, Script(stock: 2).Joined("weibo:a", 1, 2));

    [Fact]
    public Task Joining_a_suspended_line_is_found() =>
        BreaksAsync(Invariant.Line, 5, Full().LineDirected("line-suspended").Joined("weibo:a", 1));

    [Fact]
    public Task A_line_that_is_suspended_twice_or_resumed_without_a_suspension_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Line, 4, Full().LineDirected("line-resumed")),
        BreaksAsync(Invariant.Line, 5, Full().LineDirected("line-suspended").LineDirected("line-suspended")));

    [Theory]
    [InlineData(0, 4), InlineData(1, 5), InlineData(2, 6)]
    public Task A_line_longer_than_the_terms_allow_is_found(int limit, long seq) =>
        BreaksAsync(Invariant.Line, seq, new LedgerScript(stock: 1, more: $"\"standbyLimit\":{limit}")
            .Held("weibo:x", "1").Joined("weibo:a", 1).Joined("weibo:b", 2).Joined("weibo:c", 3));

    [Fact]
    public Task Without_a_limit_in_the_terms_as_many_may_wait_as_units_were_offered_at_first() =>
        BreaksAsync(Invariant.Line, 9, new LedgerScript(stock: 2).Held("weibo:x", "1").Held("weibo:y", "2")
            .Moved("restocked", 1, "[[3,3]]").Held("weibo:z", "3").Joined("weibo:a", 1).Joined("weibo:b", 2)
            .Joined("weibo:c", 3));

    [Fact]
    public Task The_end_or_the_offer_of_a_place_that_nobody_took_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Line, 7, Freed().Left(3)), BreaksAsync(Invariant.Line, 7, Freed().Left(0, "passed")),
        BreaksAsync(Invariant.Line, 7, Freed().Offered("weibo:a", 3, "1")));

    [Theory]
    [InlineData("left"), InlineData("removed"), InlineData("passed")]
    public Task A_second_end_of_a_place_is_found(string why) =>
        BreaksAsync(Invariant.Line, 7, Waiting().Left(1).Left(1, why));

    [Theory]
    [InlineData("left"), InlineData("removed"), InlineData("passed")]
    public Task An_end_of_a_place_for_which_units_are_held_or_were_paid_is_found(string why) => Task.WhenAll(
        BreaksAsync(Invariant.Line, 8, Freed().Offered("weibo:a", 1, "1").Left(1, why)),
        BreaksAsync(Invariant.Line, 9, Freed().Offered("weibo:a", 1, "1").Sold(7, "p").Left(1, why)));

    [Fact]
    public Task A_place_that_waits_has_passed_nothing() =>
        BreaksAsync(Invariant.Line, 6, Waiting().Left(1, "passed"));

    [Fact]
    public Task A_declined_part_is_not_passed_while_its_place_waits_again() =>
        BreaksAsync(Invariant.Line, 10, PartOffered().Released(8, "1").Left(1, "passed"));

    [Fact]
    public Task A_place_passes_once() =>
        BreaksAsync(Invariant.Line, 10, Freed().Offered("weibo:a", 1, "1").Released(7, "1").Left(1, "passed")
            .Left(1, "passed"));

    [Fact]
    public Task An_offer_while_a_place_that_was_passed_has_not_ended_is_found() =>
        BreaksAsync(Invariant.Line, 9, Freed().Offered("weibo:a", 1, "1").Released(7, "1").Offered("weibo:b", 2, "1"));

    [Fact]
    public Task An_offer_with_a_key_is_found() =>
        BreaksAsync(Invariant.Line, 7, Freed().Offered("weibo:a", 1, "1", key: "k"));

    // I2
    [Fact]
    public Task A_second_live_place_is_found_while_the_first_waits_and_while_units_are_held_for_it() => Task.WhenAll(
        BreaksAsync(Invariant.I2, 6, Waiting().Joined("weibo:a", 3, key: "k")),
        BreaksAsync(Invariant.I2, 8, Freed().Offered("weibo:a", 1, "1").Joined("weibo:a", 3, key: "k")));

    [Fact]
    public Task A_waiting_place_counts_towards_the_limit() => Task.WhenAll(
        BreaksAsync(Invariant.I2, 4, Full().Joined("weibo:a", 1, 3)),
        BreaksAsync(Invariant.I2, 4, Full().Joined("weibo:x", 1, 2, "k")));

    [Fact]
    public Task A_place_that_waits_again_counts_towards_the_limit() =>
        BreaksAsync(Invariant.I2, 10, Script(stock: 2).Held("weibo:x", "1").Held("weibo:y", "2").Joined("weibo:a", 1, 2)
            .Released(3, "1").Offered("weibo:a", 1, "1").Released(4, "2").Held("weibo:a", "2", "k").Released(7, "1"));

    [Fact]
    public Task A_place_without_a_key_of_a_user_who_has_a_live_order_is_found() =>
        BreaksAsync(Invariant.I2, 4, Full().Joined("weibo:x", 1));

    [Fact]
    public Task A_key_that_names_a_place_and_an_order_or_two_places_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.I2, 7, Full().Joined("weibo:a", 1, key: "k").Left(1).Released(3, "1")
            .Held("weibo:a", "1", "k")),
        BreaksAsync(Invariant.I2, 6, Full().Joined("weibo:a", 1, key: "k").Left(1).Joined("weibo:a", 2, key: "k")),
        BreaksAsync(Invariant.I2, 4, Script(stock: 1).Held("weibo:a", "1", "k").Joined("weibo:a", 1, key: "k")));

    // I3
    [Fact]
    public Task A_place_without_a_reservation_or_on_a_cancelled_one_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.I3, 4, Full().Joined("weibo:a", 1, reservation: 0)),
        BreaksAsync(Invariant.I3, 5, Full().Unreserved("weibo:a", 3).Joined("weibo:a", 1, reservation: 3)));

    [Fact]
    public Task Joining_while_it_is_not_on_sale_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.I3, 2, new LedgerScript(open: false).AtOpening(-0.001).Joined("weibo:a", 1)),
        BreaksAsync(Invariant.I3, 2, new LedgerScript(open: false).AtOpening().Joined("weibo:a", 1)),
        BreaksAsync(Invariant.I3, 5, Full().Directed("paused").Joined("weibo:a", 1)),
        BreaksAsync(Invariant.I3, 6, Full().Directed("closed").Ended("operator").Joined("weibo:a", 1)),
        BreaksAsync(Invariant.I3, 4, Full().After(8 * 3600).Joined("weibo:a", 1)));

    [Theory]
    [InlineData("paused"), InlineData("closed")]
    public Task An_offer_while_paused_or_after_close_is_found(string direction) =>
        BreaksAsync(Invariant.I3, 8, Freed().Directed(direction).Offered("weibo:a", 1, "1"));

    // Late payments
    [Fact]
    public Task A_late_payment_that_overtakes_the_line_is_found() =>
        BreaksAsync(Invariant.I5, 6, Full().Joined("weibo:a", 1).After(930).Released(3, "1", "expired")
            .Sold(3, "p", units: "1"));

    [Fact]
    public Task A_late_payment_of_an_order_that_has_not_expired_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.I6, 4, Full().Sold(3, "p", units: "1")),
        BreaksAsync(Invariant.I6, 5, Full().Released(3, "1").Sold(3, "p", units: "1")));

    [Theory]
    [InlineData("2"), InlineData("1,3"), InlineData("4")]
    public Task A_late_payment_with_units_that_are_not_free_or_not_as_many_is_found(string units) =>
        BreaksAsync(Invariant.I1, 6, Script(stock: 3).Held("weibo:x", "1").After(930).Held("weibo:y", "2")
            .Released(3, "1", "expired").Sold(3, "p", units: units));

    [Fact]
    public Task A_late_payment_above_the_limit_is_found() =>
        BreaksAsync(Invariant.I2, 6, Script(stock: 3).Held("weibo:x", "1").After(930).Released(3, "1", "expired")
            .Held("weibo:x", "1,2").Sold(3, "p", units: "3"));

    [Fact]
    public Task A_late_payment_while_it_is_not_on_sale_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.I3, 6, Full().After(930).Released(3, "1", "expired").Directed("paused")
            .Sold(3, "p", units: "1")),
        BreaksAsync(Invariant.I3, 6, Full().After(8 * 3600).Released(3, "1", "expired").Ended("schedule")
            .Sold(3, "p", units: "1")));

    // Deadlines
    [Theory]
    [InlineData(null, 60), InlineData("\"offerWindowSeconds\":60", 900), InlineData("\"offerWindowSeconds\":60", 61)]
    public Task An_offer_whose_payBy_is_not_the_offer_window_is_found(string? more, double window) =>
        BreaksAsync(Invariant.Deadline, 6, new LedgerScript(stock: 1, more: more).Held("weibo:x", "1")
            .Joined("weibo:a", 1).Released(3, "1").Offered("weibo:a", 1, "1", window));

    private static LedgerScript Script(int stock) => new(stock, limit: 2, more: "\"standbyLimit\":10");

    // The only unit is held, by entry 3.
    private static LedgerScript Full() => Script(stock: 1).Held("weibo:x", "1");

    // Two wait for it: entries 4 and 5.
    private static LedgerScript Waiting() => Full().Joined("weibo:a", 1).Joined("weibo:b", 2);

    // And it is free: entry 6.
    private static LedgerScript Freed() => Waiting().Released(3, "1");

    // The first in line asked for two units, and one is offered by entry 8. The second waits.
    private static LedgerScript PartOffered() => Script(stock: 2).Held("weibo:x", "1").Held("weibo:y", "2")
        .Joined("weibo:a", 1, 2).Joined("weibo:b", 2).Released(3, "1").Offered("weibo:a", 1, "1");

    private static Task BreaksAsync(Invariant invariant, long seq, LedgerScript script) =>
        script.ShouldBreakAsync(invariant, seq);
}
