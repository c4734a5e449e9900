using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>Ledgers with returns: sound ones, and each promise about them broken once.</summary>
public sealed class ReturnedUnits
{
    [Fact]
    public async Task A_return_that_the_next_in_line_pays_for_is_sound_and_adds_up()
    {
        var sale = await Offered().Released(3, "1", "returned").Owed(3, "p", why: "returned").Sold(7, "q")
            .Refunded(3, "p", "r").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Units.ShouldBe(new UnitCounts(Stock: 1, Free: 0, Held: 0, Sold: 1, Withdrawn: 0));
        sale.Order("mi2-1.3")!.Released.ShouldBe("returned");
        sale.Place(1)!.Stage.ShouldBe(PlaceStage.Taken);
    }

    [Fact]
    public async Task While_somebody_may_pay_the_units_are_sold_and_not_held()
    {
        var sale = await Offered().AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Units.ShouldBe(new UnitCounts(Stock: 1, Free: 0, Held: 0, Sold: 1, Withdrawn: 0));
    }

    [Fact]
    public async Task A_return_goes_to_the_next_until_its_buyer_keeps_the_order_or_it_is_shipped()
    {
        var sale = await Offered().Joined("weibo:b", 2).Released(7, "1").Left(1, "passed")
            .Offered("weibo:b", 2, "1", from: 3).After(930).Released(11, "1", "expired").Left(2, "passed").Kept(3)
            .GivenBack(3).Shipped(3).AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_return_that_is_kept_while_somebody_may_pay_is_theirs_if_they_do()
    {
        var sale = await Offered().Kept(3).Released(3, "1", "returned").Owed(3, "p", why: "returned").Sold(7, "q")
            .AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        sale.Order("mi2-1.3")!.Released.ShouldBe("returned");
    }

    [Fact]
    public async Task A_return_that_is_kept_while_somebody_may_pay_may_be_offered_again_once_they_have_not()
    {
        var sale = await Offered().Kept(3).Released(7, "1").Left(1, "passed").GivenBack(3).AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public Task A_return_that_is_kept_and_goes_to_another_all_the_same_is_found() =>
        BreaksAsync(Invariant.Returns, 12, Offered().Joined("weibo:b", 2).Kept(3).Released(7, "1").Left(1, "passed")
            .Offered("weibo:b", 2, "1", from: 3));

    [Fact]
    public async Task An_operator_s_refund_leaves_the_units_to_whoever_is_paying_for_them()
    {
        var script = Offered().Released(3, "1", by: "weibo:chef").Owed(3, "p");
        var paying = await script.AuditAsync();
        paying.Violations.Kept.ShouldBeEmpty();
        paying.Units.ShouldBe(new UnitCounts(Stock: 1, Free: 0, Held: 1, Sold: 0, Withdrawn: 0));
        var sold = await script.Sold(7, "q").AuditAsync();
        sold.Violations.Kept.ShouldBeEmpty();
        sold.Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task An_offer_of_a_return_may_be_paid_after_the_end_of_the_sale()
    {
        var sale = await Offered().After(60).Directed("closed").Ended("operator").Released(3, "1", "returned")
            .Owed(3, "p", why: "returned").Sold(7, "q").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public Task A_return_of_what_is_not_paid_or_shipped_or_twice_or_after_the_end_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Returns, 4, Script(1).Held("weibo:x", "1").GivenBack(3)),
        BreaksAsync(Invariant.Returns, 6, Paid().Shipped(3).GivenBack(3)),
        BreaksAsync(Invariant.Returns, 6, Paid().GivenBack(3).GivenBack(3)),
        BreaksAsync(Invariant.Returns, 7, Paid().Directed("closed").Ended("operator").GivenBack(3)));

    [Fact]
    public Task A_return_without_a_line_is_found() => BreaksAsync(Invariant.Returns, 5,
        new LedgerScript(1, more: "\"standbyLimit\":0").Held("weibo:x", "1").Sold(3, "p").GivenBack(3));

    [Fact]
    public async Task A_return_to_places_that_are_carried_into_a_batch_that_nobody_can_join_is_sound()
    {
        var sale = await new LedgerScript(2, more: "\"standbyLimit\":0,\"backlogUnits\":1").Held("weibo:x", "1")
            .Sold(3, "p").GivenBack(3).AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
    }

    [Fact]
    public Task An_eleventh_return_of_an_order_is_found()
    {
        var script = Paid();
        for (var time = 0; time < 10; time++) script.GivenBack(3).Kept(3);
        return BreaksAsync(Invariant.Returns, 25, script.GivenBack(3));
    }

    [Fact]
    public Task An_order_that_is_kept_though_nobody_offers_it_back_or_twice_or_after_the_end_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Returns, 5, Paid().Kept(3)),
        BreaksAsync(Invariant.Returns, 9, Offered().Kept(3).Kept(3)),
        BreaksAsync(Invariant.Returns, 10, Offered().Directed("closed").Ended("operator").Kept(3)));

