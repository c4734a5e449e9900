using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Tests.Load.Engine;
using OrleansSale.Tests.Load.Engine.Selling;

namespace OrleansSale.Tests.Judgement.Engine;

/// <summary>Whether a measurement sold what it was asked to.</summary>
public sealed class SaleJudgements
{
    private static readonly Shape Two = new("two", 2, 3);

    [Fact]
    public void A_sale_of_every_unit_once_passes() => Judge(Told(1, 2, 3, 1, 2, 3)).ShouldBeEmpty();

    [Fact]
    public void A_unit_that_nobody_was_told_is_found() =>
        Judge(Told(1, 2, 3, 1, 2)).ShouldBe(["5 units were told as held, of 6 asked for"]);

    [Fact]
    public void A_unit_that_was_told_twice_is_found() =>
        Judge(Told(1, 2, 3, 1, 2, 2)).ShouldBe(["the units' numbers add up to 11 instead of 12"]);

    [Fact]
    public void A_refusal_is_found()
    {
        var tally = Told(1, 2, 3, 1, 2);
        tally.Take(RequestOf("weibo:z"), PurchaseOutcome.No(Refusal.Overloaded));
        Judge(tally).ShouldBe(["1 purchases were refused: Overloaded", "5 units were told as held, of 6 asked for"]);
    }

    [Fact]
    public void An_order_of_somebody_else_is_found()
    {
        var tally = Told(1, 2, 3, 1, 2);
        tally.Take(RequestOf("weibo:z"), PurchaseOutcome.Made(OrderOf("weibo:y", 3)));
        Judge(tally).ShouldBe(["1 orders are not what was asked for"]);
    }

    [Fact]
    public void A_purchase_that_was_told_as_made_before_is_found()
    {
        var tally = Told(1, 2, 3, 1, 2);
        tally.Take(RequestOf("weibo:z"), PurchaseOutcome.Repeat(OrderOf("weibo:z", 3)));
        Judge(tally).ShouldBe(["1 orders were told as made before"]);
    }

    [Fact]
    public void What_sellers_were_told_is_taken_together()
    {
        var (all, other) = (Told(1, 2, 3), Told(1, 2, 3));
        other.Take(RequestOf("weibo:z"), PurchaseOutcome.No(Refusal.Overloaded));
        _ = all.Add(other);
        (all.Made, all.UnitNumbers, all.Wrong.Values.Sum()).ShouldBe((6, 12, 1));
    }

    [Fact]
    public void A_batch_that_says_otherwise_is_found()
    {
        var short1 = BatchOf("b2") with { Board = BoardOf() with { Held = 2, Free = 1, Seq = 3 } };
        Judge(Told(1, 2, 3, 1, 2, 3), BatchOf("b1"), short1)
            .ShouldBe(["b2: 2 units held and 1 free, of 3", "b2: 3 entries for 3 units"]);
    }

    [Fact]
    public void A_batch_that_is_not_there_is_found() =>
        Judge(Told(1, 2, 3, 1, 2, 3), BatchOf("b1")).ShouldBe(["1 batches were looked at, of 2"]);

    [Fact]
    public void A_ledger_that_says_otherwise_is_found()
    {
        Judge(Told(1, 2, 3, 1, 2, 3), BatchOf("b1"), BatchOf("b2") with { Proof = ProofOf() }).ShouldBeEmpty();
        foreach (var (proof, fault) in (ReadOnlySpan<(LedgerProof, string)>)
        [
            (ProofOf() with { HeadSeq = 3 }, "b2: its ledger ends with entry 3, another than it was told"),
            (ProofOf() with { HeadHash = "00" }, "b2: its ledger ends with entry 5, another than it was told"),
            (ProofOf() with { Held = 2 }, "b2: its ledger has 2 units held in 3 orders"),
            (ProofOf() with { Violations = ["I1 at 3: broken"] }, "b2: I1 at 3: broken"),
        ])
        {
            Judge(Told(1, 2, 3, 1, 2, 3), BatchOf("b1"), BatchOf("b2") with { Proof = proof }).ShouldBe([fault]);
        }
    }

    [Fact]
    public void Every_buyer_is_another_and_every_purchase_belongs_to_one_batch()
    {
        var shape = new Shape("three", 3, Crowd.CallSize + 10);
        var calls = Crowd.CallsOf(shape);
        calls.Select(call => call.Batch).ShouldBe([0, 0, 1, 1, 2, 2]);
        calls.Select(call => call.Call.Requests.Length).ShouldBe([256, 10, 256, 10, 256, 10]);
        calls.SelectMany(call => call.Call.Requests).Select(request => request.Buyer).Distinct().Count()
            .ShouldBe(shape.Units);
    }

    private static IReadOnlyList<string> Judge(Tally tally, params SoldBatch[] batches) =>
        SaleJudge.Judge(Two, tally, batches.Length == 0 ? [BatchOf("b1"), BatchOf("b2")] : batches);

    private static Tally Told(params int[] units)
    {
        var tally = new Tally();
        foreach (var unit in units) tally.Take(RequestOf("weibo:a"), PurchaseOutcome.Made(OrderOf("weibo:a", unit)));
        return tally;
    }

    private static PurchaseRequest RequestOf(string user) => new(AliasOf(user), null, 1, 1, ByTicket: true);

    private static Alias AliasOf(string user) => new BatchKey(new byte[BatchKey.Length]).AliasOf(user);

    private static OrderView OrderOf(string user, int unit) => new(
        2, "b1", AliasOf(user), [unit], OrderStatus.AwaitingPayment, new Money(1, "CNY"), DateTimeOffset.UnixEpoch,
        DateTimeOffset.UnixEpoch, null, null);

    private static SoldBatch BatchOf(string id) => new(id, BoardOf(), null);

    private static BatchSnapshot BoardOf() => new(
        5, [0xab], Stock: 3, Free: 0, Held: 3, 0, 0, 0, 0, null, false, 3,
        new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue));

    private static LedgerProof ProofOf() => new(5, "ab", Held: 3, Orders: 3, []);
}
