namespace OrleansSale.Tests.Audit;

// What happens to captured money without a request of the engine.
internal sealed partial class MoneyBook
{
    /// <summary>By hand, and all the same with the provider: its books have it.</summary>
    private const string AtProvider = "provider";

    private static readonly string[] ByHand = ["bank-transfer", "cash", AtProvider, "other"];

    /// <summary>A refund is stalled, money went back elsewhere, or a payment is disputed.</summary>
    public void Note(LedgerEntry entry, AuditedOrder order)
    {
        if (!_payments.TryGetValue(entry.PaymentKey, out var payment) || payment.Order != order)
        {
            violations.Add(Invariant.I6, entry.Seq, $"{entry.PaymentKey} is no payment of {Name(order)}");
            return;
        }

        switch (entry.Type)
        {
            case EntryType.RefundStalled: Stall(entry, order, payment); break;
            case EntryType.RefundedElsewhere: MoveElsewhere(entry, payment); break;
            default: Dispute(entry, payment); break;
        }
    }

    /// <summary>
    /// By provider and currency: all that was captured is the price of live paid orders, owed, refunded, or refunded
    /// elsewhere.
    /// </summary>
    public void CheckBalance(long seq, IEnumerable<AuditedOrder> orders)
    {
        var sums = new Dictionary<(string Provider, string Currency), Int128>();
        foreach (var payment in _payments.Values)
        {
            var back = payment.End == PaymentEnd.Sold ? payment.Elsewhere : payment.Amount.Value;
            Add(payment, payment.Amount.Value - (Int128)back);
        }

        foreach (var order in orders.Where(order => order.Live && order.Payment is not null))
        {
            var payment = _payments[order.Payment!.Value];
            Add(payment, payment.Elsewhere - (Int128)(terms.Price.Value * order.Units.Count));
        }

        foreach (var (of, sum) in sums.Where(sum => sum.Value != 0))
            violations.Add(Invariant.I6, seq, $"the money of {of.Provider} in {of.Currency} is off by {sum}");

        void Add(AuditedPayment payment, Int128 amount)
        {
            var of = (payment.Payment.Provider, payment.Amount.Currency);
            sums[of] = sums.GetValueOrDefault(of) + amount;
        }
    }

    private void Stall(LedgerEntry entry, AuditedOrder order, AuditedPayment payment)
    {
        CheckSame(entry, order, payment);
        if (payment.End != PaymentEnd.Owed)
            violations.Add(Invariant.I6, entry.Seq, $"the refund of {payment.Payment} stalls, but is {payment.End}");
        if (payment.Stalled == entry.Code)
            violations.Add(Invariant.I6, entry.Seq, $"{payment.Payment} stalls a second time because of {entry.Code}");
        payment.Stalled = entry.Code;
    }

    private void MoveElsewhere(LedgerEntry entry, AuditedPayment payment)
    {
        if (payment.End == PaymentEnd.Refunded || entry.Amount.Currency != payment.Amount.Currency
            || entry.Amount.Value < 1 || entry.Amount.Value > payment.Left.Value)
        {
            violations.Add(Invariant.I6, entry.Seq,
                $"{entry.Amount} went back, but {payment.Left} are left of {payment.Payment}, which is {payment.End}");
            return;
        }

        if (entry.Has(Members.By))
        {
            if (!ByHand.Contains(entry.Code))
                violations.Add(Invariant.Form, entry.Seq, $"paid back by hand as {entry.Code}");
            if (payment.End != PaymentEnd.Owed || payment.Stalled is null || entry.Amount != payment.Left)
                violations.Add(Invariant.I6, entry.Seq, $"{payment.Payment} is paid back by hand, but is not stalled");
            if (entry.Code != AtProvider) payment.ByHand += entry.Amount.Value;
        }
        else
        {
            var words = entry.Code.Split(' ', 2);
            if (words is not ["refund" or "dispute", { Length: > 0 }])
                violations.Add(Invariant.Form, entry.Seq, $"money was moved by {entry.Code}");
            else if (words[0] == "refund")
            {
                payment.RefundIds.Add(words[1]);
                if (!IsNewRefund(entry.Provider, words[1]))
                    violations.Add(Invariant.I6, entry.Seq, $"refund {words[1]} was made already");
            }
        }

        payment.Elsewhere += entry.Amount.Value;
        if (payment.Left.Value == 0 && payment.End == PaymentEnd.Owed) payment.End = PaymentEnd.Refunded;
    }

    private void Dispute(LedgerEntry entry, AuditedPayment payment)
    {
        var words = entry.Code.Split(' ', 2);
        if (words is not ["open" or "won" or "lost", { Length: > 0 }])
        {
            violations.Add(Invariant.Form, entry.Seq, $"a dispute is {entry.Code}");
            return;
        }

        var before = payment.Disputes.GetValueOrDefault(words[1]);
        if (before is "won" or "lost" || before == words[0])
            violations.Add(Invariant.I6, entry.Seq, $"dispute {words[1]} is {before} already");
        payment.Disputes[words[1]] = words[0];
    }
}
