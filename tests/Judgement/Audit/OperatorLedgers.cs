using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Ledgers with operators' commands about single buyers: sound ones, and ones that break a promise.</summary>
public sealed class OperatorLedgers
{
    private static readonly string Grant =
        $"\"command\":\"grant\",\"alias\":\"{LedgerScript.AliasOf("weibo:alice")}\",\"units\":1,\"why\":\"mistake\"";

    [Fact]
    public async Task Grants_revivals_and_shipments_are_sound_and_add_up()
    {
        var sale = await new LedgerScript().AtOpening().Held("weibo:bob", "1").Granted("weibo:alice", "2")
            .Sold(4, "p-1").After(930).Released(3, "1", "expired").Revived(3, "1").Sold(3, "p-2")
            .Shipped(3).Shipped(3, "s-2").Shipped(4, "s-3").OwedAsShipped(4, "p-1").Refunded(4, "p-1", "r")
            .AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Units.ShouldBe(new UnitCounts(Stock: 5, Free: 3, Held: 0, Sold: 2, Withdrawn: 0));
        (sale.Order("mi2-1.4")!.Gone, sale.Order("mi2-1.3")!.Revivals).ShouldBe((true, 1));
    }

    [Fact]
    public async Task An_approved_command_that_follows_its_approval_is_sound()
    {
        var sale = await new LedgerScript(stock: 1).AtOpening().Held("weibo:bob", "1").Joined("weibo:carl", 1)
            .Proposed("\"command\":\"remove-place\",\"place\":1,\"why\":\"other\"", "left-1").Approved("left-1")
            .Left(1, "removed")
            .Proposed("\"command\":\"restock\",\"units\":1,\"reason\":\"found\"", "m").Approved("m")
            .Moved("restocked", 1, "[[2,2]]", "m")
            .Proposed(Grant, "g").Approved("g").Granted("weibo:alice", "2")
            .After(930).Released(3, "1", "expired")
            .Proposed("\"command\":\"revive\",\"order\":\"mi2-1.3\",\"why\":\"other\"", "r").Approved("r")
            .Revived(3, "1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public Task A_grant_over_the_limit_breaks_I2() =>
        new LedgerScript().AtOpening().Held("weibo:alice", "1").Granted("weibo:alice", "2")
            .ShouldBreakAsync(Invariant.I2, 4);

    [Fact]
    public Task A_grant_of_a_unit_that_is_held_breaks_I1() =>
        new LedgerScript().AtOpening().Held("weibo:bob", "1").Granted("weibo:alice", "1")
            .ShouldBreakAsync(Invariant.I1, 4);

    [Fact]
    public Task A_grant_while_paused_breaks_I3() =>
        new LedgerScript().AtOpening().Directed("paused").Granted("weibo:alice", "1")
            .ShouldBreakAsync(Invariant.I3, 4);

    [Fact]
    public Task A_grant_that_overtakes_the_line_breaks_I5() =>
        new LedgerScript(stock: 1).AtOpening().Held("weibo:bob", "1").Joined("weibo:carl", 1).Released(3, "1")
            .Granted("weibo:alice", "1").ShouldBreakAsync(Invariant.I5, 6);

    [Fact]
    public Task A_grant_or_a_revival_with_another_window_breaks_the_deadline() => Task.WhenAll(
        new LedgerScript().AtOpening().Granted("weibo:alice", "1", window: 901)
            .ShouldBreakAsync(Invariant.Deadline, 3),
        new LedgerScript().AtOpening().Held("weibo:bob", "1").After(930).Released(3, "1", "expired")
            .Revived(3, "1", window: 899).ShouldBreakAsync(Invariant.Deadline, 5));

    [Fact]
    public Task A_revival_of_a_cancelled_order_or_one_that_lives_breaks_I6() => Task.WhenAll(
        new LedgerScript().AtOpening().Held("weibo:bob", "1").Released(3, "1").Revived(3, "1")
            .ShouldBreakAsync(Invariant.I6, 5),
        new LedgerScript().AtOpening().Held("weibo:bob", "1").Revived(3, "2").ShouldBreakAsync(Invariant.I6, 4));

    [Fact]
    public Task A_shipment_of_an_unpaid_order_breaks_I6() =>
        new LedgerScript().AtOpening().Held("weibo:bob", "1").Shipped(3).ShouldBreakAsync(Invariant.I6, 4);

    [Fact]
    public Task A_shipped_unit_that_is_free_again_breaks_I1() =>
        new LedgerScript().AtOpening().Held("weibo:bob", "1").Sold(3, "p").Shipped(3).Released(3, "1").Owed(3, "p")
            .ShouldBreakAsync(Invariant.I1, 6);

    [Fact]
    public Task A_refund_as_shipped_of_an_order_that_is_not_breaks_I6() =>
        new LedgerScript().AtOpening().Held("weibo:bob", "1").Sold(3, "p").OwedAsShipped(3, "p")
            .ShouldBreakAsync(Invariant.I6, 5);

    [Fact]
    public Task A_command_under_a_key_that_was_used_breaks_it() =>
        new LedgerScript(limit: 2).AtOpening().Granted("weibo:alice", "1").Granted("weibo:alice", "2")
            .ShouldBreakAsync(Invariant.Commands, 4);

    [Fact]
    public Task An_approval_by_the_operator_who_gave_the_command_or_too_late_or_of_nothing_breaks_it() => Task.WhenAll(
        new LedgerScript().AtOpening().Proposed(Grant, "g").Approved("g", "weibo:chef").Granted("weibo:alice", "1")
            .ShouldBreakAsync(Invariant.Commands, 4),
        new LedgerScript().AtOpening().Proposed(Grant, "g").After(60).Approved("g").Granted("weibo:alice", "1")
            .ShouldBreakAsync(Invariant.Commands, 4),
        new LedgerScript().AtOpening().Approved("g").ShouldBreakAsync(Invariant.Commands, 3));

    [Fact]
    public Task An_approval_without_its_command_or_with_another_breaks_it() => Task.WhenAll(
        new LedgerScript().AtOpening().Proposed(Grant, "g").Approved("g").ShouldBreakAsync(Invariant.Commands, 4),
        new LedgerScript().AtOpening().Proposed(Grant, "g").Approved("g").Granted("weibo:bob", "1")
            .ShouldBreakAsync(Invariant.Commands, 5),
        new LedgerScript().AtOpening().Proposed(Grant, "g").Approved("g").Directed("paused")
            .ShouldBreakAsync(Invariant.Commands, 5));

    [Fact]
    public Task A_command_that_waits_twice_or_was_carried_out_or_is_void_at_once_breaks_it() => Task.WhenAll(
        new LedgerScript().AtOpening().Proposed(Grant, "g").Proposed(Grant, "g")
            .ShouldBreakAsync(Invariant.Commands, 4),
        new LedgerScript().AtOpening().Granted("weibo:alice", "1").Proposed(Grant, "g")
            .ShouldBreakAsync(Invariant.Commands, 4),
        new LedgerScript().AtOpening().Proposed(Grant, "g", 0).ShouldBreakAsync(Invariant.Commands, 3));

    [Theory]
    [InlineData("\"command\":\"sell\",\"units\":1,\"why\":\"other\"")]
    [InlineData("\"command\":\"restock\",\"units\":1,\"why\":\"other\"")]
    [InlineData("\"command\":\"restock\",\"units\":1,\"reason\":\"r\",\"place\":1")]
    [InlineData("\"command\":\"revive\",\"why\":\"other\"")]
    [InlineData("\"command\":\"remove-place\",\"place\":1,\"why\":\"they are rude\"")]
    public async Task A_command_that_waits_with_other_members_than_its_own_is_no_entry(string what) =>
        (await new LedgerScript().AtOpening().Proposed(what, "k").AuditAsync())
            .Violations.Of(Invariant.Form).ShouldBe(1);
}
