using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Reservations;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Line;

/// <summary>
/// The line of a batch: the places of buyers who wait for units, in the order of their numbers. Units are offered to
/// the first place that waits, and to nobody else while one waits (I5).
/// </summary>
public sealed partial class LineBook
{
    private readonly DirectingBook _directing;
    private readonly ReservationBook _reservations;
    private readonly LineRows _rows = new();
    private readonly BuyerIndex<Buyers> _latest;
    private readonly OfferPace _pace = new();
    private readonly Queue<long> _passing = new();

    // No place before this index waits.
    private int _first;

    internal LineBook(DirectingBook directing, ReservationBook reservations)
    {
        (_directing, _reservations) = (directing, reservations);
        _latest = new(new(_rows));
    }

    /// <summary>The number of places ever made.</summary>
    public int Count => _rows.Count;

    /// <summary>How many places wait. After the end of the sale none does.</summary>
    public int Waiting => _directing.IsEnded ? 0 : _rows.Waiting;

    /// <summary>The place that is next; 0: nobody waits.</summary>
    public long FirstWaiting
    {
        get
        {
            if (Waiting == 0) return 0;
            _first = _rows.FirstWaitingFrom(_first);
            return _first + 1;
        }
    }

    /// <summary>Sequence of the last entry that offered units; 0: none.</summary>
    public long LastOffer { get; private set; }

    /// <summary>A place whose offer ended, so that it must end too; 0: none.</summary>
    public long Passing => _passing.TryPeek(out var place) ? place : 0;

    /// <summary>The place with this number; null: none.</summary>
    public Place? Find(long place) => place >= 1 && place <= Count ? At((int)place - 1) : null;

    /// <summary>All places after a number, in their order.</summary>
    public IEnumerable<Place> After(long place)
    {
        for (var index = (int)Math.Min(place, Count); index < Count; index++) yield return At(index);
    }

    /// <summary>The buyer's newest place; null: none. <see cref="PreviousOf"/> leads to the others.</summary>
    public Place? LatestOf(Alias buyer) => _latest.Of(buyer) is >= 0 and var index ? At(index) : null;

    /// <summary>The same buyer's place before this one; null: none.</summary>
    public Place? PreviousOf(Place place) =>
        _rows.At((int)place.Number - 1).Previous is >= 0 and var index ? At(index) : null;

    /// <summary>The place whose latest offer made this order; null: none.</summary>
    public long? PlaceOf(Alias buyer, long order) => IndexOf(buyer, order) is >= 0 and var index ? index + 1 : null;

    /// <summary>How many places wait before this one.</summary>
    public int Ahead(Place place) =>
        place.State == PlaceState.Waiting ? _rows.WaitingBefore((int)place.Number - 1) : 0;

    /// <summary>How many offers of units that came back were made in the last 10 minutes.</summary>
    /// <param name="now">Instant, ms.</param>
    public int RecentOffers(long now) => _pace.CountAt(now);

