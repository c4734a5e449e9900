namespace OrleansSale.Tests.Audit;

/// <summary>I2 and I3: who may hold or wait, and for how much. A ledger knows buyers by their aliases alone.</summary>
internal sealed class BuyerBook(SaleTerms terms, SaleLife life, Violations violations)
{
    private readonly Dictionary<string, Buyer> _buyers = new(StringComparer.Ordinal);

    // A key's hash depends on the user too, so two users never have the same.
    // Named is the entry that made the order or the place.
    private readonly Dictionary<string, long> _keys = new(StringComparer.Ordinal);

    /// <summary>Checks a hold against what its user has so far. The place of an offer no longer waits.</summary>
    public Buyer Hold(LedgerEntry entry)
    {
        var buyer = BuyerNamed(entry.Alias);
        life.CheckOnSale(entry);
        CheckReservation(entry, buyer);
        if (!entry.Has(Members.Place)) CheckKey(entry, buyer);
        buyer.LiveUnits += entry.Units.Count;
        CheckLimit(entry.Seq, buyer);
        return buyer;
    }

    /// <summary>
    /// Checks a grant against what its user has so far. It needs no reservation, and its key is the operator's.
    /// </summary>
    public Buyer Grant(LedgerEntry entry)
    {
        var buyer = BuyerNamed(entry.Alias);
        life.CheckOnSale(entry);
        buyer.LiveUnits += entry.Units.Count;
        CheckLimit(entry.Seq, buyer);
        return buyer;
    }

    /// <summary>Checks an order that was paid late or revived, and has units again.</summary>
    public void HoldAgain(long seq, AuditedOrder order)
    {
        order.Buyer.LiveUnits += order.Units.Count;
        CheckLimit(seq, order.Buyer);
    }

    /// <summary>Checks a new place in the line against what its user has so far.</summary>
    public Buyer Join(LedgerEntry entry)
    {
        var buyer = BuyerNamed(entry.Alias);
        // A place that is carried may join while the sale is paused, or after it has ended early.
        if (entry.How != "carried")
        {
            life.CheckOnSale(entry);
            CheckKey(entry, buyer);
        }

        CheckReservation(entry, buyer);
        if (buyer.Place is { Live: true } place)
            violations.Add(Invariant.I2, entry.Seq, $"{buyer.Alias} has place {place.Number}, and gets another");
        buyer.WaitingUnits += entry.Quantity;
        CheckLimit(entry.Seq, buyer);
        return buyer;
    }

    /// <summary>Checks a user's live orders and waiting place against the limit.</summary>
    public void CheckLimit(long seq, Buyer buyer)
    {
        var units = buyer.LiveUnits + buyer.WaitingUnits;
        if (units <= terms.PerUserLimit) return;
        var waiting = buyer.WaitingUnits == 0 ? "" : $", {buyer.WaitingUnits} of them in the line";
        violations.Add(Invariant.I2, seq,
            $"{buyer.Alias} has {units} units{waiting}; the limit is {terms.PerUserLimit}");
    }

    /// <summary>The order's units no longer count.</summary>
    public static void Release(AuditedOrder order) => order.Buyer.LiveUnits -= order.Units.Count;

    /// <summary>From here on the user's reservations up to this version are void.</summary>
    public Buyer CancelReservation(LedgerEntry entry)
    {
        var buyer = BuyerNamed(entry.Alias);
        if (entry.Reservation < 1) violations.Add(Invariant.Form, entry.Seq, "a reservation's version is 1 or more");
        if (buyer.LiveUnits > 0)
            violations.Add(Invariant.I3, entry.Seq, $"{buyer.Alias} cancels the reservation of a live order");
        buyer.CancelledUpTo = Math.Max(buyer.CancelledUpTo, entry.Reservation);
        return buyer;
    }

    /// <summary>The version up to which a user's reservations are cancelled; 0 if none ever was.</summary>
    public long CancelledUpTo(string alias) => _buyers.TryGetValue(alias, out var buyer) ? buyer.CancelledUpTo : 0;

    private void CheckReservation(LedgerEntry entry, Buyer buyer)
    {
        if (entry.Reservation < 1) violations.Add(Invariant.I3, entry.Seq, $"{buyer.Alias} has no reservation");
        else if (entry.Reservation <= buyer.CancelledUpTo)
            violations.Add(Invariant.I3, entry.Seq, $"{buyer.Alias} cancelled reservation {entry.Reservation}");
    }

    private void CheckKey(LedgerEntry entry, Buyer buyer)
    {
        if (entry.Key is null)
        {
            if (buyer.LiveUnits > 0)
                violations.Add(Invariant.I2, entry.Seq,
                    $"{buyer.Alias} has a live order, and gets another or a place without a key");
            return;
        }

        if (_keys.TryAdd(entry.Key, entry.Seq)) return;
        violations.Add(Invariant.I2, entry.Seq,
            $"{buyer.Alias}'s key {entry.Key} names what entry {_keys[entry.Key]} made already");
    }

    private Buyer BuyerNamed(string alias)
    {
        if (_buyers.TryGetValue(alias, out var buyer)) return buyer;
        return _buyers[alias] = new Buyer(alias);
    }
}
