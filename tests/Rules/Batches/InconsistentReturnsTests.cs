using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>An entry about a return that contradicts the state is refused by its name and changes nothing.</summary>
public class InconsistentReturnsTests
{
    // Units 1 and 2 are paid, by one buyer each; unit 3 is held. Bob waits for one unit.
    private readonly LiveBatch _live = Open(TermsOf(stock: 3) with { StandbyLimit = 10 });
    private readonly long _first, _second, _held;

    public InconsistentReturnsTests()
    {
        _first = _live.Buy("weibo:alice").Order!.Seq;
        _live.Pay(_first, "p-1");
        _second = _live.Buy("weibo:xi").Order!.Seq;
        _live.Pay(_second, "p-2");
        _held = _live.Buy("weibo:yu").Order!.Seq;
        _live.Commit(Opening, new Joined(1, AliasOf("weibo:bob"), 1, JoinedHow.Standby, 1, null, null));
    }

    [Fact]
    public void A_return_of_an_order_that_is_not_paid_or_twice_or_of_none_is_refused()
    {
        foreach (var order in (long[])[_held, 1, 999]) Refused(new ReturnOffered(order));
        Refused(new ReturnCancelled(_first), "not open");
        _live.Commit(Opening, new ReturnOffered(_first));
        Refused(new ReturnOffered(_first), "offered twice");
        _live.Commit(Opening, new ReturnCancelled(_first));
        Refused(new ReturnCancelled(_first), "not open");
    }

    [Fact]
    public void An_eleventh_return_of_an_order_is_refused()
    {
        for (var time = 0; time < ReturnBook.MaxOffers; time++)
            _live.Commit(Opening, new ReturnOffered(_first), new ReturnCancelled(_first));
        Refused(new ReturnOffered(_first), "too often");
    }

    [Fact]
    public void A_return_of_a_shipped_order_or_after_the_end_is_refused()
    {
        _live.Commit(Opening, new ReturnOffered(_second),
            new Shipped(_first, CancelReason.Other, Boss, CommandKey("s")));
        Refused(new ReturnOffered(_first), "is shipped");
        _live.Commit(Opening, new ClosedSale("r", Boss, CommandKey("o")), new EndedSale(EndCause.Operator));
        Refused(new ReturnCancelled(_second), "not open");
        Refused(new ReturnOffered(_second), "outside the sale");
    }

    [Fact]
    public void A_hold_for_anything_but_the_next_return_is_refused()
    {
        Refused(Offer(_first, 1), "not the next");
        _live.Commit(Opening, new ReturnOffered(_second), new ReturnOffered(_first));
        Refused(Offer(_first, 1), "not the next");
        Refused(Offer(_second, 1), "not the next");
        Refused(Offer(_held, 3), "not the next");
        Refused(Offer(_second, 2) with { Buyer = AliasOf("weibo:alice") }, "another buyer");
        _live.Commit(Opening, Offer(_second, 2));
        Refused(Offer(_second, 2), "overtakes the line");
    }

    [Fact]
    public void A_hold_for_a_return_while_units_are_free_is_refused()
    {
        _live.Commit(Opening, new ReturnOffered(_first), new Released(_held, [3], ReleaseReason.Cancelled));
        Refused(Offer(_first, 1), "while units are free");
    }

    [Fact]
    public void A_return_is_not_kept_twice_while_somebody_pays_and_not_offered_again_before_that_has_ended()
    {
        var hold = Held(_first, 1);
        _live.Commit(Opening, new ReturnCancelled(_first));
        Refused(new ReturnCancelled(_first), "not open");
        Refused(new ReturnOffered(_first), "offered twice");
        Refused(new Shipped(_first, CancelReason.Other, Boss, CommandKey("s")), "while somebody pays");
        Refused(new Released(_first, [1], ReleaseReason.Cancelled), "while somebody pays");
        _live.Commit(Opening, new Released(hold, [1], ReleaseReason.Cancelled), new Left(1, LeftWhy.Passed));
        Refused(new ReturnCancelled(_first), "not open");
        _live.Commit(Opening, new ReturnOffered(_first));
    }

    [Fact]
    public void Nobody_keeps_a_return_after_the_end_while_somebody_pays()
    {
        Held(_first, 1);
        _live.Commit(Opening, new ClosedSale("r", Boss, CommandKey("o")), new EndedSale(EndCause.Operator));
        Refused(new ReturnCancelled(_first), "not open");
    }

    [Fact]
    public void While_somebody_pays_the_order_is_neither_shipped_nor_cancelled_by_its_buyer()
    {
        var hold = Held(_first, 1);
        Refused(new Shipped(_first, CancelReason.Other, Boss, CommandKey("s")), "while somebody pays");
        Refused(new Released(_first, [1], ReleaseReason.Cancelled), "while somebody pays");
        Refused(new Sold(hold, PaymentOf("p-3"), Price), "that another order has");
        _live.Commit(Opening, new Released(_first, [1], ReleaseReason.Cancelled, Boss, CancelReason.Other));
    }

    [Fact]
    public void A_return_that_nobody_pays_for_is_refused()
    {
        _live.Commit(Opening, new ReturnOffered(_first));
        foreach (var (order, unit) in ((long, int)[])[(_first, 1), (_second, 2), (_held, 3)])
            Refused(new Released(order, [unit], ReleaseReason.Returned), "nobody pays for");
    }

    [Fact]
    public void After_a_return_first_its_payment_is_owed_and_then_its_hold_is_sold_and_nothing_else_comes()
    {
        var hold = Held(_first, 1);
        var owed = new RefundOwed(_first, PaymentOf("p-1"), Price, RefundReason.Returned);
        var sold = new Sold(hold, PaymentOf("p-3"), Price);
        BatchEntry[] others =
        [
            new Released(_held, [3], ReleaseReason.Cancelled), new ReturnOffered(_second),
            new PausedSale("r", Boss, CommandKey("o")), new Sold(_held, PaymentOf("p-4"), Price),
            new RefundOwed(_held, PaymentOf("p-5"), Price, RefundReason.WrongPayer),
        ];
        Refused(owed, "a refund for a return");
        _live.Commit(Opening, new Released(_first, [1], ReleaseReason.Returned));
        foreach (var entry in (BatchEntry[])[.. others, sold])
            Refused(entry, "comes between a return and the sale of its units");
        Refused(owed with { Why = RefundReason.Cancelled }, "a refund for a return");
        _live.Commit(Opening, owed);
        foreach (var entry in (BatchEntry[])[.. others, owed, sold with { Units = [1] }])
            Refused(entry, "comes between a return and the sale of its units");
        _live.Commit(Opening, sold, others[0]);
    }

    // Bob pays for what the buyer of an order gives back.
    private long Held(long order, int unit)
    {
        _live.Commit(Opening, new ReturnOffered(order), Offer(order, unit));
        return _live.State.LastSeq;
    }

    private static Held Offer(long from, int unit) => new(
        AliasOf("weibo:bob"), [unit], Opening + 900_000, 1, null, new Offer(1, from));

    private void Refused(BatchEntry entry, string? because = null)
    {
        var refusal = _live.Refused(entry, Opening);
        if (because is not null) refusal.Message.ShouldContain(because);
    }
}
