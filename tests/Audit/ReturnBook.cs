using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Audit;

/// <summary>
/// Returns: buyers offer the units of paid orders back, and the next in line pays for them. Until then the order stays
/// paid; then it is released, its money is owed, and the payer's order is sold, one after the other at once (I6).
/// </summary>
internal sealed class ReturnBook(SaleTerms terms, SaleLife life, Violations violations)
{
    private const int MostOffers = 10;

    // Those that nobody is paying for, oldest first.
    private readonly SortedDictionary<long, AuditedOrder> _waiting = [];
    private AuditedOrder? _returned;
    private AuditedOrder? _mustSell;

    /// <summary>How many live orders wait to have the units of another one.</summary>
    public int Takers { get; private set; }

    /// <summary>Called for every entry: what was returned is sold to the payer at once.</summary>
    public void Follow(LedgerEntry entry)
    {
        if (_mustSell is null) return;
        if (entry.Type == EntryType.RefundOwed && entry.Order == _returned!.Seq) return;
        if (entry.Type != EntryType.Sold || entry.Order != _mustSell.Seq || entry.Has(Members.Units))
            violations.Add(Invariant.I6, entry.Seq, $"{Name(_returned!)} is returned, but its units are not sold");
        _mustSell = null;
    }

    /// <summary>The check at the end.</summary>
    public void End(long seq)
    {
        if (_mustSell is not null)
            violations.Add(Invariant.I6, seq, $"{Name(_returned!)} is returned, but its units are not sold");
    }

    /// <summary>
    /// A buyer offers an order's units back, or keeps it. Whoever is paying for it then may finish, but nobody after
    /// them has it offered.
    /// </summary>
    public void Direct(LedgerEntry entry, AuditedOrder order)
    {
        if (entry.Type == EntryType.ReturnOffered) Offer(entry, order);
        else if (order.OfferedBackAt == 0 || life.Ended)
            Violate(entry, $"{Name(order)} is kept, but it is not offered back");
        if (entry.Type == EntryType.ReturnCancelled) Forget(order);
    }

    /// <summary>
    /// Units that are given back are held for a place: they are the first that its buyer can have.
    /// </summary>
    /// <param name="entry">The hold.</param>
    /// <param name="taker">The order that it makes.</param>
    /// <param name="quantity">Units that the place asked for.</param>
    public void Hold(LedgerEntry entry, AuditedOrder taker, int quantity)
    {
        var giver = _waiting.Values.FirstOrDefault(
            order => order.Alias != entry.Alias && order.Units.Count <= quantity);
        if (giver?.Seq != entry.From)
        {
            Violate(entry, $"{terms.Batch}.{entry.From} is offered, which is not the next that is given back");
            return;
        }

        if (!CollectionsMarshal.AsSpan(entry.Units).SequenceEqual((int[])giver.Units))
            violations.Add(Invariant.I1, entry.Seq, $"{Name(giver)} has other units than are offered");
        _waiting.Remove(giver.OfferedBackAt);
        (giver.Taker, taker.Giver) = (taker, giver);
        Takers++;
    }

    /// <summary>An order that waits to have another's units ends unpaid. False: it has its own.</summary>
    public bool EndTaker(AuditedOrder order)
    {
        if (order.Giver is not { } giver) return false;
        (order.Giver, giver.Taker) = (null, null);
        if (giver.OfferedBackAt > 0) _waiting.Add(giver.OfferedBackAt, giver);
        Takers--;
        return true;
    }

    /// <summary>
    /// A paid order's units are released. Returns the order that has them now, because it was paying for them. Null:
    /// they are free.
    /// </summary>
    public AuditedOrder? Release(LedgerEntry entry, AuditedOrder order)
    {
        var taker = order.Taker;
        if (entry.Why == "returned" && taker is null)
            violations.Add(Invariant.I6, entry.Seq, $"{Name(order)} is returned, but nobody pays for it");
        else if (entry.Why == "returned") (_returned, _mustSell) = (order, taker);
        else if (taker is not null && !entry.Has(Members.By))
            Violate(entry, $"{Name(order)} is cancelled by its buyer while somebody pays for it");
        Forget(order);
        if (taker is null) return null;
        (order.Taker, taker.Giver) = (null, null);
        Takers--;
        return taker;
    }

    /// <summary>A paid order is shipped, so it is not given back any more.</summary>
    public void Ship(LedgerEntry entry, AuditedOrder order)
    {
        if (order.Taker is not null) Violate(entry, $"{Name(order)} is shipped while somebody pays for it");
        Forget(order);
    }

    /// <summary>An order is paid.</summary>
    public void Sell(LedgerEntry entry, AuditedOrder order)
    {
        if (order.Giver is not null)
            violations.Add(Invariant.I1, entry.Seq, $"{Name(order)} is sold, but {Name(order.Giver)} has its units");
    }

    private void Offer(LedgerEntry entry, AuditedOrder order)
    {
        if (!order.Live || order.Payment is null || order.Shipped)
            Violate(entry, $"{Name(order)} is offered back, but it is not paid, or is shipped");
        if (terms.StandbyPlaces == 0 && terms.BacklogUnits == 0)
            Violate(entry, $"{Name(order)} is offered back, but there is no line");
        if (!life.IsOn) Violate(entry, $"{Name(order)} is offered back while the sale is not on");
        if (++order.OffersBack > MostOffers) Violate(entry, $"{Name(order)} is offered back too often");
        if (order.OfferedBackAt > 0 || order.Taker is not null)
        {
            Violate(entry, $"{Name(order)} is offered back while it is, or while somebody pays for it");
            return;
        }

        order.OfferedBackAt = entry.Seq;
        _waiting.Add(entry.Seq, order);
    }

    private void Forget(AuditedOrder order)
    {
        _waiting.Remove(order.OfferedBackAt);
        order.OfferedBackAt = 0;
    }

    private void Violate(LedgerEntry entry, string what) => violations.Add(Invariant.Returns, entry.Seq, what);

    private string Name(AuditedOrder order) => $"{terms.Batch}.{order.Seq}";
}
