using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Ledgers with a line that break no promise.</summary>
public sealed class SoundPlaces
{
    [Fact]
    public async Task A_line_of_every_kind_of_place_is_sound_and_adds_up()
    {
        var sale = await WholeLine().AuditAsync();

        sale.Violations.Kept.ShouldBeEmpty();
        sale.Places.Select(place => place.Stage).ShouldBe(
        [
            PlaceStage.Taken, PlaceStage.Left, PlaceStage.Removed, PlaceStage.Left, PlaceStage.Passed,
            PlaceStage.Passed, PlaceStage.Offered, PlaceStage.Ended,
        ]);
        sale.Waiting.ShouldBe(0);
        sale.Units.ShouldBe(new UnitCounts(Stock: 2, Free: 0, Held: 1, Sold: 1, Withdrawn: 0));
        sale.Place(1)!.Order.ShouldBe(sale.Order("mi2-1.11"));
        sale.Order("mi2-1.11")!.Place!.Number.ShouldBe(1);
        sale.Order("mi2-1.3")!.Place.ShouldBeNull();
    }

    [Fact]
    public async Task A_declined_part_lets_the_place_wait_again_in_its_old_turn()
    {
        var sale = await Limited(2).Held("weibo:x", "1").Held("weibo:y", "2")
            .Joined("weibo:a", 1, 2).Joined("weibo:b", 2, 2).Joined("weibo:c", 3)
            .Released(3, "1").Offered("weibo:a", 1, "1").Released(4, "2").Offered("weibo:b", 2, "2")
            .Released(11, "2").Offered("weibo:b", 2, "2").Released(9, "1").Offered("weibo:a", 1, "1")
            .AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        (sale.Waiting, sale.Place(3)!.Stage).ShouldBe((1, PlaceStage.Waiting));
        sale.Place(1)!.Order!.Seq.ShouldBe(15);
    }

    [Fact]
    public async Task Who_waited_at_the_end_is_dropped_once_after_it_and_leaves_no_more()
    {
        LedgerScript Ended() => Limited(1).Held("weibo:x", "1").Joined("weibo:a", 1).Joined("weibo:b", 2)
            .Directed("closed").Ended("operator");
        var sale = await Ended().Left(1).Directed("backlog-dropped").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        (sale.Place(1)!.Stage, sale.Place(2)!.Stage).ShouldBe((PlaceStage.Left, PlaceStage.Ended));
        await Ended().Directed("backlog-dropped").Left(1).ShouldBreakAsync(Invariant.Line, 9);
        await Ended().Directed("backlog-dropped").Directed("backlog-dropped").ShouldBreakAsync(Invariant.Line, 9);
        await Limited(1).Held("weibo:x", "1").Joined("weibo:a", 1).Directed("backlog-dropped")
            .ShouldBreakAsync(Invariant.Line, 5);
    }

    [Fact]
    public async Task Several_offers_may_end_before_their_places_do()
    {
        var sale = await Limited(2).Held("weibo:x", "1,2").Joined("weibo:a", 1).Joined("weibo:b", 2)
            .Joined("weibo:c", 3).Released(3, "1,2").Offered("weibo:a", 1, "1").Offered("weibo:b", 2, "2").After(930)
            .Released(8, "1", "expired").Released(9, "2", "expired").Left(2, "passed").Left(1, "passed")
            .Offered("weibo:c", 3, "1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_export_may_end_between_the_end_of_an_offer_and_the_end_of_its_place()
    {
        var sale = await Limited(1).Held("weibo:x", "1").Joined("weibo:a", 1).Released(3, "1")
            .Offered("weibo:a", 1, "1").Released(6, "1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_part_that_is_declined_after_the_end_ends_its_place()
    {
        var sale = await Limited(2).Held("weibo:x", "1").Held("weibo:y", "2").Joined("weibo:a", 1, 2)
            .After((8 * 3600) - 60).Released(3, "1", "expired").Offered("weibo:a", 1, "1").After(60).Ended("schedule")
            .Released(7, "1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Place(1)!.Stage.ShouldBe(PlaceStage.Ended);
    }

    [Fact]
    public async Task A_paid_offer_that_is_cancelled_passes_no_place()
    {
        var sale = await Limited(1).Held("weibo:x", "1").Joined("weibo:a", 1).Joined("weibo:b", 2).Released(3, "1")
            .Offered("weibo:a", 1, "1").Sold(7, "p").Released(7, "1").Owed(7, "p").Offered("weibo:b", 2, "1")
            .AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Place(1)!.Stage.ShouldBe(PlaceStage.Taken);
    }

    [Fact]
    public async Task A_buyer_who_wants_more_than_is_free_may_join_and_is_offered_what_there_is()
    {
        var sale = await Limited(1).Joined("weibo:a", 1, 2).Offered("weibo:a", 1, "1").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_late_payment_takes_free_units_and_its_clients_may_be_told_of_both()
    {
        var record = new ClientRecord();
        record.Known("weibo:x", LedgerScript.AliasOf("weibo:x"));
        record.Ordered("weibo:x", null, "mi2-1.3", [1]);
        var sale = await Limited(2).Held("weibo:x", "1").After(930).Released(3, "1", "expired").Held("weibo:y", "1")
            .Sold(3, "p", units: "2").Released(3, "2").Owed(3, "p").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Units.ShouldBe(new UnitCounts(Stock: 2, Free: 1, Held: 1, Sold: 0, Withdrawn: 0));
        record.Against(sale).Kept.ShouldBeEmpty();
        record.Ordered("weibo:x", null, "mi2-1.3", [2]);
        record.Against(sale).Kept.ShouldBeEmpty();
        record.Ordered("weibo:x", null, "mi2-1.3", [1, 2]);
        record.Contradictions.Kept.ShouldHaveSingleItem().Text.ShouldContain("three sets of units");
    }

    private static LedgerScript Limited(int stock) => new(stock, limit: 2, more: "\"standbyLimit\":10");

    private static LedgerScript WholeLine() =>
        new LedgerScript(stock: 2, limit: 2, more: "\"standbyLimit\":6,\"offerWindowSeconds\":60")
        .Held("weibo:x", "1").Held("weibo:y", "2", "k")
        .Joined("weibo:a", 1, 2, "k1").Joined("weibo:b", 2).Joined("weibo:c", 3).Joined("weibo:d", 4, key: "k1")
        .LineDirected("line-suspended")
        // A suspended line is served.
        .Released(3, "1").Offered("weibo:a", 1, "1", window: 60).Sold(11, "p1")
        .LineDirected("line-resumed")
        .Joined("weibo:e", 5).Joined("weibo:f", 6).Joined("weibo:g", 7)
        .Left(2).Left(3, "removed").Unreserved("weibo:d", 1)
        .Directed("paused").After(1).Directed("resumed")
        .After(930).Released(4, "2", "expired").Offered("weibo:e", 5, "2", window: 60)
        .Released(23, "2").Left(5, "passed").Offered("weibo:f", 6, "2", window: 60)
        .After(90).Released(26, "2", "expired").Left(6, "passed").Offered("weibo:g", 7, "2", window: 60)
        .Joined("weibo:b", 8, 2, "k2", reservation: 1)
        .Directed("closed").Ended("operator");
}
