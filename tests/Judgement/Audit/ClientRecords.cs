using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>What clients were told, against the ledger.</summary>
public sealed class ClientRecords
{
    private readonly ClientRecord _record = new();

    public ClientRecords()
    {
        foreach (var user in new[] { "weibo:a", "weibo:b" }) _record.Known(user, LedgerScript.AliasOf(user));
    }

    [Fact]
    public async Task What_the_ledger_bears_out_is_no_violation()
    {
        Reserved("weibo:a", 1);
        _record.Ordered("weibo:a", "k", "mi2-1.3", [1]);
        _record.Ordered("weibo:a", "k", "mi2-1.3", [1]);
        _record.Paid("mi2-1.3");
        _record.Cancelled("mi2-1.3");
        _record.Refunded("mi2-1.3");
        _record.Unreserved("weibo:a");
        Reserved("weibo:a", 2);
        var sale = await new LedgerScript().Held("weibo:a", "1", "k").Sold(3, "p").Released(3, "1").Owed(3, "p")
            .Refunded(3, "p", "r").Unreserved("weibo:a", 1).AuditAsync();

        sale.Violations.Kept.ShouldBeEmpty();
        _record.Against(sale).Kept.ShouldBeEmpty();
        _record.Against(sale, LedgerScript.Secret).Kept.ShouldBeEmpty();
        _record.Facts.ShouldBe(8);
    }

