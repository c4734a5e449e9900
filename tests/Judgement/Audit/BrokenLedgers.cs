using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Each promise broken once, in a ledger that is otherwise sound.</summary>
public sealed class BrokenLedgers
{
    // I1
    [Fact]
    public Task A_unit_in_two_live_orders_is_found() =>
        BreaksAsync(Invariant.I1, 4, new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "1"));

    [Theory]
    [InlineData("0"), InlineData("6"), InlineData("-1")]
    public Task A_unit_that_does_not_exist_is_found(string unit) =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript().Held("weibo:a", unit));

    [Fact]
    public Task More_holds_than_stock_is_found() =>
        BreaksAsync(Invariant.I1, 4, new LedgerScript(stock: 1).Held("weibo:a", "1").Held("weibo:b", "2"));

    [Fact]
    public Task The_same_unit_twice_in_one_order_is_found() =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript(limit: 2).Held("weibo:a", "1,1"));

    [Fact]
    public Task A_release_of_other_units_than_were_held_is_found() =>
        BreaksAsync(Invariant.I1, 4, new LedgerScript().Held("weibo:a", "1").Released(3, "2"));

    [Fact]
    public Task A_withdrawal_of_a_held_unit_is_found() =>
        BreaksAsync(Invariant.I1, 4, new LedgerScript().Held("weibo:a", "1").Moved("withdrawn", 1, "[[1,1]]"));

    [Fact]
    public Task A_hold_of_a_withdrawn_unit_is_found() =>
        BreaksAsync(Invariant.I1, 4, new LedgerScript().Moved("withdrawn", 1, "[[1,1]]").Held("weibo:a", "1"));

    [Theory]
    [InlineData("[[7,7]]", 1), InlineData("[[6,6]]", 2), InlineData("[]", 1), InlineData("[[6,5]]", 0)]
    public Task A_restock_that_does_not_follow_the_stock_is_found(string ranges, int units) =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript().Moved("restocked", units, ranges));

    [Fact]
    public Task A_withdrawal_of_more_than_it_lists_is_found() =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript().Moved("withdrawn", 3, "[[1,2]]"));

    [Fact]
    public Task A_restock_recorded_twice_under_one_key_is_found() =>
        BreaksAsync(
            Invariant.I1, 4, new LedgerScript().Moved("restocked", 1, "[[6,6]]").Moved("restocked", 1, "[[7,7]]"));

    // I2
    [Fact]
    public Task More_units_than_the_limit_is_found() =>
        BreaksAsync(Invariant.I2, 4, new LedgerScript().Held("weibo:a", "1", "k1").Held("weibo:a", "2", "k2"));

    [Fact]
    public Task A_paid_order_counts_towards_the_limit() =>
        BreaksAsync(Invariant.I2, 5, new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Held("weibo:a", "2", "k"));

    [Fact]
    public Task A_key_that_names_two_orders_is_found_even_after_the_first_has_ended() =>
        BreaksAsync(
            Invariant.I2, 5, new LedgerScript().Held("weibo:a", "1", "k").Released(3, "1").Held("weibo:a", "1", "k"));

    [Fact]
    public Task A_second_live_order_without_a_key_is_found() =>
        BreaksAsync(Invariant.I2, 4, new LedgerScript(limit: 5).Held("weibo:a", "1", "k").Held("weibo:a", "2"));

    // I3
    [Fact]
    public Task A_hold_without_a_reservation_is_found() =>
        BreaksAsync(Invariant.I3, 3, new LedgerScript().Held("weibo:a", "1", reservation: 0));

    [Fact]
    public Task A_hold_on_a_cancelled_reservation_is_found() =>
        BreaksAsync(Invariant.I3, 4, new LedgerScript().Unreserved("weibo:a", 3).Held("weibo:a", "1", reservation: 3));

    [Fact]
    public Task A_reservation_cancelled_under_a_live_order_is_found() =>
        BreaksAsync(Invariant.I3, 4, new LedgerScript().Held("weibo:a", "1").Unreserved("weibo:a", 1));

    [Fact]
    public Task A_hold_before_the_opening_is_found() =>
        BreaksAsync(Invariant.I3, 2, new LedgerScript(open: false).AtOpening(-0.001).Held("weibo:a", "1"));

    [Fact]
    public Task A_hold_at_the_opening_that_the_ledger_does_not_tell_of_is_found() =>
        BreaksAsync(Invariant.I3, 2, new LedgerScript(open: false).AtOpening().Held("weibo:a", "1"));

    [Fact]
    public Task A_hold_at_the_sale_s_end_is_found() =>
        BreaksAsync(Invariant.I3, 3, new LedgerScript().After(8 * 3600).Held("weibo:a", "1"));

    [Theory]
    [InlineData("schedule", 8 * 3600), InlineData("operator", 1)]
    public Task A_hold_after_the_sale_has_ended_is_found(string cause, double seconds)
    {
        var script = new LedgerScript().After(seconds);
        if (cause == "operator") script.Directed("closed");
        return BreaksAsync(Invariant.I3, script.Seq + 2, script.Ended(cause).Held("weibo:a", "1"));
    }

    [Theory]
    [InlineData("paused"), InlineData("closed")]
    public Task A_hold_while_paused_or_after_close_is_found(string direction) =>
        BreaksAsync(Invariant.I3, 4, new LedgerScript().Directed(direction).Held("weibo:a", "1"));

    [Fact]
    public Task Resuming_does_not_reopen_a_closed_batch() =>
        BreaksAsync(Invariant.I3, 6, new LedgerScript().Directed("closed").Ended("operator").Directed("resumed")
            .Held("weibo:a", "1"));

    // The sale's life
    [Fact]
    public Task An_opening_before_its_time_is_found() =>
        BreaksAsync(Invariant.Life, 2, new LedgerScript(open: false).AtOpening(-0.001).Opened());

    [Fact]
    public Task A_second_opening_is_found() => BreaksAsync(Invariant.Life, 3, new LedgerScript().Opened());

    [Fact]
    public Task An_opening_after_the_end_is_found() => BreaksAsync(
        Invariant.Life, 4, new LedgerScript(open: false).AtOpening().Directed("closed").Ended("operator").Opened());

    [Fact]
    public Task An_end_before_the_closing_is_found() =>
        BreaksAsync(Invariant.Life, 3, new LedgerScript().After((8 * 3600) - 0.001).Ended("schedule"));

    [Fact]
    public Task An_end_by_an_operator_who_closed_nothing_is_found() =>
        BreaksAsync(Invariant.Life, 3, new LedgerScript().After(8 * 3600).Ended("operator"));

    [Fact]
    public Task A_second_end_is_found() =>
        BreaksAsync(Invariant.Life, 4, new LedgerScript().After(8 * 3600).Ended("schedule").Ended("schedule"));

    [Fact]
    public Task A_closed_sale_that_does_not_end_is_found() =>
        BreaksAsync(Invariant.Life, 4, new LedgerScript().Directed("closed").Unreserved("weibo:a", 1));

    [Fact]
    public Task A_ledger_that_ends_between_a_closing_and_its_end_is_found() =>
        BreaksAsync(Invariant.Life, 3, new LedgerScript().Directed("closed"));

    [Fact]
    public Task An_anonymisation_before_the_end_or_while_something_is_open_or_twice_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Life, 3, new LedgerScript().Anonymised()),
        BreaksAsync(Invariant.Life, 5, new LedgerScript().After(8 * 3600).Ended("schedule").Anonymised().Anonymised()),
        BreaksAsync(Invariant.Life, 5, new LedgerScript().After((8 * 3600) - 1).Held("weibo:a", "1").After(1)
            .Ended("schedule").Anonymised()),
        BreaksAsync(
            Invariant.Life, 6,
            new LedgerScript().Held("weibo:a", "1").Owed(3, "p").After(8 * 3600).Ended("schedule").Anonymised()));

    // Deadlines
    [Fact]
    public Task A_hold_that_expires_before_its_payBy_is_found() =>
        BreaksAsync(
            Invariant.Deadline, 4, new LedgerScript().Held("weibo:a", "1").After(899.999).Released(3, "1", "expired"));

    [Fact]
    public Task A_payBy_that_is_not_the_payment_window_is_found() =>
        BreaksAsync(Invariant.Deadline, 3, new LedgerScript().Held("weibo:a", "1", window: 901));

    // I6
    [Fact]
    public Task A_sale_after_the_release_is_found() =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Released(3, "1").Sold(3, "p"));

    [Fact]
    public Task A_sale_of_an_order_nobody_made_is_found() =>
        BreaksAsync(Invariant.I6, 3, new LedgerScript().Sold(3, "p"));

    [Fact]
    public Task A_second_sale_of_one_order_is_found() =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Sold(3, "p1").Sold(3, "p2"));

    [Fact]
    public Task One_payment_for_two_orders_is_found() =>
        BreaksAsync(
            Invariant.I6, 6, new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "2").Sold(3, "p").Sold(4, "p"));

    [Fact]
    public Task One_refund_for_two_payments_is_found() =>
        BreaksAsync(
            Invariant.I6, 7,
            new LedgerScript().Held("weibo:a", "1").Owed(3, "p1").Owed(3, "p2").Refunded(3, "p1", "r")
                .Refunded(3, "p2", "r"));

    [Theory]
    [InlineData("""{"amount":199899,"currency":"CNY"}"""), InlineData("""{"amount":199900,"currency":"USD"}""")]
    public Task A_sale_for_another_amount_is_found(string amount) =>
        BreaksAsync(Invariant.I6, 4, new LedgerScript().Held("weibo:a", "1").Sold(3, "p", amount));

    [Fact]
    public Task A_hold_that_ends_twice_is_found() =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Released(3, "1").Released(3, "1"));

    [Fact]
    public Task A_paid_order_that_expires_is_found() =>
        BreaksAsync(
            Invariant.I6, 5,
            new LedgerScript().Held("weibo:a", "1").Sold(3, "p").After(950).Released(3, "1", "expired").Owed(3, "p"));

    [Fact]
    public Task A_released_paid_order_whose_money_is_not_owed_is_found() =>
        BreaksAsync(
            Invariant.I6, 6,
            new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Released(3, "1").Held("weibo:b", "1"));

    [Fact]
    public Task A_ledger_that_ends_between_a_release_and_what_it_owes_is_found() =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Released(3, "1"));

    [Fact]
    public Task Money_owed_for_an_order_that_stays_sold_is_found() =>
        BreaksAsync(
            Invariant.I6, 6, new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Owed(3, "p").Held("weibo:b", "2"));

    [Fact]
    public Task A_payment_owed_twice_is_found() =>
        BreaksAsync(
            Invariant.I6, 6, new LedgerScript().Held("weibo:a", "1").Released(3, "1").Owed(3, "p").Owed(3, "p"));

    [Fact]
    public Task A_refund_of_money_that_was_not_owed_is_found() =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Refunded(3, "p", "r"));

    [Fact]
    public Task A_refund_of_an_unknown_payment_is_found() =>
        BreaksAsync(Invariant.I6, 4, new LedgerScript().Held("weibo:a", "1").Refunded(3, "p", "r"));

    [Fact]
    public Task A_payment_refunded_twice_is_found() =>
        BreaksAsync(
            Invariant.I6, 7,
            new LedgerScript().Held("weibo:a", "1").Released(3, "1").Owed(3, "p")
                .Refunded(3, "p", "r1").Refunded(3, "p", "r2"));

    [Fact]
    public Task A_refund_of_another_amount_is_found() =>
        BreaksAsync(
            Invariant.I6, 6,
            new LedgerScript().Held("weibo:a", "1").Released(3, "1").Owed(3, "p")
                .Refunded(3, "p", "r", """{"amount":1,"currency":"CNY"}"""));

    [Fact]
    public Task A_checkout_of_a_paid_order_is_found() =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Sold(3, "p").CheckedOut(3, 1, "c"));

    [Theory]
    [InlineData(0), InlineData(1), InlineData(3)]
    public Task A_checkout_out_of_its_number_is_found(int number) =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").CheckedOut(3, 1, "c1")
            .CheckedOut(3, number, "c2"));

    [Fact]
    public Task A_checkout_that_is_opened_again_is_found() =>
        BreaksAsync(Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").CheckedOut(3, 1, "c")
            .CheckedOut(3, 2, "c"));

    [Fact]
    public Task An_eleventh_checkout_is_found()
    {
        var script = new LedgerScript().Held("weibo:a", "1");
        for (var number = 1; number <= 11; number++) script.CheckedOut(3, number, $"c{number}");
        return BreaksAsync(Invariant.I6, 14, script);
    }

    private static Task BreaksAsync(Invariant invariant, long seq, LedgerScript script) =>
        script.ShouldBreakAsync(invariant, seq);
}