    internal void Apply(long seq, long at, LineEntry entry)
    {
        switch (entry)
        {
            case Joined e: Apply(seq, at, e); break;
            case Left e: Apply(seq, e); break;
            case BacklogCarried e: Apply(seq, e); break;
            case BacklogDropped: Drop(seq); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    /// <summary>The buyer whom an entry concerns; null: there is no such place.</summary>
    internal Alias? BuyerOf(LineEntry entry) => entry switch
    {
        Joined e => e.Buyer,
        Left e => Find(e.Place)?.Buyer,
        _ => null,
    };

    /// <summary>Throws if a place of the buyer has this key. A key names one order or place for ever (I2).</summary>
    internal void RequireNewKey(long seq, Alias buyer, KeyHash key)
    {
        if (Count == 0) return;
        for (var index = _latest.Of(buyer); index >= 0; index = _rows.At(index).Previous)
            ThrowUnless(!_rows.At(index).HasKey || _rows.At(index).Key != key, seq, "a key that names a place");
    }

    /// <summary>Throws unless the place is next, and this buyer's, and has asked for so many units.</summary>
    internal void RequireNext(long seq, long place, Alias buyer, long reservation, int units)
    {
        ThrowUnless(place > 0 && place == FirstWaiting, seq, "an offer that overtakes the line");
        ref readonly var row = ref _rows.At((int)place - 1);
        ThrowUnless(buyer == row.Buyer && reservation == row.Reservation, seq,
            "an offer to another buyer than the place's");
        ThrowUnless(units <= row.Quantity, seq, "an offer of more units than were asked for");
    }

    /// <summary>
    /// Records that an order holds units for a place. Those of <c>backlogUnits</c> and of a restock, which nobody had
    /// before, do not tell how fast buyers give units back.
    /// </summary>
    internal void Offer(long place, long order, long at, int units, bool cameBack)
    {
        var index = (int)place - 1;
        _rows.TakeOffer(index, order, units);
        Move(index, PlaceState.Offered);
        if (cameBack) _pace.Take(at);
        LastOffer = order;
    }

    /// <summary>
    /// Records that an unpaid order ended. If it was an offer, its place must end. One that was declined by its buyer,
    /// and was partial, waits again, once.
    /// </summary>
    internal void EndOffer(Alias buyer, long order, bool isDeclined)
    {
        // The place of an order that was revived has passed before.
        if (IndexOf(buyer, order) is not (>= 0 and var index) || _rows.At(index).State != PlaceState.Offered) return;
        if (isDeclined && _rows.At(index).MayWaitAgain)
        {
            _rows.TakeDecline(index);
            Move(index, _directing.IsEnded ? PlaceState.Ended : PlaceState.Waiting);
            _first = Math.Min(_first, index);
            return;
        }
        Move(index, PlaceState.Passed);
        _passing.Enqueue(index + 1);
    }

    /// <summary>Records that an order was paid.</summary>
    internal void Take(Alias buyer, long order)
    {
        if (IndexOf(buyer, order) is >= 0 and var index && _rows.At(index).State == PlaceState.Offered)
            Move(index, PlaceState.Taken);
    }

    /// <summary>
    /// Ends the buyer's place if it waits, here or in the backlog, because the reservation was cancelled.
    /// </summary>
    internal void EndWaiting(Alias buyer)
    {
        if (LatestOf(buyer) is { MayLeave: true } place) Move((int)place.Number - 1, PlaceState.Left);
    }

    private void Apply(long seq, long at, Joined e)
    {
        if (e.How == JoinedHow.Carried) RequireCarried(seq, e);
        else RequireJoinable(seq, e);
        ThrowUnless(e.Place == Count + 1, seq, "places out of order");
        ThrowUnless(e.Quantity >= 1 && e.Quantity <= _directing.Terms!.PerUserLimit, seq, "an impossible quantity");
        ThrowUnless(e.Reservation > _reservations.CancelledVersionOf(e.Buyer), seq, "a place without a reservation");
        var latest = LatestOf(e.Buyer);
        ThrowUnless(latest is not { IsLive: true }, seq, "a second place of a buyer");
        if (e.Key is { } key) RequireNewKey(seq, e.Buyer, key);
        _rows.Add(new LineRows.Row
        {
            Buyer = e.Buyer,
            Key = e.Key.GetValueOrDefault(),
            HasKey = e.Key is not null,
            JoinedAt = at,
            Reservation = e.Reservation,
            Previous = latest is null ? -1 : (int)latest.Number - 1,
            Quantity = (byte)e.Quantity,
        });
        _latest.TakeLast(e.Buyer);
        if (e.Origin is not { } origin) return;
        _carried.Add(origin);
        _carriedWaiting++;
    }

    private void RequireJoinable(long seq, Joined e)
    {
        ThrowUnless(e is { How: JoinedHow.Standby, Origin: null }, seq,
            "a way of joining that has no rules in this version");
        ThrowUnless(
            _directing.IsOpen && !_directing.IsOver && !_directing.IsPaused && !_directing.IsLineSuspended
                && !IsCarrying,
            seq, "a place while the line can't be joined");
    }

    private void Apply(long seq, Left e)
    {
        ThrowUnless(Find(e.Place) is not null, seq, $"no place {e.Place}");
        ThrowUnless(e.Reason != CancelReason.Recalled, seq, "a place that a recall removes");
        ThrowUnless(
            e.By is null == e.Why is not LeftWhy.Removed && e.By is null == e.Reason is null
                && e.By is null == e.Key is null,
            seq, "a removal without an operator, a reason and a key, or an operator without a removal");
        if (e.Why == LeftWhy.Passed)
        {
            ThrowUnless(e.Place == Passing, seq, "a place that has passed nothing");
            _passing.Dequeue();
            return;
        }
        ThrowUnless(Find(e.Place)!.MayLeave, seq, "a place that does not wait");
        Move((int)e.Place - 1, e.Why == LeftWhy.Removed ? PlaceState.Removed : PlaceState.Left);
    }

    // A buyer's places are a short list: one is live, and the ended ones are bounded.
    private int IndexOf(Alias buyer, long order)
    {
        if (Count == 0) return -1;
        for (var index = _latest.Of(buyer); index >= 0; index = _rows.At(index).Previous)
            if (_rows.At(index).Order == order) return index;
        return -1;
    }

    private Place At(int index)
    {
        ref readonly var row = ref _rows.At(index);
        var state = row.State == PlaceState.Waiting && _directing.IsEnded ? PlaceState.Ended : row.State;
        var waiting = state switch
        {
            PlaceState.Waiting => row.Quantity,
            PlaceState.Offered when row.MayWaitAgain => row.Quantity - row.Offered,
            _ => 0,
        };
        return new Place(
            index + 1, row.Buyer, row.Quantity, state, row.HasKey ? row.Key : null, row.Reservation, row.JoinedAt,
            row.Order > 0 ? row.Order : null, waiting,
            row.State == PlaceState.Waiting && _directing.IsEnded && !_isDropped,
            _carried.OriginOf(index + 1));
    }

    private readonly struct Buyers(LineRows rows) : IBuyerRows
    {
        public int Count => rows.Count;

        public Alias BuyerAt(int row) => rows.At(row).Buyer;
    }
}
