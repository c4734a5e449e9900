namespace OrleansSale.Tests.Audit;

/// <summary>I5: the places of buyers who wait, and that free units are offered to the first of them alone.</summary>
/// <remarks>
/// A million places are followed at a cost that does not depend on how many there are: no place before
/// <see cref="_next"/> waits, but for those that wait again after they declined a part. A heap has those, each once.
/// </remarks>
internal sealed class WaitingLine(SaleTerms terms, Violations violations)
{
    private readonly List<AuditedPlace> _places = [];
    private readonly Dictionary<long, AuditedPlace> _byNumber = [];
    private readonly PriorityQueue<AuditedPlace, long> _again = new();

    // The places whose offer ended. Each ends by an entry of its own, before anything is offered again.
    private readonly HashSet<AuditedPlace> _passing = [];

    private readonly CarriedLine _carried = new(terms, violations);

    private int _next;
    private bool _suspended;
    private bool _ended;

    /// <summary>Every place ever taken, oldest first.</summary>
    public IReadOnlyList<AuditedPlace> Places => _places;

    /// <summary>How many wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>The place of that number; null: there is none.</summary>
    public AuditedPlace? Find(long number) => _byNumber.GetValueOrDefault(number);

    /// <summary>A buyer takes a place.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="buyer">Its buyer, for whom the place's units count as waiting already.</param>
    /// <param name="counts">The units.</param>
    public void Join(LedgerEntry entry, Buyer buyer, UnitCounts counts)
    {
        var isCarried = entry.How == "carried";
        var last = _places.Count == 0 ? 0 : _places[^1].Number;
        if (entry.Place != last + 1)
            violations.Add(Invariant.Line, entry.Seq, $"place {entry.Place} follows place {last}");
        if (entry.Quantity < 1)
            violations.Add(Invariant.Line, entry.Seq, $"place {entry.Place} is for {entry.Quantity} units");
        if (isCarried) _carried.Join(entry);
        else CheckJoinable(entry, counts);
        var place = new AuditedPlace(entry.Place, buyer, entry.Quantity, entry.Reservation)
        {
            Key = entry.Key,
            Origin = isCarried ? $"{entry.OriginBatch}/{entry.OriginPlace}" : null,
        };
        _places.Add(place);
        _byNumber.TryAdd(place.Number, place);
        buyer.Place = place;
        Waiting++;
        if (isCarried) _carried.Waiting++;
        if (_ended) Keep(place);
    }

    private void CheckJoinable(LedgerEntry entry, UnitCounts counts)
    {
        if (_suspended) violations.Add(Invariant.Line, entry.Seq, "joined while the line is suspended");
        if (_carried.Carrying) violations.Add(Invariant.Line, entry.Seq, "joined while places are carried");
        if (Waiting >= terms.StandbyPlaces)
            violations.Add(Invariant.Line, entry.Seq,
                $"joined while {Waiting} places wait; the limit is {terms.StandbyPlaces}");
        var free = _carried.ForPurchases(counts, Waiting);
        if (free >= entry.Quantity)
            violations.Add(Invariant.Line, entry.Seq, $"joined while {free} units are free and nobody waits");
    }

    /// <summary>Units are held for a place. Returns the place; null: there is none of that number.</summary>
    /// <param name="entry">The hold.</param>
    /// <param name="counts">The units before it.</param>
    public AuditedPlace? Offer(LedgerEntry entry, UnitCounts counts)
    {
        var free = UnitsForLine(counts);
        CheckNonePasses(entry.Seq);
        var first = First();
        if (Find(entry) is not { } place) return null;
        if (place.Stage != PlaceStage.Waiting)
            violations.Add(Invariant.I5, entry.Seq, $"units are offered to place {place.Number}, which does not wait");
        else if (place != first)
            violations.Add(Invariant.I5, entry.Seq, $"place {place.Number} overtakes place {first!.Number}");
        if (entry.Alias != place.Alias || entry.Reservation != place.Reservation)
            violations.Add(Invariant.I5, entry.Seq,
                $"the units for place {place.Number} go to another buyer, or under another reservation, than its own");
        if (entry.Key is not null)
            violations.Add(Invariant.Line, entry.Seq, $"the offer to place {place.Number} has a key");
        if (!entry.Has(Members.From) && entry.Units.Count != Math.Min(place.Quantity, free))
            violations.Add(Invariant.I5, entry.Seq,
                $"place {place.Number} is offered {entry.Units.Count} units; it asked for {place.Quantity}, "
                + $"and {free} were free for the line");
        Move(place, PlaceStage.Offered);
        return place;
    }

    /// <summary>The free units that are for those who wait.</summary>
    public int UnitsForLine(UnitCounts counts)
    {
        var isShared = _carried.Carrying || _carried.Waiting > 0;
        return counts.Free - (isShared ? _carried.ForPurchases(counts, Waiting) : 0);
    }

    /// <summary>Checks that a purchase overtakes nobody.</summary>
    /// <param name="entry">The hold.</param>
    /// <param name="counts">The units before it.</param>
    public void CheckPurchase(LedgerEntry entry, UnitCounts counts)
    {
        if (entry.Units.Count > _carried.ForPurchases(counts, Waiting))
            violations.Add(Invariant.I5, entry.Seq, Waiting > 0
                ? $"a purchase by {entry.Alias} overtakes place {First()!.Number}"
                : $"a purchase by {entry.Alias} takes units of the backlog");
        _carried.Buy(entry.Units.Count);
    }

