using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Entries;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Stock;

/// <summary>
/// The units of a batch: each is free, held, sold or withdrawn (I1). The free units are kept as a set. The others are
/// only counted, because their orders have the numbers.
/// </summary>
public sealed class StockBook
{
    // The free units that an order had before.
    private readonly UnitSet _cameBack = new();

    /// <summary>Units offered so far.</summary>
    public int Total { get; private set; }

    /// <summary>Units in orders awaiting payment.</summary>
    public int Held { get; private set; }

    /// <summary>Units in paid orders.</summary>
    public int Sold { get; private set; }

    /// <summary>Units that were taken out of the sale.</summary>
    public int Withdrawn { get; private set; }

    /// <summary>The units that are free.</summary>
    public UnitSet Free { get; } = new();

    /// <summary>The lowest free units. The caller makes sure that there are enough.</summary>
    public int[] Lowest(int count)
    {
        var units = new int[count];
        var unit = -1;
        for (var i = 0; i < count; i++) units[i] = unit = Free.NextAbove(unit);
        return units;
    }

    /// <summary>The highest free units, as ascending ranges. The caller makes sure that there are enough.</summary>
    public UnitRange[] Highest(int count)
    {
        var ranges = new List<UnitRange>();
        var unit = Free.Highest();
        while (count > 0)
        {
            var last = unit;
            while (count > 0 && Free.Contains(unit)) (unit, count) = (unit - 1, count - 1);
            ranges.Add(new UnitRange(unit + 1, last));
            while (count > 0 && !Free.Contains(unit)) unit--;
        }
        ranges.Reverse();
        return [.. ranges];
    }

    internal void Apply(long seq, StockEntry entry)
    {
        switch (entry)
        {
            case Restocked e: Apply(seq, e); break;
            case Withdrawn e: Apply(seq, e); break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    /// <summary>Adds the units that the batch is created with.</summary>
    internal void Begin(long seq, int stock)
    {
        ThrowUnless(stock is >= 1 and <= BatchTerms.MaxStock, seq, "an impossible stock");
        Add(stock);
    }

    /// <summary>Throws unless the units are free and ascending.</summary>
    internal void RequireFree(long seq, int[] units)
    {
        ThrowUnless(units.Length > 0, seq, "a hold without units");
        for (var i = 0; i < units.Length; i++)
        {
            ThrowUnless(Free.Contains(units[i]), seq, "a unit that is not free");
            ThrowUnless(i == 0 || units[i] > units[i - 1], seq, "units out of order");
        }
    }

    /// <summary>Whether an order had any of these free units before.</summary>
    internal bool AnyCameBack(int[] units) => _cameBack.Count > 0 && Array.Exists(units, _cameBack.Contains);

    internal void Hold(int[] units)
    {
        foreach (var unit in units) Take(unit);
        Held += units.Length;
    }

    internal void Sell(int count) => (Held, Sold) = (Held - count, Sold + count);

    /// <summary>Sold units become those of a hold.</summary>
    internal void PassOn(int count) => (Held, Sold) = (Held + count, Sold - count);

    internal void Release(int[] units, bool wereSold)
    {
        if (wereSold) Sold -= units.Length;
        else Held -= units.Length;
        foreach (var unit in units)
        {
            Free.Add(unit);
            _cameBack.Add(unit);
        }
    }

    private void Apply(long seq, Restocked e)
    {
        ThrowUnless(e.Ranges.Length == 1 && e.Ranges[0].First == Total + 1 && e.Ranges[0].Last > Total
            && e.Ranges[0].Last <= BatchTerms.MaxStock, seq, "units that do not follow the stock");
        Add(e.Ranges[0].Count);
    }

    private void Apply(long seq, Withdrawn e)
    {
        var units = 0;
        var below = 0;
        foreach (var range in e.Ranges)
        {
            ThrowUnless(range.First > below && range.Last >= range.First && range.Last <= Total, seq,
                "ranges out of order");
            for (var unit = range.First; unit <= range.Last; unit++)
                ThrowUnless(Free.Contains(unit), seq, "a withdrawn unit that is not free");
            units += range.Count;
            below = range.Last;
        }
        ThrowUnless(units > 0, seq, "a withdrawal without units");
        foreach (var range in e.Ranges)
        {
            for (var unit = range.First; unit <= range.Last; unit++) Take(unit);
        }
        Withdrawn += units;
    }

    private void Take(int unit)
    {
        Free.Remove(unit);
        if (_cameBack.Count > 0) _cameBack.Remove(unit);
    }

    private void Add(int count)
    {
        for (var unit = Total + 1; unit <= Total + count; unit++) Free.Add(unit);
        Total += count;
    }
}
