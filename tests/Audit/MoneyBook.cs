namespace OrleansSale.Tests.Audit;

/// <summary>I6: what became of every captured payment.</summary>
/// <remarks>
/// Cancelling a paid order is <c>released</c> and <c>refund-owed</c> in one commit, so in the ledger one follows the
/// other at once.
/// Whichever comes first leaves something open, and the next entry must close it.
/// </remarks>
internal sealed partial class MoneyBook(SaleTerms terms, Violations violations)
{
    private const int MaxCheckouts = 10;

    private readonly Dictionary<PaymentKey, AuditedPayment> _payments = [];
    private readonly HashSet<PaymentKey> _refunds = [];
    private AuditedOrder? _releasedButNotOwed;
    private AuditedOrder? _owedButNotReleased;

    /// <summary>All captured payments that the ledger knows.</summary>
    public IReadOnlyDictionary<PaymentKey, AuditedPayment> Payments => _payments;

    /// <summary>How many payments are owed back.</summary>
    public int Owed => _payments.Values.Count(payment => payment.End == PaymentEnd.Owed);

    /// <summary>A checkout of the order was opened: its next one.</summary>
    public void CheckOut(LedgerEntry entry, AuditedOrder order)
    {
        if (!order.Live || order.Payment is not null)
            violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is not awaiting payment");
        if (entry.Number != order.Checkouts + 1)
            violations.Add(Invariant.I6, entry.Seq,
                $"checkout {entry.Number} of {Name(order)} follows {order.Checkouts} others");
        if (entry.Number > MaxCheckouts)
            violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} has more than {MaxCheckouts} checkouts");
        if (entry.Checkout == order.Checkout)
            violations.Add(Invariant.I6, entry.Seq, $"checkout {entry.Checkout} of {Name(order)} is open already");
        order.Checkouts++;
        order.Checkout = entry.Checkout;
    }

    /// <summary>The order is paid.</summary>
    public void Sell(LedgerEntry entry, AuditedOrder order)
    {
        var price = terms.Price.Value * order.Units.Count;
        if (entry.Amount != terms.Price with { Value = price })
            violations.Add(Invariant.I6, entry.Seq,
                $"sold for {entry.Amount}, its price is {price} {terms.Price.Currency}");
        if (!order.Live) violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is sold after its release");
        if (order.Payment is not null) violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is sold twice");
        var payment = new AuditedPayment(entry.PaymentKey, order, entry.Amount)
        {
            End = PaymentEnd.Sold,
            Fee = FeeOf(entry),
        };
        if (!_payments.TryAdd(entry.PaymentKey, payment))
            violations.Add(Invariant.I6, entry.Seq, $"payment {entry.PaymentKey} was used already");
        order.Payment ??= entry.PaymentKey;
    }

    /// <summary>The order's units go; the money of a paid one becomes owed.</summary>
    public void Release(LedgerEntry entry, AuditedOrder order)
    {
        if (order.Payment is null) return;
        if (entry.Why == "expired") violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is paid and can't expire");
        // All of its money went back elsewhere: nothing is owed.
        if (_payments[order.Payment.Value] is { Elsewhere: > 0, Left.Value: 0 }) return;
        if (_owedButNotReleased == order) _owedButNotReleased = null;
        else _releasedButNotOwed = order;
    }

    /// <summary>A payment is owed back: that of a released order, or one its order had no use for.</summary>
    public void Owe(LedgerEntry entry, AuditedOrder order)
    {
        if (entry.Why is not ("expired" or "cancelled" or "duplicate" or "wrong-amount" or "wrong-payer" or "shipped"
            or "returned"))
            violations.Add(Invariant.Form, entry.Seq, $"owed because of {entry.Why}");
        if (entry.Why == "shipped" && (!order.Shipped || !order.Gone || order.Payment != entry.PaymentKey))
            violations.Add(Invariant.I6, entry.Seq,
                $"{Name(order)} is refunded as shipped, but is not, or was paid otherwise");
        if (!_payments.TryGetValue(entry.PaymentKey, out var payment))
        {
            payment = new AuditedPayment(entry.PaymentKey, order, entry.Amount)
            {
                End = PaymentEnd.Owed,
                Fee = FeeOf(entry),
            };
            _payments.Add(entry.PaymentKey, payment);
            return;
        }

        if (entry.Why == "returned" != (order.Released == "returned"))
            violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is {order.Released}, and refunded as {entry.Why}");
        if (entry.Has(Members.Fee))
            violations.Add(Invariant.I6, entry.Seq, $"payment {payment.Payment} has its fee already");
        CheckSame(entry, order, payment);
        if (payment.End != PaymentEnd.Sold)
            violations.Add(Invariant.I6, entry.Seq, $"payment {payment.Payment} is {payment.End} already");
        // The refund of a shipped order ends it, though all of its money went back elsewhere.
        var isEmpty = payment is { Elsewhere: > 0, Left.Value: 0 };
        if (isEmpty && entry.Why != "shipped")
            violations.Add(Invariant.I6, entry.Seq, $"nothing is left of payment {payment.Payment} to owe");
        payment.End = isEmpty || payment.End == PaymentEnd.Refunded ? PaymentEnd.Refunded : PaymentEnd.Owed;
        if (_releasedButNotOwed == order) _releasedButNotOwed = null;
        else if (order.Live) _owedButNotReleased = order;
    }

    /// <summary>A payment was paid back.</summary>
    public void Refund(LedgerEntry entry, AuditedOrder order)
    {
        if (!IsNewRefund(entry.Provider, entry.Refund))
            violations.Add(Invariant.I6, entry.Seq, $"refund {entry.Refund} was made already");
        if (!_payments.TryGetValue(entry.PaymentKey, out var payment))
        {
            violations.Add(Invariant.I6, entry.Seq, $"payment {entry.PaymentKey} is refunded, but was never owed");
            return;
        }

        CheckSame(entry, order, payment);
        if (payment.End != PaymentEnd.Owed)
            violations.Add(Invariant.I6, entry.Seq, $"payment {payment.Payment} is refunded, but is {payment.End}");
        payment.End = PaymentEnd.Refunded;
        payment.Refund = entry.Refund;
    }

    /// <summary>Called before every entry but the one that closes what is open, and at the end.</summary>
    public void CheckNothingOpen(long seq)
    {
        if (_releasedButNotOwed is { } released)
            violations.Add(Invariant.I6, seq, $"{Name(released)} was paid and released, but its money is not owed");
        if (_owedButNotReleased is { } owed)
            violations.Add(Invariant.I6, seq, $"{Name(owed)} is still sold, but its money is owed");
        (_releasedButNotOwed, _owedButNotReleased) = (null, null);
    }

    /// <summary>Whether this entry closes what the one before left open.</summary>
    public bool Closes(LedgerEntry entry) => entry.Type switch
    {
        EntryType.RefundOwed =>
            _releasedButNotOwed?.Seq == entry.Order && _releasedButNotOwed.Payment == entry.PaymentKey,
        EntryType.Released => _owedButNotReleased?.Seq == entry.Order,
        _ => false,
    };

    private long? FeeOf(LedgerEntry entry)
    {
        if (!entry.Has(Members.Fee)) return null;
        if (entry.Fee < 0 || entry.Fee > entry.Amount.Value)
            violations.Add(Invariant.I6, entry.Seq, $"a fee of {entry.Fee} of {entry.Amount}");
        return entry.Fee;
    }

    private void CheckSame(LedgerEntry entry, AuditedOrder order, AuditedPayment payment)
    {
        if (payment.Order != order)
            violations.Add(Invariant.I6, entry.Seq,
                $"payment {payment.Payment} belongs to {Name(payment.Order)}, not {Name(order)}");
        if (payment.Left != entry.Amount)
            violations.Add(Invariant.I6, entry.Seq,
                $"{payment.Left} are left of payment {payment.Payment}, not {entry.Amount}");
    }

    // The same refund cannot pay back twice, whether the engine requested it or not.
    private bool IsNewRefund(string provider, string refund) => _refunds.Add(new PaymentKey(provider, refund));

    private string Name(AuditedOrder order) => $"{terms.Batch}.{order.Seq}";
}
