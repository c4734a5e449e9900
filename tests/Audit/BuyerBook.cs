namespace OrleansSale.Tests.Audit;

/// <summary>I2 and I3: who may hold, and how much. A ledger knows buyers by their aliases alone.</summary>
internal sealed class BuyerBook(SaleTerms terms, SaleLife life, Violations violations)
{
    private readonly Dictionary<string, Buyer> _buyers = new(StringComparer.Ordinal);

    // A key's hash depends on the user too, so two users never have the same.
    private readonly Dictionary<string, long> _keys = new(StringComparer.Ordinal);

    /// <summary>Checks a hold against what its user has so far.</summary>
    public Buyer Hold(LedgerEntry entry)
    {
        var buyer = BuyerNamed(entry.Alias);
        life.CheckHold(entry);
        CheckReservation(entry, buyer);
        CheckLimit(entry, buyer);
        CheckKey(entry, buyer);
        return buyer;
    }

    /// <summary>The order's units no longer count.</summary>
    public static void Release(AuditedOrder order) => order.Buyer.LiveUnits -= order.Units.Count;

    /// <summary>From here on the user's reservations up to this version are void.</summary>
    public void CancelReservation(LedgerEntry entry)
    {
        var buyer = BuyerNamed(entry.Alias);
        if (entry.Reservation < 1) violations.Add(Invariant.Form, entry.Seq, "a reservation's version is 1 or more");
        if (buyer.LiveUnits > 0)
            violations.Add(Invariant.I3, entry.Seq, $"{buyer.Alias} cancels the reservation of a live order");
        buyer.CancelledUpTo = Math.Max(buyer.CancelledUpTo, entry.Reservation);
    }

    /// <summary>The version up to which a user's reservations are cancelled; 0 if none ever was.</summary>
    public long CancelledUpTo(string alias) => _buyers.TryGetValue(alias, out var buyer) ? buyer.CancelledUpTo : 0;

    private void CheckReservation(LedgerEntry entry, Buyer buyer)
    {
        if (entry.Reservation < 1) violations.Add(Invariant.I3, entry.Seq, $"{buyer.Alias} has no reservation");
        else if (entry.Reservation <= buyer.CancelledUpTo)
            violations.Add(Invariant.I3, entry.Seq, $"{buyer.Alias} cancelled reservation {entry.Reservation}");
    }

    private void CheckLimit(LedgerEntry entry, Buyer buyer)
    {
        if (entry.Key is null && buyer.LiveUnits > 0)
            violations.Add(Invariant.I2, entry.Seq, $"{buyer.Alias} has a live order, and gets another without a key");
        buyer.LiveUnits += entry.Units.Count;
        if (buyer.LiveUnits > terms.PerUserLimit)
            violations.Add(Invariant.I2, entry.Seq,
                $"{buyer.Alias} has {buyer.LiveUnits} units; the limit is {terms.PerUserLimit}");
    }

    private void CheckKey(LedgerEntry entry, Buyer buyer)
    {
        if (entry.Key is null || _keys.TryAdd(entry.Key, entry.Seq)) return;
        violations.Add(Invariant.I2, entry.Seq,
            $"{buyer.Alias}'s key {entry.Key} names {terms.Batch}.{_keys[entry.Key]} already");
    }

    private Buyer BuyerNamed(string alias)
    {
        if (_buyers.TryGetValue(alias, out var buyer)) return buyer;
        return _buyers[alias] = new Buyer(alias);
    }
}