    [Fact]
    public Task A_kept_return_that_is_offered_again_or_shipped_while_somebody_may_pay_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Returns, 9, Offered().Kept(3).GivenBack(3)),
        BreaksAsync(Invariant.Returns, 9, Offered().Kept(3).Shipped(3)));

    [Fact]
    public Task A_return_that_is_offered_while_units_are_free_is_found() =>
        BreaksAsync(Invariant.I5, 9, Script(2).Held("weibo:x", "1").Sold(3, "p").Held("weibo:y", "2")
            .Joined("weibo:a", 1).GivenBack(3).Released(5, "2").Offered("weibo:a", 1, "1", from: 3));

    [Fact]
    public Task A_return_that_is_offered_before_an_earlier_one_or_to_its_own_buyer_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Returns, 10, Script(2).Held("weibo:x", "1").Sold(3, "p").Held("weibo:y", "2")
            .Sold(5, "q").Joined("weibo:a", 1).GivenBack(3).GivenBack(5).Offered("weibo:a", 1, "2", from: 5)),
        BreaksAsync(Invariant.Returns, 7, Paid().Joined("weibo:x", 1, key: "k").GivenBack(3)
            .Offered("weibo:x", 1, "1", from: 3)));

    [Fact]
    public Task A_return_that_is_offered_as_a_part_of_its_order_is_found() =>
        BreaksAsync(Invariant.Returns, 7, Script(2).Held("weibo:x", "1,2")
            .Sold(3, "p", """{"amount":399800,"currency":"CNY"}""").Joined("weibo:a", 1).GivenBack(3)
            .Offered("weibo:a", 1, "1", from: 3));

    [Fact]
    public Task Another_unit_than_the_returned_one_is_found() =>
        BreaksAsync(Invariant.I1, 7, Waiting().Offered("weibo:a", 1, "2", from: 3));

    [Fact]
    public Task A_shipment_or_a_cancellation_by_the_buyer_while_somebody_may_pay_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.Returns, 8, Offered().Shipped(3)),
        BreaksAsync(Invariant.Returns, 8, Offered().Released(3, "1").Owed(3, "p")));

    [Fact]
    public Task A_sale_of_units_that_the_first_buyer_still_has_is_found() =>
        BreaksAsync(Invariant.I1, 8, Offered().Sold(7, "q"));

    [Fact]
    public Task A_return_that_nobody_pays_for_is_found() =>
        BreaksAsync(Invariant.I6, 7, Waiting().Released(3, "1", "returned").Owed(3, "p", why: "returned"));

    [Fact]
    public Task A_return_whose_money_is_not_owed_or_for_another_reason_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.I6, 9, Offered().Released(3, "1", "returned").Sold(7, "q")),
        BreaksAsync(Invariant.I6, 9, Offered().Released(3, "1", "returned").Owed(3, "p").Sold(7, "q")),
        BreaksAsync(Invariant.I6, 9, Offered().Released(3, "1", by: "weibo:chef").Owed(3, "p", why: "returned")));

    [Fact]
    public Task A_return_whose_units_are_not_sold_at_once_is_found() => Task.WhenAll(
        BreaksAsync(Invariant.I6, 9, Offered().Released(3, "1", "returned").Owed(3, "p", why: "returned")),
        BreaksAsync(Invariant.I6, 10, Offered().Released(3, "1", "returned").Owed(3, "p", why: "returned")
            .Directed("paused")));

    private static LedgerScript Script(int stock) => new(stock, limit: 2, more: "\"standbyLimit\":10");

    // The only unit is paid, by entries 3 and 4.
    private static LedgerScript Paid() => Script(1).Held("weibo:x", "1").Sold(3, "p");

    // One waits, and it is given back: entries 5 and 6.
    private static LedgerScript Waiting() => Paid().Joined("weibo:a", 1).GivenBack(3);

    // And it is offered: entry 7.
    private static LedgerScript Offered() => Waiting().Offered("weibo:a", 1, "1", from: 3);

    private static Task BreaksAsync(Invariant invariant, long seq, LedgerScript script) =>
        script.ShouldBreakAsync(invariant, seq);
}
