using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Audit;

/// <summary>Applies a batch's entries one by one and checks the invariants after each.</summary>
internal sealed class SaleReplay(SaleTerms terms, Violations violations)
{
    private readonly List<AuditedOrder> _orders = [];
    private readonly Dictionary<long, AuditedOrder> _bySeq = [];
    private readonly HashSet<(string By, string Key)> _stockKeys = [];

    public SaleTerms Terms { get; } = terms;

    public UnitMap Units { get; } = new(violations);

    public BuyerBook Buyers { get; } = new(terms, violations);

    public MoneyBook Money { get; } = new(terms, violations);

    public IReadOnlyList<AuditedOrder> Orders => _orders;

    /// <summary>When the first unit was held.</summary>
    public DateTime? FirstHeldAt { get; private set; }

    /// <summary>When no unit was free any more, the last time that happened.</summary>
    public DateTime? SoldOutAt { get; private set; }

    public AuditedOrder? OrderAt(long seq) => _bySeq.GetValueOrDefault(seq);

    /// <summary>Applies one entry.</summary>
    public void Apply(LedgerEntry entry)
    {
        if (!Money.Closes(entry)) Money.CheckNothingOpen(entry.Seq);
        switch (entry.Type)
        {
            case EntryType.Created: violations.Add(Invariant.Form, entry.Seq, "the batch is created twice"); break;
            case EntryType.Held: Hold(entry); break;
            case EntryType.ReservationCancelled: Buyers.CancelReservation(entry); break;
            case EntryType.Restocked: CheckStockKey(entry); Units.Restock(entry); break;
            case EntryType.Withdrawn: CheckStockKey(entry); Units.Withdraw(entry); break;
            case EntryType.Paused or EntryType.Resumed or EntryType.Closed: Buyers.Direct(entry.Type); break;
            default: ApplyToOrder(entry); break;
        }

        Units.CheckCounts(entry.Seq);
    }

    /// <summary>The checks that need the whole ledger.</summary>
    public void End(long seq)
    {
        Money.CheckNothingOpen(seq);
        Units.Recount(seq, _orders);
    }

    private void Hold(LedgerEntry entry)
    {
        var payBy = entry.At.AddSeconds(Terms.PaymentWindowSeconds);
        if (entry.PayBy != payBy)
            violations.Add(Invariant.Deadline, entry.Seq,
                $"payBy is {entry.PayBy:O}, the payment window ends {payBy:O}");
        if (entry.Order != entry.Seq)
            violations.Add(Invariant.Form, entry.Seq,
                $"the order's id {Terms.Batch}.{entry.Order} does not name its hold");
        var order = new AuditedOrder(_orders.Count + 1, entry.Order, Buyers.Hold(entry), [.. entry.Units])
        {
            PayBy = entry.PayBy,
        };
        _orders.Add(order);
        if (!_bySeq.TryAdd(order.Seq, order)) violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is held twice");
        Units.Hold(entry.Seq, order.Number, entry.Units, number => Name(_orders[number - 1]));
        FirstHeldAt ??= entry.At;
        if (Units.Counts.Free == 0) SoldOutAt = entry.At;
    }

    private void ApplyToOrder(LedgerEntry entry)
    {
        if (!_bySeq.TryGetValue(entry.Order, out var order))
        {
            violations.Add(Invariant.I6, entry.Seq,
                $"{entry.Type} of an order that was never held: {Terms.Batch}.{entry.Order}");
            return;
        }

        switch (entry.Type)
        {
            case EntryType.CheckoutOpened:
                if (!order.Live || order.Payment is not null)
                    violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is not awaiting payment");
                break;
            case EntryType.Sold: Sell(entry, order); break;
            case EntryType.Released: Release(entry, order); break;
            case EntryType.RefundOwed: Money.Owe(entry, order); break;
            case EntryType.Refunded: Money.Refund(entry, order); break;
            default: throw new InvalidOperationException($"{entry.Type} does not concern an order");
        }
    }

    private void Sell(LedgerEntry entry, AuditedOrder order)
    {
        var counts = order.Live && order.Payment is null;
        Money.Sell(entry, order);
        if (counts) Units.Sell(order.Units.Count);
    }

    private void Release(LedgerEntry entry, AuditedOrder order)
    {
        if (!order.Live)
        {
            violations.Add(Invariant.I6, entry.Seq, $"the hold of {Name(order)} ends a second time");
            return;
        }

        if (entry.Why is not ("expired" or "cancelled"))
            violations.Add(Invariant.Form, entry.Seq, $"released because of {entry.Why}");
        if (entry.Why == "expired" && entry.At < order.PayBy)
            violations.Add(Invariant.Deadline, entry.Seq, $"{Name(order)} expires before its payBy");
        if (!CollectionsMarshal.AsSpan(entry.Units).SequenceEqual((int[])order.Units))
            violations.Add(Invariant.I1, entry.Seq, $"{Name(order)} releases other units than it held");
        Money.Release(entry, order);
        Units.Release(entry.Seq, order.Number, entry.Units, sold: order.Payment is not null);
        BuyerBook.Release(order);
        order.Released = entry.Why;
    }

    private void CheckStockKey(LedgerEntry entry)
    {
        if (!_stockKeys.Add((entry.By, entry.Key!)))
            violations.Add(Invariant.I1, entry.Seq,
                $"{entry.By}'s request {entry.Key} changes the stock a second time");
    }

    private string Name(AuditedOrder order) => $"{Terms.Batch}.{order.Seq}";
}
