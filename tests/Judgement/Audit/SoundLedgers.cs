using System.Text;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

public sealed class SoundLedgers
{
    [Fact]
    public async Task A_whole_life_of_a_batch_is_sound_and_adds_up()
    {
        var sale = await WholeLife().AuditAsync();

        sale.Violations.Kept.ShouldBeEmpty();
        sale.Units.ShouldBe(new UnitCounts(Stock: 8, Free: 6, Held: 0, Sold: 1, Withdrawn: 1));
        sale.Orders.Count.ShouldBe(4);
        sale.Payments.Values.Count(payment => payment.End == PaymentEnd.Refunded).ShouldBe(2);
        sale.HeadSeq.ShouldBe(sale.Entries);
    }

    [Fact]
    public async Task A_sale_that_ends_by_its_schedule_is_sound_and_may_be_closed_after_it()
    {
        var sale = await new LedgerScript().After(8 * 3600).Ended("schedule").Directed("closed").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Ended.ShouldBeTrue();
    }

    [Fact]
    public async Task Payments_and_refunds_count_per_provider()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Owed(3, "p").Owed(3, "p", provider: "other")
            .Refunded(3, "p", "r").Refunded(3, "p", "r", provider: "other").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Payments.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_order_says_who_cancelled_it()
    {
        var sale = await WholeLife().AuditAsync();
        sale.Order("mi2-1.4")!.CancelledBy.ShouldBe(LedgerScript.AliasOf("weibo:chef"));
        sale.Order("mi2-1.15")!.CancelledBy.ShouldBeNull();
    }

    [Fact]
    public async Task The_head_is_the_last_line_s_hash()
    {
        var script = WholeLife();
        var sale = await script.AuditAsync();
        script.Export().ShouldEndWith($"\"hash\":\"{sale.HeadHash}\"}}\n");
    }

    [Fact]
    public async Task A_last_line_without_a_line_feed_is_read_too()
    {
        var export = WholeLife().Export();
        var sale = await LedgerScript.AuditAsync(export.TrimEnd('\n'));
        sale.Sound.ShouldBeTrue();
        sale.Entries.ShouldBe(export.Count(character => character == '\n'));
    }

    [Fact]
    public async Task Several_units_of_several_channels_count_towards_the_limit()
    {
        var sale = await new LedgerScript(stock: 6, limit: 3, channel: """["weibo","qq"]""")
            .Held("weibo:a", "1,2", "k1").Held("weibo:a", "3", "k2").Held("qq:a", "4,5,6", "k1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.SoldOutAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task Money_may_be_owed_just_before_its_order_is_released()
    {
        var sale = await new LedgerScript().Held("weibo:a", "1").Sold(3, "p1").Owed(3, "p1").Released(3, "1")
            .Refunded(3, "p1", "r1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public async Task Lines_that_are_split_between_reads_anywhere_are_read_whole()
    {
        using var dripping = new DrippingStream(Encoding.UTF8.GetBytes(WholeLife().Export()));
        var sale = await LedgerScript.AuditAsync(dripping);
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Orders.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_line_longer_than_the_first_buffer_is_read()
    {
        var ranges = string.Join(',', Enumerable.Range(0, 100_000).Select(index => $"[{index + 6},{index + 6}]"));
        var sale = await new LedgerScript().Moved("restocked", 100_000, $"[{ranges}]").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Units.Stock.ShouldBe(100_005);
    }

    private static LedgerScript WholeLife() => new LedgerScript()
        .Held("weibo:a", "1", "k1")
        .Held("weibo:b", "2")
        .CheckedOut(3, 1, "c1").CheckedOut(3, 2, "c2")
        .Sold(3, "p1")
        .After(1).Directed("paused").Directed("resumed")
        .Released(4, "2", by: "weibo:chef")
        .Unreserved("weibo:b", 1)
        .Held("weibo:b", "2", reservation: 2)
        .Moved("restocked", 3, "[[6,8]]", "k1").Moved("withdrawn", 1, "[[3,3]]", "k2")
        .Held("weibo:d", "4", "k1").Sold(15, "p2").Released(15, "4").Owed(15, "p2").Refunded(15, "p2", "r2")
        .After(930).Released(12, "2", "expired")
        .Owed(12, "late").After(1).Refunded(12, "late", "r1")
        .Directed("closed").Ended("operator").Anonymised();

    /// <summary>Gives three bytes a read.</summary>
    private sealed class DrippingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(3, buffer.Length)], cancellationToken);
    }
}
