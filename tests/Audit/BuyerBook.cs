namespace OrleansSale.Tests.Audit;

/// <summary>I2 and I3: who may hold, and how much.</summary>
internal sealed class BuyerBook(SaleTerms terms, Violations violations)
{
    private const int LongestSubject = 128;
    private const int LongestChannel = 32;

    private readonly Dictionary<string, Buyer> _buyers = new(StringComparer.Ordinal);
    private readonly Dictionary<(Buyer Buyer, string Key), long> _keys = [];
    private bool _paused;
    private bool _closed;

    /// <summary>Checks a hold against what its user has so far.</summary>
    public Buyer Hold(LedgerEntry entry)
    {
        var buyer = BuyerNamed(entry.User);
        CheckSale(entry);
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
        var buyer = BuyerNamed(entry.User);
        if (entry.Reservation < 1) violations.Add(Invariant.Form, entry.Seq, "a reservation's version is 1 or more");
        if (buyer.LiveUnits > 0)
            violations.Add(Invariant.I3, entry.Seq, $"{buyer.User} cancels the reservation of a live order");
        buyer.CancelledUpTo = Math.Max(buyer.CancelledUpTo, entry.Reservation);
    }

    /// <summary>Pause, resume, close.</summary>
    public void Direct(EntryType type)
    {
        if (type == EntryType.Closed) _closed = true;
        else _paused = type == EntryType.Paused;
    }

    /// <summary>The version up to which a user's reservations are cancelled; 0 if none ever was.</summary>
    public long CancelledUpTo(string user) => _buyers.TryGetValue(user, out var buyer) ? buyer.CancelledUpTo : 0;

    /// <summary>The order that a user's key names, if it made a hold.</summary>
    public long? OrderOf(string user, string key) =>
        _buyers.TryGetValue(user, out var buyer) && _keys.TryGetValue((buyer, key), out var order) ? order : null;

    private void CheckSale(LedgerEntry entry)
    {
        if (entry.At < terms.SaleOpens) violations.Add(Invariant.I3, entry.Seq, "held before the sale opened");
        if (entry.At >= terms.SaleCloses) violations.Add(Invariant.I3, entry.Seq, "held after the sale's end");
        if (_paused) violations.Add(Invariant.I3, entry.Seq, "held while paused");
        if (_closed) violations.Add(Invariant.I3, entry.Seq, "held after the batch was closed");
    }

    private void CheckReservation(LedgerEntry entry, Buyer buyer)
    {
        if (!buyer.Eligible)
            violations.Add(Invariant.I3, entry.Seq, $"{buyer.User} is not a user of this batch's channels");
        if (entry.Reservation < 1) violations.Add(Invariant.I3, entry.Seq, $"{buyer.User} has no reservation");
        else if (entry.Reservation <= buyer.CancelledUpTo)
            violations.Add(Invariant.I3, entry.Seq, $"{buyer.User} cancelled reservation {entry.Reservation}");
    }

    private void CheckLimit(LedgerEntry entry, Buyer buyer)
    {
        if (entry.Key is null && buyer.LiveUnits > 0)
            violations.Add(Invariant.I2, entry.Seq, $"{buyer.User} has a live order, and gets another without a key");
        buyer.LiveUnits += entry.Units.Count;
        if (buyer.LiveUnits > terms.PerUserLimit)
            violations.Add(Invariant.I2, entry.Seq,
                $"{buyer.User} has {buyer.LiveUnits} units; the limit is {terms.PerUserLimit}");
    }

    private void CheckKey(LedgerEntry entry, Buyer buyer)
    {
        if (entry.Key is null || _keys.TryAdd((buyer, entry.Key), entry.Seq)) return;
        var first = _keys[(buyer, entry.Key)];
        violations.Add(Invariant.I2, entry.Seq, $"{buyer.User}'s key {entry.Key} names {terms.Batch}.{first} already");
    }

    private Buyer BuyerNamed(string user)
    {
        if (_buyers.TryGetValue(user, out var buyer)) return buyer;
        return _buyers[user] = new Buyer(user, IsEligible(user));
    }

    private bool IsEligible(string user)
    {
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        if (colon is < 1 or > LongestChannel || !terms.Channels.Contains(user[..colon])) return false;
        var subject = user.AsSpan(colon + 1);
        if (subject.Length is < 1 or > LongestSubject) return false;
        foreach (var character in subject)
            if (character is '/' or ':' || char.IsControl(character)) return false;
        return true;
    }
}
