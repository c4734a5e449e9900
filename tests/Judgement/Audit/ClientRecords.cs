using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Judgement.Audit;

/// <summary>What clients were told, against the ledger.</summary>
public sealed class ClientRecords
{
    private readonly ClientRecord _record = new();

    [Fact]
    public async Task What_the_ledger_bears_out_is_no_violation()
    {
        _record.Reserved("weibo:a", 1);
        _record.Ordered("weibo:a", "k", "mi2-1.2", [1]);
        _record.Ordered("weibo:a", "k", "mi2-1.2", [1]);
        _record.Paid("mi2-1.2");
        _record.Cancelled("mi2-1.2");
        _record.Refunded("mi2-1.2");
        _record.Unreserved("weibo:a");
        _record.Reserved("weibo:a", 2);
        var sale = await new LedgerScript().Held("weibo:a", "1", "k").Sold(2, "p").Released(2, "1").Owed(2, "p")
            .Refunded(2, "p", "r").Unreserved("weibo:a", 1).AuditAsync();

        sale.Violations.Kept.ShouldBeEmpty();
        _record.Against(sale).Kept.ShouldBeEmpty();
        _record.Facts.ShouldBe(8);
    }

    [Fact]
    public async Task An_acknowledged_order_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.3", [2]);
        (await FindingAsync(Held())).ShouldContain("no such order");
    }

    [Fact]
    public async Task An_acknowledged_order_with_other_units_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.2", [2]);
        (await FindingAsync(Held())).ShouldContain("other units");
    }

    [Fact]
    public async Task An_acknowledged_order_of_somebody_else_is_found()
    {
        _record.Ordered("weibo:b", null, "mi2-1.2", [1]);
        (await FindingAsync(Held())).ShouldContain("another user's");
    }

    [Fact]
    public async Task A_key_that_the_ledger_does_not_bind_is_found()
    {
        _record.Ordered("weibo:a", "k", "mi2-1.2", [1]);
        (await FindingAsync(Held())).ShouldContain("key k");
    }

    [Fact]
    public async Task One_key_answered_with_two_orders_is_found()
    {
        _record.Ordered("weibo:a", "k", "mi2-1.2", [1]);
        _record.Ordered("weibo:a", "k", "mi2-1.3", [2]);
        var sale = await new LedgerScript(limit: 2).Held("weibo:a", "1", "k").Held("weibo:a", "2", "l").AuditAsync();
        _record.Against(sale).Kept.ShouldContain(violation => violation.Text.Contains("was answered with mi2-1.2 and"));
    }

    [Fact]
    public async Task One_order_given_to_two_users_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.2", [1]);
        _record.Ordered("weibo:b", null, "mi2-1.2", [1]);
        (await FindingAsync(Held())).ShouldContain("to weibo:a and to weibo:b");
    }

    [Fact]
    public async Task An_acknowledged_cancellation_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.2", [1]);
        _record.Cancelled("mi2-1.2");
        (await FindingAsync(Held())).ShouldContain("it is live");
    }

    [Fact]
    public async Task An_acknowledged_payment_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.2", [1]);
        _record.Paid("mi2-1.2");
        (await FindingAsync(Held())).ShouldContain("never sold");
    }

    [Fact]
    public async Task An_acknowledged_refund_that_the_ledger_lacks_is_found()
    {
        _record.Ordered("weibo:a", null, "mi2-1.2", [1]);
        _record.Refunded("mi2-1.2");
        (await FindingAsync(Held().Sold(2, "p"))).ShouldContain("is refunded");
    }

    [Fact]
    public async Task An_acknowledged_end_of_a_reservation_that_the_ledger_lacks_is_found()
    {
        _record.Reserved("weibo:a", 1);
        _record.Unreserved("weibo:a");
        (await FindingAsync(Held())).ShouldContain("is cancelled; it is not");
    }

    [Fact]
    public async Task A_reservation_that_stands_but_was_cancelled_is_found()
    {
        _record.Reserved("weibo:b", 1);
        (await FindingAsync(Held().Unreserved("weibo:b", 1))).ShouldContain("the ledger cancelled it");
    }

    [Fact]
    public void The_list_of_reservations_must_have_those_confirmed_and_none_of_those_cancelled()
    {
        _record.Reserved("weibo:stands", 1);
        _record.Reserved("weibo:gone", 1);
        _record.Unreserved("weibo:gone");
        _record.Reserved("weibo:uncertain", 1);
        _record.ReservationUncertain("weibo:uncertain");

        _record.AgainstRoster(new HashSet<string> { "weibo:stands" }).Kept.ShouldBeEmpty();
        _record.AgainstRoster(new HashSet<string> { "weibo:gone" }).Kept.Count.ShouldBe(2);
    }

    private static LedgerScript Held() => new LedgerScript().Held("weibo:a", "1");

    private async Task<string> FindingAsync(LedgerScript script)
    {
        var sale = await script.AuditAsync();
        sale.Violations.Kept.ShouldBeEmpty();
        return _record.Against(sale).Kept.ShouldHaveSingleItem().Text;
    }
}
