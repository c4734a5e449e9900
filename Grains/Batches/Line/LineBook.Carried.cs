using OrleansSale.GrainInterfaces.Line;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Line;

// The places that come from the product's backlog, and those that go there.
public sealed partial class LineBook
{
    private readonly CarriedPlaces _carried = new();
    private bool _isCarried;
    private bool _isDropped;
    private int _carriedWaiting;
    private long _bought;

    /// <summary>
    /// Whether places of the backlog may still join. That begins with the opening of a batch that takes some, and goes
    /// on after an early end: who did not join would stand behind those who did.
    /// </summary>
    public bool IsCarrying => TakesBacklog && !_isCarried && _directing.IsOpen;

    /// <summary>Whether all places of the backlog that this batch takes have joined.</summary>
    public bool IsCarried => _isCarried;

    /// <summary>Where the last carried place comes from; null: none has joined yet.</summary>
    public Origin? LastCarried => _carried.Last;

    /// <summary>How many places were carried.</summary>
    public int Carried => _carried.Count;

    /// <summary>
    /// How many places wait in the product's backlog, or waited when it was carried; 0 before the end, and once they
    /// were dropped.
    /// </summary>
    public int InBacklog => _directing.IsEnded && !_isDropped ? _rows.Waiting : 0;

    /// <summary>The place that was carried from there; null: none.</summary>
    public Place? FindCarried(Origin origin) => Find(_carried.Find(origin));

    /// <summary>Whether a place may be carried next: see <see cref="CarriedPlaces.MayFollow"/>.</summary>
    public bool MayCarry(Origin origin) => _carried.MayFollow(origin);

    /// <summary>The carried places of a batch after one of its numbers and up to another.</summary>
    public IEnumerable<Origin> CarriedBetween(string batch, long after, long last) =>
        _carried.Between(batch, after, last);

    /// <summary>How many free units a purchase may take now.</summary>
    /// <remarks>
    /// I5 with a backlog. <c>backlogUnits</c> of the stock are for the carried places, the others for purchases, until
    /// that many were bought. So nobody has to wait until all are carried, and the carried places lose nothing to who
    /// is quicker. Whatever comes back, and every restock, goes to the line: it is not bought a second time. Units that
    /// were withdrawn are missing for purchases, not for the carried places. When all are carried and none of them
    /// waits, the line is as any other. Nobody else joins it while places are carried, so those have its first numbers.
    /// </remarks>
    public int UnitsForPurchases(StockBook stock)
    {
        var free = stock.Free.Count;
        if (!IsCarrying && CarriedWaiting == 0) return Waiting > 0 ? 0 : free;
        if (Waiting > CarriedWaiting) return 0;
        var left = (_directing.Terms!.Stock - _directing.Terms.CarriedUnits) - stock.Withdrawn - _bought;
        return (int)Math.Clamp(left, 0, free);
    }

    /// <summary>How many free units may be offered to the line now.</summary>
    public int UnitsForLine(StockBook stock) =>
        IsCarrying || CarriedWaiting > 0 ? stock.Free.Count - UnitsForPurchases(stock) : stock.Free.Count;

    private int CarriedWaiting => _directing.IsEnded ? 0 : _carriedWaiting;

    private bool TakesBacklog => _directing.Terms is { CarriedUnits: > 0 };

    /// <summary>Records that units were bought without a place.</summary>
    internal void TakePurchase(int units) => _bought += units;

    private void RequireCarried(long seq, Joined e)
    {
        ThrowUnless(IsCarrying, seq, "a carried place where none is carried");
        ThrowUnless(e is { Key: null, Origin: { } origin } && _carried.MayFollow(origin), seq,
            "a carried place that does not follow the one before");
    }

    private void Apply(long seq, BacklogCarried e)
    {
        ThrowUnless(IsCarrying, seq, "the end of a carrying that does not go on");
        ThrowUnless(e.Places == Carried, seq, "another number of carried places");
        _isCarried = true;
    }

    private void Drop(long seq)
    {
        ThrowUnless(InBacklog > 0 && !IsCarrying, seq, "a backlog dropped that there is not, or not yet");
        _isDropped = true;
    }

    // All changes of a place's state, so that the carried places that wait are counted.
    private void Move(int index, PlaceState to)
    {
        if (index < Carried)
        {
            _carriedWaiting += (to == PlaceState.Waiting ? 1 : 0)
                - (_rows.At(index).State == PlaceState.Waiting ? 1 : 0);
        }
        _rows.Move(index, to);
    }
}
