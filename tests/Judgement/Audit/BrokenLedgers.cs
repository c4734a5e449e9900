using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Each promise broken once, in a ledger that is otherwise sound.</summary>
public sealed class BrokenLedgers
{
    // I1
    [Fact]
    public Task A_unit_in_two_live_orders_is_found() =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "1"));

    [Theory]
    [InlineData("0"), InlineData("6"), InlineData("-1")]
    public Task A_unit_that_does_not_exist_is_found(string unit) =>
        BreaksAsync(Invariant.I1, 2, new LedgerScript().Held("weibo:a", unit));

    [Fact]
    public Task More_holds_than_stock_is_found() =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript(stock: 1).Held("weibo:a", "1").Held("weibo:b", "2"));

    [Fact]
    public Task The_same_unit_twice_in_one_order_is_found() =>
        BreaksAsync(Invariant.I1, 2, new LedgerScript(limit: 2).Held("weibo:a", "1,1"));

    [Fact]
    public Task A_release_of_other_units_than_were_held_is_found() =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript().Held("weibo:a", "1").Released(2, "2"));

    [Fact]
    public Task A_withdrawal_of_a_held_unit_is_found() =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript().Held("weibo:a", "1").Moved("withdrawn", 1, "[[1,1]]"));

    [Fact]
    public Task A_hold_of_a_withdrawn_unit_is_found() =>
        BreaksAsync(Invariant.I1, 3, new LedgerScript().Moved("withdrawn", 1, "[[1,1]]").Held("weibo:a", "1"));

    [Theory]
    [InlineData("[[7,7]]", 1), InlineData("[[6,6]]", 2), InlineData("[]", 1), InlineData("[[6,5]]", 0)]
    public Task A_restock_that_does_not_follow_the_stock_is_found(string ranges, int units) =>
        BreaksAsync(Invariant.I1, 2, new LedgerScript().Moved("restocked", units, ranges));

    [Fact]
    public Task A_withdrawal_of_more_than_it_lists_is_found() =>
        BreaksAsync(Invariant.I1, 2, new LedgerScript().Moved("withdrawn", 3, "[[1,2]]"));

    [Fact]
    public Task A_restock_recorded_twice_under_one_key_is_found() =>
        BreaksAsync(
            Invariant.I1, 3, new LedgerScript().Moved("restocked", 1, "[[6,6]]").Moved("restocked", 1, "[[7,7]]"));

    // I2
    [Fact]
    public Task More_units_than_the_limit_is_found() =>
        BreaksAsync(Invariant.I2, 3, new LedgerScript().Held("weibo:a", "1", "k1").Held("weibo:a", "2", "k2"));

    [Fact]
    public Task A_paid_order_counts_towards_the_limit() =>
        BreaksAsync(Invariant.I2, 4, new LedgerScript().Held("weibo:a", "1").Sold(2, "p").Held("weibo:a", "2", "k"));

    [Fact]
    public Task A_key_that_names_two_orders_is_found_even_after_the_first_has_ended() =>
        BreaksAsync(
            Invariant.I2, 4, new LedgerScript().Held("weibo:a", "1", "k").Released(2, "1").Held("weibo:a", "1", "k"));

    [Fact]
    public Task A_second_live_order_without_a_key_is_found() =>
        BreaksAsync(Invariant.I2, 3, new LedgerScript(limit: 5).Held("weibo:a", "1", "k").Held("weibo:a", "2"));

    // I3
    [Theory]
    [InlineData("qq:a"), InlineData("weibo"), InlineData("weibo:"), InlineData("weibo:a/b"), InlineData("weibo:a:b")]
    public Task A_hold_for_a_user_who_is_not_eligible_is_found(string user) =>
        BreaksAsync(Invariant.I3, 2, new LedgerScript().Held(user, "1"));

    [Fact]
    public Task A_hold_without_a_reservation_is_found() =>
        BreaksAsync(Invariant.I3, 2, new LedgerScript().Held("weibo:a", "1", reservation: 0));

    [Fact]
    public Task A_hold_on_a_cancelled_reservation_is_found() =>
        BreaksAsync(Invariant.I3, 3, new LedgerScript().Unreserved("weibo:a", 3).Held("weibo:a", "1", reservation: 3));

    [Fact]
    public Task A_reservation_cancelled_under_a_live_order_is_found() =>
        BreaksAsync(Invariant.I3, 3, new LedgerScript().Held("weibo:a", "1").Unreserved("weibo:a", 1));

    [Fact]
    public Task A_hold_a_millisecond_before_the_opening_is_found() =>
        BreaksAsync(Invariant.I3, 2, new LedgerScript().After(-0.001).Held("weibo:a", "1"));

    [Fact]
    public Task A_hold_at_the_sale_s_end_is_found() =>
        BreaksAsync(Invariant.I3, 2, new LedgerScript().After(8 * 3600).Held("weibo:a", "1"));

    [Theory]
    [InlineData("paused"), InlineData("closed")]
    public Task A_hold_while_paused_or_after_close_is_found(string direction) =>
        BreaksAsync(Invariant.I3, 3, new LedgerScript().Directed(direction).Held("weibo:a", "1"));

    [Fact]
    public Task Resuming_does_not_reopen_a_closed_batch() =>
        BreaksAsync(Invariant.I3, 4, new LedgerScript().Directed("closed").Directed("resumed").Held("weibo:a", "1"));

    // Deadlines
    [Fact]
    public Task A_hold_that_expires_before_its_payBy_is_found() =>
        BreaksAsync(
            Invariant.Deadline, 3, new LedgerScript().Held("weibo:a", "1").After(899.999).Released(2, "1", "expired"));

    [Fact]
    public Task A_payBy_that_is_not_the_payment_window_is_found() =>
        BreaksAsync(Invariant.Deadline, 2, new LedgerScript().Held("weibo:a", "1", window: 901));

    // I6
    [Fact]
    public Task A_sale_after_the_release_is_found() =>
        BreaksAsync(Invariant.I6, 4, new LedgerScript().Held("weibo:a", "1").Released(2, "1").Sold(2, "p"));

    [Fact]
    public Task A_sale_of_an_order_nobody_made_is_found() =>
        BreaksAsync(Invariant.I6, 2, new LedgerScript().Sold(2, "p"));

    [Fact]
    public Task A_second_sale_of_one_order_is_found() =>
        BreaksAsync(Invariant.I6, 4, new LedgerScript().Held("weibo:a", "1").Sold(2, "p1").Sold(2, "p2"));

    [Fact]
    public Task One_payment_for_two_orders_is_found() =>
        BreaksAsync(
            Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "2").Sold(2, "p").Sold(3, "p"));

    [Theory]
    [InlineData("""{"amount":199899,"currency":"CNY"}"""), InlineData("""{"amount":199900,"currency":"USD"}""")]
    public Task A_sale_for_another_amount_is_found(string amount) =>
        BreaksAsync(Invariant.I6, 3, new LedgerScript().Held("weibo:a", "1").Sold(2, "p", amount));

    [Fact]
    public Task A_hold_that_ends_twice_is_found() =>
        BreaksAsync(Invariant.I6, 4, new LedgerScript().Held("weibo:a", "1").Released(2, "1").Released(2, "1"));

    [Fact]
    public Task A_paid_order_that_expires_is_found() =>
        BreaksAsync(
            Invariant.I6, 4,
            new LedgerScript().Held("weibo:a", "1").Sold(2, "p").After(950).Released(2, "1", "expired").Owed(2, "p"));

    [Fact]
    public Task A_released_paid_order_whose_money_is_not_owed_is_found() =>
        BreaksAsync(
            Invariant.I6, 5,
            new LedgerScript().Held("weibo:a", "1").Sold(2, "p").Released(2, "1").Held("weibo:b", "1"));

    [Fact]
    public Task A_ledger_that_ends_between_a_release_and_what_it_owes_is_found() =>
        BreaksAsync(Invariant.I6, 4, new LedgerScript().Held("weibo:a", "1").Sold(2, "p").Released(2, "1"));

    [Fact]
    public Task Money_owed_for_an_order_that_stays_sold_is_found() =>
        BreaksAsync(
            Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Sold(2, "p").Owed(2, "p").Held("weibo:b", "2"));

    [Fact]
    public Task A_payment_owed_twice_is_found() =>
        BreaksAsync(
            Invariant.I6, 5, new LedgerScript().Held("weibo:a", "1").Released(2, "1").Owed(2, "p").Owed(2, "p"));

    [Fact]
    public Task A_refund_of_money_that_was_not_owed_is_found() =>
        BreaksAsync(Invariant.I6, 4, new LedgerScript().Held("weibo:a", "1").Sold(2, "p").Refunded(2, "p", "r"));

    [Fact]
    public Task A_refund_of_an_unknown_payment_is_found() =>
        BreaksAsync(Invariant.I6, 3, new LedgerScript().Held("weibo:a", "1").Refunded(2, "p", "r"));

    [Fact]
    public Task A_payment_refunded_twice_is_found() =>
        BreaksAsync(
            Invariant.I6, 6,
            new LedgerScript().Held("weibo:a", "1").Released(2, "1").Owed(2, "p")
                .Refunded(2, "p", "r1").Refunded(2, "p", "r2"));

    [Fact]
    public Task A_refund_of_another_amount_is_found() =>
        BreaksAsync(
            Invariant.I6, 5,
            new LedgerScript().Held("weibo:a", "1").Released(2, "1").Owed(2, "p")
                .Refunded(2, "p", "r", """{"amount":1,"currency":"CNY"}"""));

    [Fact]
    public Task A_checkout_of_a_paid_order_is_found() =>
        BreaksAsync(
            Invariant.I6, 4,
            new LedgerScript().Held("weibo:a", "1").Sold(2, "p")
                .Write("checkout-opened", """{"order":"mi2-1.2","checkout":"c"}"""));

    private static async Task BreaksAsync(Invariant invariant, long seq, LedgerScript script)
    {
        var sale = await script.AuditAsync();
        sale.Violations.Kept.ShouldContain(violation => violation.Invariant == invariant && violation.Seq == seq);
        sale.Violations.Kept.ShouldNotContain(violation => violation.Seq < seq);
        sale.Violations.Of(Invariant.I4).ShouldBe(0);
        sale.Violations.Of(Invariant.Form).ShouldBe(0);
    }
}
