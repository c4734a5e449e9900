using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Extensions, schedules and recalls: sound ones, and each promise about them broken once.</summary>
public sealed class AuditedChanges
{
    private const int Hour = 3600;

    [Fact]
    public async Task A_sound_extension_moves_the_deadline_of_unpaid_holds_alone()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "2").Sold(4, "p").Extended(60)
            .After(960).Released(3, "1", "expired").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public Task An_expiry_before_the_extended_payBy_is_found() => BreaksAsync(
        Invariant.Deadline, 5,
        new LedgerScript().Held("weibo:a", "1").Extended(60).After(959).Released(3, "1", "expired"));

    [Theory]
    [InlineData(0), InlineData(-1), InlineData(86_401)]
    public Task An_extension_out_of_its_range_is_found(int seconds) =>
        BreaksAsync(Invariant.Deadline, 4, new LedgerScript().Held("weibo:a", "1").Extended(seconds));

    [Fact]
    public Task An_extension_of_nothing_is_found() => BreaksAsync(
        Invariant.Deadline, 5, new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Extended(60));

    [Fact]
    public Task A_hold_of_more_than_a_week_is_found()
    {
        var script = new LedgerScript().Held("weibo:a", "1");
        for (var day = 0; day < 7; day++) script.Extended(86_400, $"k{day}");
        return BreaksAsync(Invariant.Deadline, 10, script);
    }

    [Fact]
    public async Task A_sale_lives_by_its_new_schedule()
    {
        var sale = await new LedgerScript(open: false).AtOpening(-10).Rescheduled(60, 9 * Hour).AtOpening(60).Opened()
            .Rescheduled(60, 10 * Hour, key: "k2").AtOpening(10 * Hour - 1).Held("weibo:a", "1").After(1)
            .Ended("schedule").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public Task An_opening_at_the_old_time_is_found() => BreaksAsync(
        Invariant.Life, 3, new LedgerScript(open: false).AtOpening(-10).Rescheduled(60, 9 * Hour).AtOpening().Opened());

    [Theory]
    [InlineData(1, 8 * Hour, -Hour), InlineData(0, 8 * Hour, -Hour + 1), InlineData(0, 0.5, -Hour),
        InlineData(0, 8 * Hour, -Hour)]
    public Task A_moved_past_or_a_move_into_it_or_none_at_all_is_found(
        double opens, double closes, double reservationCloses) =>
        BreaksAsync(Invariant.Life, 3, new LedgerScript().After(1).Rescheduled(opens, closes, reservationCloses));

    [Fact]
    public Task An_opening_that_moves_earlier_is_found() => BreaksAsync(
        Invariant.Life, 2, new LedgerScript(open: false).AtOpening(-Hour).Rescheduled(-1, 8 * Hour));

    [Fact]
    public Task A_schedule_after_the_end_is_found() => BreaksAsync(
        Invariant.Life, 5,
        new LedgerScript().Directed("closed").Ended("operator").Rescheduled(0, 9 * Hour, key: "k2"));

    [Fact]
    public async Task A_sound_recall_cancels_and_refunds_and_the_sale_goes_on()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "2").Sold(4, "p").Recalled("all")
            .ReleasedByRecall(3, "1").ReleasedByRecall(4, "2").Owed(4, "p").Directed("resumed").Refunded(4, "p", "r")
            .Held("weibo:c", "1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Order("mi2-1.3")!.CancelledBy.ShouldBe(LedgerScript.AliasOf("weibo:chef"));
    }

    [Fact]
    public async Task An_order_that_a_recall_does_not_cover_may_be_paid_meanwhile()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "2").Sold(4, "p").Recalled("paid")
            .Sold(3, "q").ReleasedByRecall(4, "2").Owed(4, "p").Directed("resumed").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public Task A_hold_after_a_recall_is_found() =>
        BreaksAsync(Invariant.I3, 4, new LedgerScript().Recalled("all").Held("weibo:a", "1"));

    [Fact]
    public Task A_recalled_order_that_is_sold_is_found() => BreaksAsync(
        Invariant.Life, 5, new LedgerScript().Held("weibo:a", "1").Recalled("awaiting-payment").Sold(3, "p"));

    [Fact]
    public Task A_recalled_order_whose_money_stays_is_found() => BreaksAsync(
        Invariant.I6, 7, new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Recalled("paid")
            .ReleasedByRecall(3, "1").Directed("resumed"));

    [Theory]
    [InlineData("resumed"), InlineData("recalled"), InlineData("anonymised")]
    public Task What_must_wait_for_the_recall_s_end_is_found(string type)
    {
        var script = new LedgerScript().Held("weibo:a", "1").Sold(3, "p").Recalled("all");
        if (type == "resumed") script.Directed(type);
        else if (type == "recalled") script.Recalled("all", "k2");
        else script.Directed("closed").Ended("operator").Anonymised();
        return BreaksAsync(Invariant.Life, script.Seq, script);
    }

    [Fact]
    public Task The_recall_of_an_order_that_none_covers_is_found() => BreaksAsync(
        Invariant.Life, 5, new LedgerScript().Held("weibo:a", "1").Recalled("paid").ReleasedByRecall(3, "1"));

    [Fact]
    public Task A_recall_by_another_than_its_operator_is_found() => BreaksAsync(
        Invariant.Life, 5,
        new LedgerScript().Held("weibo:a", "1").Recalled("all").ReleasedByRecall(3, "1", "weibo:cook"));

    [Fact]
    public async Task A_kind_that_is_none_breaks_the_form()
    {
        var sale = await new LedgerScript().Recalled("shipped").AuditAsync();
        sale.Violations.Of(Invariant.Form).ShouldBe(1);
    }

    private static Task BreaksAsync(Invariant invariant, long seq, LedgerScript script) =>
        script.ShouldBreakAsync(invariant, seq);
}