    /// <summary>Checks that a late payment overtakes nobody.</summary>
    public void CheckNobodyWaits(long seq, Buyer buyer)
    {
        if (Waiting > 0)
            violations.Add(Invariant.I5, seq, $"a purchase by {buyer.Alias} overtakes place {First()!.Number}");
        if (_carried.Carrying)
            violations.Add(Invariant.I5, seq, $"a purchase by {buyer.Alias} overtakes the backlog");
    }

    /// <summary>An operator grants units: they count as bought.</summary>
    public void Grant(LedgerEntry entry) => _carried.Buy(entry.Units.Count);

    /// <summary>The sale opened.</summary>
    public void Open() => _carried.Open();

    /// <summary>All places of the backlog are carried.</summary>
    public void EndCarrying(LedgerEntry entry) => _carried.End(entry);

    /// <summary>A place ends.</summary>
    public void Leave(LedgerEntry entry)
    {
        if (Find(entry) is not { } place) return;
        if (entry.Why == "passed")
        {
            if (!_passing.Remove(place))
                violations.Add(Invariant.Line, entry.Seq, $"place {place.Number} passed nothing that is not told yet");
            return;
        }

        if (place.Stage == PlaceStage.Waiting || place.Kept)
            Move(place, entry.Why == "removed" ? PlaceStage.Removed : PlaceStage.Left);
        else
            violations.Add(Invariant.Line, entry.Seq,
                $"place {place.Number} ends as {entry.Why}, but it is {place.Stage} and does not wait");
    }

    /// <summary>An order was paid.</summary>
    public void Take(AuditedOrder order)
    {
        if (Offered(order) is { } place) Move(place, PlaceStage.Taken);
    }

    /// <summary>
    /// An unpaid order ended. If it was an offer, its place must end too. But if it was a part of what was asked for,
    /// and its buyer declined it for the first time, the place waits again.
    /// </summary>
    /// <returns>Whether it waits again.</returns>
    public bool EndOffer(AuditedOrder order, bool declined)
    {
        if (Offered(order) is not { } place) return false;
        if (!declined || place.HasDeclined || order.Units.Count >= place.Quantity)
        {
            Move(place, PlaceStage.Passed);
            _passing.Add(place);
            return false;
        }

        place.HasDeclined = true;
        Move(place, _ended ? PlaceStage.Ended : PlaceStage.Waiting);
        if (!_ended) _again.Enqueue(place, place.Number);
        return !_ended;
    }

    /// <summary>A user's reservation was cancelled, which ends a place that waits.</summary>
    public void Unreserve(Buyer buyer)
    {
        if (buyer.Place is { } place && (place.Stage == PlaceStage.Waiting || place.Kept)) Move(place, PlaceStage.Left);
    }

    /// <summary>The line is suspended or resumed.</summary>
    public void Direct(LedgerEntry entry)
    {
        var suspends = entry.Type == EntryType.LineSuspended;
        if (suspends == _suspended)
            violations.Add(Invariant.Line, entry.Seq, suspends ? "suspended twice" : "resumed, but was not suspended");
        _suspended = suspends;
    }

    /// <summary>The sale has ended: from here on nobody waits here, but in the product's backlog.</summary>
    public void End()
    {
        _ended = true;
        for (; Waiting > 0 && First() is { } place;) Keep(place);
    }

    /// <summary>The places that waited at the end wait no longer.</summary>
    public void Drop(LedgerEntry entry)
    {
        var kept = _places.Where(place => place.Kept).ToList();
        if (kept.Count == 0 || _carried.Carrying)
            violations.Add(Invariant.Line, entry.Seq, "a backlog is dropped that there is not, or not yet");
        foreach (var place in kept) place.Kept = false;
    }

    private void Keep(AuditedPlace place)
    {
        Move(place, PlaceStage.Ended);
        place.Kept = true;
    }

    private static AuditedPlace? Offered(AuditedOrder order) =>
        order.Place is { Stage: PlaceStage.Offered } place && place.Order == order ? place : null;

    private AuditedPlace? Find(LedgerEntry entry)
    {
        if (Find(entry.Place) is { } place) return place;
        violations.Add(Invariant.Line, entry.Seq, $"there is no place {entry.Place}");
        return null;
    }

    private void CheckNonePasses(long seq)
    {
        foreach (var place in _passing)
            violations.Add(Invariant.Line, seq,
                $"units are offered while place {place.Number} has not ended, though its offer has");
        _passing.Clear();
    }

    private AuditedPlace? First()
    {
        while (_next < _places.Count && _places[_next].Stage != PlaceStage.Waiting) _next++;
        while (_again.TryPeek(out var gone, out _) && gone.Stage != PlaceStage.Waiting) _again.Dequeue();
        var first = _next < _places.Count ? _places[_next] : null;
        return _again.TryPeek(out var again, out _) && (first is null || again.Number < first.Number) ? again : first;
    }

    private void Move(AuditedPlace place, PlaceStage to)
    {
        var change = (to == PlaceStage.Waiting ? 1 : 0) - (place.Stage == PlaceStage.Waiting ? 1 : 0);
        Waiting += change;
        if (place.Origin is not null) _carried.Waiting += change;
        place.Buyer.WaitingUnits += change * place.Quantity;
        place.Kept = false;
        place.Stage = to;
    }
}
