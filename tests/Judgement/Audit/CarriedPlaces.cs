using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Ledgers of a batch that carries places of the backlog: sound ones, and each promise broken.</summary>
public sealed class CarriedPlaces
{
    [Fact]
    public async Task A_ledger_of_a_batch_that_carries_places_is_sound_and_says_where_they_came_from()
    {
        // Three of five units are for purchases. What comes back is for the line.
        var sale = await Script().Held("weibo:x", "1").Carried("weibo:a", 1, "mi2-0", 3).Offered("weibo:a", 1, "2")
            .Carried("weibo:b", 2, "mi2-0", 7).Offered("weibo:b", 2, "3").Carried("weibo:c", 3, "mi2-00", 1)
            .Held("weibo:y", "4").Released(3, "1").Offered("weibo:c", 3, "1").AllCarried(3).Held("weibo:z", "5")
            .Joined("weibo:d", 4).Directed("closed").Ended("operator").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Places.Select(place => place.Origin).ShouldBe(["mi2-0/3", "mi2-0/7", "mi2-00/1", null]);
        sale.Place(4)!.Kept.ShouldBeTrue();
    }

    [Fact]
    public async Task Places_may_be_carried_after_an_early_end_and_their_buyers_may_leave_the_backlog()
    {
        var sale = await Script().Directed("closed").Ended("operator").Carried("weibo:a", 1, "mi2-0", 3)
            .Carried("weibo:b", 2, "mi2-0", 4).AllCarried(2).Left(1).Unreserved("weibo:b", 1).AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Places.Select(place => place.Stage).ShouldBe([PlaceStage.Left, PlaceStage.Left]);
    }

    [Fact]
    public Task A_purchase_of_units_of_the_backlog_is_found() =>
        Script().Held("weibo:x", "1").Held("weibo:y", "2").Held("weibo:z", "3").Held("weibo:u", "4")
            .ShouldBreakAsync(Invariant.I5, 6);

    [Fact]
    public Task A_purchase_of_a_unit_that_came_back_is_found() =>
        Script().Held("weibo:x", "1").Held("weibo:y", "2").Held("weibo:z", "3").Released(3, "1").Held("weibo:u", "1")
            .ShouldBreakAsync(Invariant.I5, 7);

    [Fact]
    public Task A_purchase_while_a_carried_place_and_one_behind_it_wait_is_found() =>
        new LedgerScript(stock: 2, limit: 2, more: "\"backlogUnits\":1,\"standbyLimit\":5")
            .Carried("weibo:a", 1, "mi2-0", 1).Carried("weibo:b", 2, "mi2-0", 2).AllCarried(2)
            .Offered("weibo:a", 1, "1").Joined("weibo:c", 3, 2).Held("weibo:x", "2")
            .ShouldBreakAsync(Invariant.I5, 8);

    [Fact]
    public Task An_offer_of_units_that_are_for_purchases_is_found() =>
        Script().Carried("weibo:a", 1, "mi2-0", 1).Carried("weibo:b", 2, "mi2-0", 2).Carried("weibo:c", 3, "mi2-0", 3)
            .Offered("weibo:a", 1, "1").Offered("weibo:b", 2, "2").Offered("weibo:c", 3, "3")
            .ShouldBreakAsync(Invariant.I5, 8);

    [Fact]
    public Task A_place_that_is_carried_twice_or_overtaken_is_found() => Task.WhenAll(
        Script().Carried("weibo:a", 1, "mi2-0", 3).Carried("weibo:b", 2, "mi2-0", 3).ShouldBreakAsync(Invariant.I5, 4),
        Script().Carried("weibo:a", 1, "mi2-0", 3).Carried("weibo:b", 2, "mi2-0", 2).ShouldBreakAsync(Invariant.I5, 4),
        Script().Carried("weibo:a", 1, "mi2-0", 3).Carried("weibo:b", 2, "mi2-1", 1).Carried("weibo:c", 3, "mi2-0", 4)
            .ShouldBreakAsync(Invariant.I5, 5));

    [Fact]
    public Task A_place_that_is_carried_where_none_may_be_is_found() => Task.WhenAll(
        new LedgerScript().Carried("weibo:a", 1, "mi2-0", 3).ShouldBreakAsync(Invariant.Line, 3),
        Script().AllCarried(0).Carried("weibo:a", 1, "mi2-0", 3).ShouldBreakAsync(Invariant.Line, 4),
        Script().AllCarried(1).ShouldBreakAsync(Invariant.Line, 3),
        Script().AllCarried(0).AllCarried(0).ShouldBreakAsync(Invariant.Line, 4));

    [Fact]
    public Task Joining_while_places_are_carried_is_found() =>
        Script().Held("weibo:x", "1").Held("weibo:y", "2").Held("weibo:z", "3").Joined("weibo:a", 1)
            .ShouldBreakAsync(Invariant.Line, 6);

    [Fact]
    public Task A_carried_buyer_needs_a_reservation_and_stays_within_the_limit() => Task.WhenAll(
        Script().Unreserved("weibo:a", 1).Carried("weibo:a", 1, "mi2-0", 3).ShouldBreakAsync(Invariant.I3, 4),
        Script().Held("weibo:a", "1").Carried("weibo:a", 1, "mi2-0", 3).ShouldBreakAsync(Invariant.I2, 4),
        Script().Carried("weibo:a", 1, "mi2-0", 3).Carried("weibo:a", 2, "mi2-0", 4)
            .ShouldBreakAsync(Invariant.I2, 4));

    [Theory]
    [InlineData(""","how":"carried","reservation":1""")]
    [InlineData(""","how":"carried","reservation":1,"originBatch":"mi2-0" """)]
    [InlineData(""","how":"standby","reservation":1,"originBatch":"mi2-0","originPlace":1""")]
    [InlineData(""","how":"lobby","reservation":1""")]
    public async Task An_origin_that_is_missing_or_too_much_is_a_fault_of_the_form(string members)
    {
        var sale = await Script()
            .Write("joined", $$"""{"place":1,"alias":"{{LedgerScript.AliasOf("weibo:a")}}","quantity":1{{members}}}""")
            .AuditAsync();
        sale.Violations.Of(Invariant.Form).ShouldBe(1);
    }

    private static LedgerScript Script() => new(stock: 5, more: "\"backlogUnits\":2,\"standbyLimit\":5");
}