    [Fact]
    public async Task An_acknowledged_order_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.4", [2]);
        (await FindingAsync(Held())).ShouldContain("no such order");
    }

    [Fact]
    public async Task An_acknowledged_order_with_other_units_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.3", [2]);
        (await FindingAsync(Held())).ShouldContain("other units");
    }

    [Fact]
    public async Task An_acknowledged_order_of_somebody_else_is_found()
    {
        _record.Ordered("weibo:b", null, "mi2-1.3", [1]);
        (await FindingAsync(Held())).ShouldContain("another user's");
    }

    [Fact]
    public async Task A_key_that_the_ledger_does_not_bind_is_found()
    {
        _record.Ordered("weibo:a", "k", "mi2-1.3", [1]);
        (await FindingAsync(Held())).ShouldContain("key k");
    }

    [Fact]
    public async Task A_key_that_the_ledger_binds_to_the_order_of_another_key_is_found_with_the_batch_s_key()
    {
        _record.Ordered("weibo:a", "k", "mi2-1.3", [1]);
        var sale = await new LedgerScript().Held("weibo:a", "1", "another").AuditAsync();
        _record.Against(sale).Kept.ShouldBeEmpty();
        _record.Against(sale, LedgerScript.Secret).Kept.ShouldHaveSingleItem().Text.ShouldContain("key k");
    }

    [Fact]
    public async Task One_order_answered_to_two_keys_is_found()
    {
        _record.Ordered("weibo:a", "k", "mi2-1.3", [1]);
        _record.Ordered("weibo:a", "l", "mi2-1.3", [1]);
        var sale = await new LedgerScript().Held("weibo:a", "1", "k").AuditAsync();
        _record.Against(sale).Kept.ShouldHaveSingleItem().Text.ShouldContain("keys k and l");
    }

    [Fact]
    public async Task A_user_whose_alias_nobody_learned_proves_nothing_and_is_found()
    {
        _record.Ordered("weibo:c", null, "mi2-1.3", [1]);
        var sale = await new LedgerScript().Held("weibo:c", "1").AuditAsync();
        _record.Against(sale).Kept.ShouldContain(violation => violation.Text == "weibo:c's alias is not known");
    }

    [Fact]
    public async Task Two_users_with_one_alias_one_user_with_two_and_an_alias_of_another_key_are_found()
    {
        _record.Known("weibo:c", LedgerScript.AliasOf("weibo:a"));
        _record.Contradictions.Kept.ShouldHaveSingleItem().Text.ShouldContain("is weibo:a and weibo:c");
        _record.Known("weibo:b", LedgerScript.AliasOf("weibo:d"));
        _record.Contradictions.Kept.Count.ShouldBe(2);
        var other = new ClientRecord();
        other.Known("weibo:a", LedgerScript.AliasOf("weibo:b"));
        other.Ordered("weibo:a", null, "mi2-1.3", [1]);
        var sale = await new LedgerScript().Held("weibo:b", "1").AuditAsync();
        other.Against(sale).Kept.ShouldBeEmpty();
        other.Against(sale, LedgerScript.Secret).Kept.ShouldHaveSingleItem().Text.ShouldContain(
            "which is not their alias");
    }

    [Fact]
    public async Task One_key_answered_with_two_orders_is_found()
    {
        _record.Ordered("weibo:a", "k", "mi2-1.3", [1]);
        _record.Ordered("weibo:a", "k", "mi2-1.4", [2]);
        var sale = await new LedgerScript(limit: 2).Held("weibo:a", "1", "k").Held("weibo:a", "2", "l").AuditAsync();
        _record.Against(sale).Kept.ShouldContain(violation => violation.Text.Contains("was answered with mi2-1.3 and"));
    }

    [Fact]
    public async Task One_order_given_to_two_users_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.3", [1]);
        _record.Ordered("weibo:b", null, "mi2-1.3", [1]);
        (await FindingAsync(Held())).ShouldContain("to weibo:a and to weibo:b");
    }

    [Fact]
    public async Task A_place_that_the_ledger_bears_out_is_no_violation_nor_are_the_orders_that_it_became()
    {
        _record.Placed("weibo:a", "k", 1, 2);
        _record.Placed("weibo:a", "k", 1, 2);
        _record.Placed("weibo:b", null, 2, 1);
        _record.Ordered("weibo:a", "k", "mi2-1.7", [1]);
        _record.Placed("weibo:a", "k", 1, 2);
        _record.Ordered("weibo:a", "k", "mi2-1.10", [1]);
        var sale = await InLine().Released(7, "1").Offered("weibo:a", 1, "1").AuditAsync();

        sale.Violations.Kept.ShouldBeEmpty();
        _record.Against(sale, LedgerScript.Secret).Kept.ShouldBeEmpty();
        (_record.Facts, _record.Places, _record.Orders).ShouldBe((6, 2, 2));
    }

    [Fact]
    public async Task An_acknowledged_place_that_the_ledger_lacks_is_found()
    {
        _record.Placed("weibo:a", null, 3, 1);
        (await FindingAsync(InLine())).ShouldContain("no such place");
    }

    [Theory]
    [InlineData("weibo:a", 1), InlineData("weibo:b", 2)]
    public async Task An_acknowledged_place_of_somebody_else_or_for_another_quantity_is_found(string user, int quantity)
    {
        _record.Placed(user, null, 1, quantity);
        (await FindingAsync(InLine())).ShouldContain("it is for 2, or another user's");
    }

    [Fact]
    public async Task A_key_that_the_ledger_does_not_bind_to_the_place_is_found()
    {
        _record.Placed("weibo:b", "k", 2, 1);
        (await FindingAsync(InLine())).ShouldContain("key k");
        var other = new ClientRecord();
        other.Known("weibo:a", LedgerScript.AliasOf("weibo:a"));
        other.Placed("weibo:a", "l", 1, 2);
        var sale = await InLine().AuditAsync();
        other.Against(sale).Kept.ShouldBeEmpty();
        other.Against(sale, LedgerScript.Secret).Kept.ShouldHaveSingleItem().Text.ShouldContain("key l");
    }

    [Fact]
    public async Task A_key_answered_with_a_place_and_with_an_order_that_is_no_offer_to_it_is_found()
    {
        _record.Placed("weibo:a", "k", 1, 2);
        _record.Ordered("weibo:a", "k", "mi2-1.8", [2]);
        var sale = await new LedgerScript(stock: 2, limit: 2).Held("weibo:x", "1").Held("weibo:y", "2")
            .Joined("weibo:a", 1, 2, "k").Left(1).Released(4, "2").Held("weibo:a", "2", "l").AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        _record.Against(sale).Kept.ShouldHaveSingleItem().Text.ShouldContain("which is no offer to it");
    }

    [Fact]
    public void One_place_told_to_two_users_and_one_key_answered_with_two_places_are_found()
    {
        _record.Placed("weibo:a", "k", 1, 2);
        _record.Placed("weibo:b", null, 1, 2);
        _record.Placed("weibo:a", "k", 2, 2);
        _record.Contradictions.Kept.Select(violation => violation.Text).ShouldBe(
        [
            "place 1 for 2 was given to weibo:a, and place 1 for 2 to weibo:b",
            "weibo:a's key k was answered with place 1 and with place 2",
        ]);
    }

    [Fact]
    public async Task A_user_who_was_told_of_a_place_needs_an_alias()
    {
        _record.Placed("weibo:nobody", null, 1, 2);
        var sale = await InLine().AuditAsync();
        _record.Against(sale).Kept.ShouldContain(violation => violation.Text == "weibo:nobody's alias is not known");
    }

    [Fact]
    public async Task An_acknowledged_cancellation_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.3", [1]);
        _record.Cancelled("mi2-1.3");
        (await FindingAsync(Held())).ShouldContain("it is live");
    }

    [Fact]
    public async Task An_acknowledged_payment_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.3", [1]);
        _record.Paid("mi2-1.3");
        (await FindingAsync(Held())).ShouldContain("never sold");
    }

    [Fact]
    public async Task An_acknowledged_refund_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.3", [1]);
        _record.Refunded("mi2-1.3");
        (await FindingAsync(Held().Sold(3, "p"))).ShouldContain("is refunded");
    }

    [Fact]
    public async Task An_acknowledged_end_of_a_reservation_that_the_ledger_lacks_is_found()
    {
        Reserved("weibo:a", 1);
        _record.Unreserved("weibo:a");
        (await FindingAsync(Held())).ShouldContain("is cancelled; it is not");
    }

    [Fact]
    public async Task A_reservation_that_stands_but_was_cancelled_is_found()
    {
        Reserved("weibo:b", 1);
        (await FindingAsync(Held().Unreserved("weibo:b", 1))).ShouldContain("the ledger cancelled it");
    }

    [Fact]
    public void The_list_of_reservations_must_have_those_confirmed_and_none_of_those_cancelled()
    {
        Reserved("weibo:stands", 1);
        Reserved("weibo:gone", 1);
        _record.Unreserved("weibo:gone");
        Reserved("weibo:uncertain", 1);
        _record.ReservationUncertain("weibo:uncertain");

        _record.AgainstRoster(new HashSet<string> { "weibo:stands" }).Kept.ShouldBeEmpty();
        _record.AgainstRoster(new HashSet<string> { "weibo:gone" }).Kept.Count.ShouldBe(2);
    }

    private void Reserved(string user, long version) => _record.Reserved(user, version, LedgerScript.AliasOf(user));

    // Place 1 wants two units and is offered one by entry 7; place 2 waits.
    private static LedgerScript InLine() => new LedgerScript(stock: 2, limit: 2)
        .Held("weibo:x", "1").Held("weibo:y", "2").Joined("weibo:a", 1, 2, "k")
        .Released(3, "1").Offered("weibo:a", 1, "1").Joined("weibo:b", 2);

    private static LedgerScript Held() => new LedgerScript().Held("weibo:a", "1");

    private async Task<string> FindingAsync(LedgerScript script)
    {
        var sale = await script.AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        return _record.Against(sale).Kept.ShouldHaveSingleItem().Text;
    }
}
