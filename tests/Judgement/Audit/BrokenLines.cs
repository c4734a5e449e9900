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
        var export = ThreeHolds().Export()
            .Replace(LedgerScript.AliasOf("weibo:b"), LedgerScript.AliasOf("weibo:x"), StringComparison.Ordinal);
        var sale = await LedgerScript.AuditAsync(export);
        sale.Violations.Kept.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            violation => violation.Invariant.ShouldBe(Invariant.I4), violation => violation.Seq.ShouldBe(4));
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
    [InlineData("gifted", """{}""")]
    [InlineData("held", """{"order":"mi2-1.3"}""")]
    [InlineData("reservation-cancelled", """{"alias":"{a}","reservation":1,"phone":"10086"}""")]
    [InlineData("reservation-cancelled", """{"alias":"{a}","alias":"{a}","reservation":1}""")]
    [InlineData("reservation-cancelled", """{"alias":"{a}","reservation":"1"}""")]
    [InlineData("reservation-cancelled", """["{a}",1]""")]
    [InlineData("sold",
        """{"order":"mi3-1.3","provider":"alipay","payment":"p","amount":{"amount":199900,"currency":"CNY"}}""")]
    [InlineData("sold",
        """{"order":"mi2-1.3x","provider":"alipay","payment":"p","amount":{"amount":199900,"currency":"CNY"}}""")]
    [InlineData("sold", """{"order":"mi2-1.3","payment":"p","amount":{"amount":199900,"currency":"CNY"}}""")]
    [InlineData("paused", """{"reason":"","by":"{a}","key":null}""")]
    [InlineData("paused", """{"reason":"","by":"{a}","key":"k"}""")]
    [InlineData("opened", """{"by":"{a}"}""")]
    [InlineData("ended", """{}""")]
    [InlineData("anonymised", """{}""")]
    [InlineData("released", """{"order":"mi2-1.3","units":[1],"why":"cancelled","by":"{a}"}""")]
    [InlineData("released", """{"order":"mi2-1.3","units":[1],"why":"cancelled","reason":"other"}""")]
    [InlineData("released", """{"order":"mi2-1.3","units":[1],"why":"cancelled","by":"{a}","reason":"she is rude"}""")]
    [InlineData("held",
        """{"order":"mi2-1.3","alias":"{a}","units":[1],"payBy":"{t}","reservation":1,"from":"mi2-1.2"}""")]
    [InlineData("joined", """{"place":1,"alias":"{a}","quantity":1,"reservation":1}""")]
    [InlineData("joined", """{"place":1,"alias":"{a}","quantity":1,"how":"standby","reservation":1,"by":"{a}"}""")]
    [InlineData("joined", """{"place":"1","alias":"{a}","quantity":1,"how":"standby","reservation":1}""")]
    [InlineData("joined",
        """
        {"place":1,"alias":"{a}","quantity":1,"how":"standby","reservation":1,"originBatch":"mi2-0","originPlace":1}
        """)]
    [InlineData("left", """{"place":1}""")]
    [InlineData("left", """{"place":1,"why":"bored"}""")]
    [InlineData("left", """{"place":1,"why":"removed"}""")]
    [InlineData("left", """{"place":1,"why":"removed","by":"{a}"}""")]
    [InlineData("left", """{"place":1,"why":"removed","reason":"other"}""")]
    [InlineData("left", """{"place":1,"why":"removed","by":"{a}","reason":"she is rude"}""")]
    [InlineData("left", """{"place":1,"why":"left","by":"{a}","reason":"other"}""")]
    [InlineData("left", """{"place":1,"why":"passed","by":"{a}","reason":"other"}""")]
    [InlineData("line-suspended", """{"by":"{a}"}""")]
    [InlineData("line-resumed", """{"by":"{a}","key":"{a}","reason":"because"}""")]
    public async Task Data_that_nobody_agreed_on_is_refused(string type, string data)
    {
        var text = data.Replace("{a}", LedgerScript.AliasOf("weibo:a"), StringComparison.Ordinal)
            .Replace("{t}", "2012-12-21T04:15:00.000Z", StringComparison.Ordinal);
        ShouldBeOfNoForm(await new LedgerScript().Write(type, text).AuditAsync());
    }

    [Theory]
    [InlineData("roster-closed"), InlineData("drawn")]
    public async Task A_type_without_rules_is_refused_by_its_name(string type)
    {
        var sale = await new LedgerScript().Write(type, """{"order":"mi2-1.3"}""").AuditAsync();
        ShouldBeOfNoForm(sale);
        sale.Violations.Kept[0].Text.ShouldBe($"{type} has no rules in this version");
    }

    [Theory]
    [InlineData("lobby"), InlineData("draw")]
    public async Task A_way_of_joining_the_line_without_rules_is_refused_by_its_name(string how)
    {
        var data = $$"""
            {"place":1,"alias":"{{LedgerScript.AliasOf("weibo:a")}}","quantity":1,"how":"{{how}}","reservation":1}
            """;
        var sale = await new LedgerScript().Write("joined", data).AuditAsync();
        ShouldBeOfNoForm(sale);
        sale.Violations.Kept[0].Text.ShouldBe($"joining by {how} has no rules in this version");
    }

    [Theory]
    [InlineData("standbyLimit", "-1"), InlineData("standbyLimit", "1000001"), InlineData("standbyLimit", "null")]
    [InlineData("offerWindowSeconds", "0"), InlineData("offerWindowSeconds", "86401"),
        InlineData("offerWindowSeconds", "\"900\"")]
    public async Task Terms_of_the_line_out_of_their_range_are_refused(string member, string value)
    {
        var sale = await new LedgerScript(open: false, more: $"\"{member}\":{value}").AuditAsync();
        sale.Violations.Kept.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            violation => violation.Invariant.ShouldBe(Invariant.Form),
            violation => violation.Text.ShouldContain(member));
    }

    [Theory]
    [InlineData("weibo:alice"), InlineData(""), InlineData("AAAAAAAAAAAAAAAAAAAAAB"),
        InlineData("AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA"), InlineData("AAAAAAAAAAAAAAAAAAAA+A"),
        InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    public async Task What_is_no_alias_is_refused_in_the_place_of_one(string alias) =>
        ShouldBeOfNoForm(await new LedgerScript()
            .Write("reservation-cancelled", $$"""{"alias":"{{alias}}","reservation":1}""").AuditAsync());

    [Theory]
    [InlineData("checkout-opened", """{"order":"mi2-1.3","number":1,"provider":"{u}","checkout":"c"}""")]
    [InlineData("checkout-opened", """{"order":"mi2-1.3","number":1,"provider":"alipay","checkout":"c-{u}"}""")]
    [InlineData("sold",
        """{"order":"mi2-1.3","provider":"alipay","payment":"{u}/1","amount":{"amount":199900,"currency":"CNY"}}""")]
    [InlineData("sold",
        """{"order":"mi2-1.3","provider":"alipay","payment":"p","amount":{"amount":199900,"currency":"{u}"}}""")]
    [InlineData("released", """{"order":"mi2-1.3","units":[1],"why":"{u}"}""")]
    [InlineData("ended", """{"cause":"{u}"}""")]
    public async Task A_user_in_any_text_is_found(string type, string data)
    {
        foreach (var user in new[] { "weibo:alice", "qq:小明", @"weibo\u003aalice" })
        {
            var script = new LedgerScript(channel: """["weibo","qq"]""");
            var sale = await script.Write(type, data.Replace("{u}", user, StringComparison.Ordinal)).AuditAsync();
            ShouldBeOfNoForm(sale);
            sale.Violations.Kept[0].Text.ShouldStartWith("a user is in the text ");
        }
    }

    [Fact]
    public async Task A_user_in_a_reason_for_the_whole_batch_and_a_text_that_is_none_are_no_violation()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").CheckedOut(3, 1, "weibo:")
            .CheckedOut(3, 2, "weixin:alice")
            .Write("paused", LedgerScript.Command("asked for by weibo:alice")).AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("keyHash"), InlineData("keepPersonalDataDays")]
    public async Task Terms_with_another_member_in_the_place_of_one_are_refused(string member)
    {
        var created = new LedgerScript().Export().Split('\n')[0];
        var sale = await LedgerScript.AuditAsync(
            created.Replace($"\"{member}\"", "\"gift\"", StringComparison.Ordinal));
        sale.Violations.Of(Invariant.Form).ShouldBe(1);
        sale.Terms.ShouldBeNull();
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
        sale.Violations.Of(Invariant.Form).ShouldBe(4);
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

    private static void ShouldBeOfNoForm(AuditedSale sale) =>
        sale.Violations.Kept.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
        violation => violation.Invariant.ShouldBe(Invariant.Form), violation => violation.Seq.ShouldBe(3));
}
