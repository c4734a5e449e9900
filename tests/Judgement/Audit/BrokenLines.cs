using System.Text;
using CsCheck;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>The chain, the sequence, the clock and the form of the lines.</summary>
public sealed class BrokenLines
{
    [Fact]
    public async Task A_changed_character_is_found_at_its_entry_and_only_there()
    {
        var export = ThreeHolds().Export().Replace("weibo:b", "weibo:x", StringComparison.Ordinal);
        var sale = await LedgerScript.AuditAsync(export);
        sale.Violations.Kept.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            violation => violation.Invariant.ShouldBe(Invariant.I4), violation => violation.Seq.ShouldBe(3));
    }

    [Fact]
    public void No_single_flipped_bit_stays_unseen()
    {
        var export = Encoding.UTF8.GetBytes(ThreeHolds().Export());
        var last = export.Length - 1;
        Gen.Select(Gen.Int[0, last], Gen.Int[0, 7]).Where(flip => flip.Item1 != last).Sample(
            flip =>
            {
                var flipped = export.ToArray();
                flipped[flip.Item1] ^= (byte)(1 << flip.Item2);
                using var stream = new MemoryStream(flipped);
                return !LedgerAudit.ReadAsync(stream).GetAwaiter().GetResult().Sound;
            },
            iter: 2_000);
    }

    [Fact]
    public async Task A_missing_line_is_found()
    {
        var lines = ThreeHolds().Export().Split('\n');
        var sale = await LedgerScript.AuditAsync(string.Join('\n', lines.Where((_, index) => index != 2)));
        sale.Violations.Kept.ShouldContain(violation => violation.Invariant == Invariant.I4 && violation.Seq == 4);
    }

    [Fact]
    public async Task Two_lines_that_changed_places_are_found()
    {
        var lines = ThreeHolds().Export().Split('\n');
        (lines[1], lines[2]) = (lines[2], lines[1]);
        var sale = await LedgerScript.AuditAsync(string.Join('\n', lines));
        sale.Violations.Of(Invariant.I4).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_clock_that_runs_backwards_is_found()
    {
        var sale = await new LedgerScript().After(1).Held("weibo:a", "1").After(-0.001).Held("weibo:b", "2")
            .AuditAsync();
        sale.Violations.Kept.ShouldHaveSingleItem().Invariant.ShouldBe(Invariant.I4);
    }

    [Fact]
    public async Task A_cut_last_line_is_found()
    {
        var sale = await LedgerScript.AuditAsync(ThreeHolds().Export()[..^20]);
        sale.Sound.ShouldBeFalse();
    }

    [Fact]
    public async Task An_empty_ledger_is_found()
    {
        var sale = await LedgerScript.AuditAsync("");
        sale.Violations.Kept.ShouldHaveSingleItem().Invariant.ShouldBe(Invariant.I4);
    }

    [Theory]
    [InlineData("granted", """{"order":"mi2-1.2"}""")]
    [InlineData("held", """{"order":"mi2-1.2"}""")]
    [InlineData("reservation-cancelled", """{"user":"weibo:a","reservation":1,"phone":"10086"}""")]
    [InlineData("reservation-cancelled", """{"user":"weibo:a","user":"weibo:b","reservation":1}""")]
    [InlineData("reservation-cancelled", """{"user":"weibo:a","reservation":"1"}""")]
    [InlineData("reservation-cancelled", """["weibo:a",1]""")]
    [InlineData("sold", """{"order":"mi3-1.2","payment":"p","amount":{"amount":199900,"currency":"CNY"}}""")]
    [InlineData("sold", """{"order":"mi2-1.2x","payment":"p","amount":{"amount":199900,"currency":"CNY"}}""")]
    [InlineData("paused", """{"reason":"","by":"weibo:chef","key":null}""")]
    public async Task Data_that_nobody_agreed_on_is_refused(string type, string data)
    {
        var sale = await new LedgerScript().Write(type, data).AuditAsync();
        sale.Violations.Kept.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            violation => violation.Invariant.ShouldBe(Invariant.Form), violation => violation.Seq.ShouldBe(2));
    }

    [Fact]
    public async Task An_order_that_does_not_name_its_own_hold_is_found()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1", order: "mi2-1.7").AuditAsync();
        sale.Violations.Kept.ShouldHaveSingleItem().Invariant.ShouldBe(Invariant.Form);
    }

    [Fact]
    public async Task A_batch_created_twice_is_found()
    {
        var created = new LedgerScript().Export();
        var from = created.IndexOf("{\"id\"", StringComparison.Ordinal);
        var data = created[from..created.IndexOf(",\"hash\"", StringComparison.Ordinal)];
        var sale = await new LedgerScript().Write("created", data).AuditAsync();
        sale.Violations.Kept.ShouldHaveSingleItem().Invariant.ShouldBe(Invariant.Form);
    }

    [Fact]
    public async Task Entries_of_a_batch_that_was_not_created_are_found()
    {
        var lines = ThreeHolds().Export().Split('\n');
        var sale = await LedgerScript.AuditAsync(string.Join('\n', lines.Skip(1)));
        sale.Violations.Of(Invariant.Form).ShouldBe(3);
        sale.Terms.ShouldBeNull();
    }

    [Fact]
    public async Task A_thoroughly_broken_ledger_is_counted_whole_and_kept_in_part()
    {
        var sale = await LedgerScript.AuditAsync(string.Concat(Enumerable.Repeat("rubbish\n", 2_000)));
        sale.Violations.Kept.Count.ShouldBe(Violations.Bound);
        sale.Violations.Total.ShouldBeGreaterThanOrEqualTo(2_000);
    }

    private static LedgerScript ThreeHolds() =>
        new LedgerScript().Held("weibo:a", "1").Held("weibo:b", "2").Held("weibo:c", "3");
}
