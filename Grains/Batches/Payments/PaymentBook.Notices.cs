using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Payments;

// What happens to payments without the engine: stalled refunds, money that moved elsewhere, disputes.
public sealed partial class PaymentBook
{
    private readonly Dictionary<PaymentId, Payment> _noticed = [];

    internal void Apply(long seq, long at, NoticeEntry entry)
    {
        var order = _orders.At(seq, entry.Order);
        ThrowUnless(_payments.TryGetValue(entry.Payment, out var payment) && payment.Order == entry.Order, seq,
            "a notice about an unknown payment");
        switch (entry)
        {
            case RefundStalled e: Apply(seq, at, payment!, e); break;
            case RefundedElsewhere e: Apply(seq, at, order, payment!, e); break;
            case Disputed e: Apply(seq, at, payment!, e); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
        _noticed.TryAdd(entry.Payment, payment!);
    }

    /// <summary>
    /// What people must look at, the oldest notice first: stalled refunds, open disputes, and money of paid orders that
    /// went back.
    /// </summary>
    internal IEnumerable<MoneyIssue> Issues()
    {
        foreach (var payment in _noticed.Values)
        {
            if (payment is { State: PaymentState.Owed, StallCode: { } why })
                yield return IssueOf(MoneyIssueKind.RefundStalled, payment, payment.Left, why, payment.StalledAt);
            foreach (var (id, dispute) in payment.Disputes)
            {
                if (dispute.State == DisputeState.Open)
                    yield return IssueOf(MoneyIssueKind.Disputed, payment, dispute.Amount, id, dispute.At);
            }
            if (payment is { State: PaymentState.Kept, ElsewhereCode: { } moved }
                && _orders.Find(payment.Order) is { Hold: HoldState.Sold })
            {
                yield return IssueOf(
                    MoneyIssueKind.PaidOrderRefunded, payment, payment.Amount with { Amount = payment.Elsewhere },
                    moved, payment.ElsewhereAt);
            }
        }
    }

    private static MoneyIssue IssueOf(
        MoneyIssueKind kind, Payment payment, Money amount, string code, long since) => new(
            kind, payment.Order, payment.Id.Provider, payment.Id.Id, amount, code,
            DateTimeOffset.FromUnixTimeMilliseconds(since));

    private static void Apply(long seq, long at, Payment payment, RefundStalled e)
    {
        ThrowUnless(payment.State == PaymentState.Owed, seq, "a stalled refund that is not owed");
        ThrowUnless(payment.Left == e.Amount, seq, "another amount than is owed");
        ThrowUnless(payment.StallCode != e.Code, seq, "a reason that is recorded already");
        ThrowUnless(payment.Stalls < NoticeRules.MaxStalls, seq, "too many reasons");
        payment.Stall(e.Code, at);
    }

    private void Apply(long seq, long at, Order order, Payment payment, RefundedElsewhere e)
    {
        ThrowUnless(payment.State != PaymentState.PaidBack, seq, "more than was captured");
        ThrowUnless(e.Amount.Currency == payment.Amount.Currency, seq, "another currency than was captured");
        ThrowUnless(e.Amount.Amount >= 1 && e.Amount.Amount <= payment.Left.Amount, seq, "another amount than is left");
        var isRefund = ElsewhereCodes.TryReadRefund(e.Code, out var refund);
        if (e.By is not null)
        {
            ThrowUnless(ElsewhereCodes.IsByHand(e.Code), seq, "an unknown way of paying back");
            ThrowUnless(payment.State == PaymentState.Owed && payment.StallCode is not null, seq,
                "money paid back by hand that is not stalled");
            ThrowUnless(e.Amount == payment.Left, seq, "a part paid back by hand");
        }
        else
        {
            ThrowUnless(isRefund || ElsewhereCodes.IsDispute(e.Code), seq, "money that nothing moved");
            ThrowUnless(!isRefund || _refunds.Add((e.Payment.Provider, refund!)), seq,
                "a refund that is recorded already");
        }
        var sums = Balances.Of(payment);
        sums.Elsewhere += e.Amount.Amount;
        payment.MoveElsewhere(e.Amount.Amount, e.Code, isRefund, at);
        if (payment.State == PaymentState.Owed)
        {
            sums.Owed -= e.Amount.Amount;
            if (payment.Left.Amount == 0) EndDebt(seq, at, order, payment, refund: null);
        }
        else
        {
            sums.Sold -= e.Amount.Amount;
            // The order stays as it is until somebody cancels it. Then nothing is left to pay back.
            if (payment.Left.Amount > 0) return;
            payment.NotePaidBack(at);
            order.CountReturned(at);
        }
    }

    private static void Apply(long seq, long at, Payment payment, Disputed e)
    {
        ThrowUnless(DisputeCodes.TryRead(e.Code, out var dispute, out var state), seq, "an unknown state of a dispute");
        var isKnown = payment.Disputes.TryGetValue(dispute, out var before);
        ThrowUnless(isKnown || payment.Disputes.Count < NoticeRules.MaxDisputes, seq, "too many disputes");
        ThrowUnless(!isKnown || before.State == DisputeState.Open, seq, "a dispute that is over");
        ThrowUnless(!isKnown || state != DisputeState.Open, seq, "a dispute that is recorded already");
        payment.Note(dispute, new Dispute(state, e.Amount, at));
    }
}
