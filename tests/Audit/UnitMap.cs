using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Audit;

/// <summary>I1: where every unit is.</summary>
/// <remarks>
/// Two books are kept and compared. The map says where each unit is. The counts add up the moves that the entries
/// claim. In a sound ledger both agree after every entry.
/// </remarks>
internal sealed class UnitMap(Violations violations)
{
    /// <summary>The largest stock a batch may have.</summary>
    public const int MaxStock = 10_000_000;

    private const int Free = 0;
    private const int Withdrawn = -1;

    /// <summary>For unit n at n − 1: free, withdrawn, or the number of the order that has it (1 and up).</summary>
    private int[] _units = [];

    /// <summary>What the entries so far add up to.</summary>
    public UnitCounts Counts { get; private set; }

    /// <summary>Adds the units that follow the stock so far.</summary>
    public void Stock(int units)
    {
        Array.Resize(ref _units, _units.Length + units);
        Counts = Counts with { Stock = Counts.Stock + units, Free = Counts.Free + units };
    }

    /// <summary>Free units go to order number <paramref name="order"/>.</summary>
    public void Hold(long seq, int order, List<int> units, Func<int, string> name)
    {
        Counts = Counts with { Free = Counts.Free - units.Count, Held = Counts.Held + units.Count };
        foreach (var unit in CollectionsMarshal.AsSpan(units))
        {
            if (!Exists(seq, unit)) continue;
            ref var holder = ref _units[unit - 1];
            if (holder == Withdrawn) violations.Add(Invariant.I1, seq, $"unit {unit} is withdrawn");
            else if (holder != Free) violations.Add(Invariant.I1, seq, $"unit {unit} is in {name(holder)} already");
            else holder = order;
        }
    }

    /// <summary>An order's held units are sold.</summary>
    public void Sell(int units) =>
        Counts = Counts with { Held = Counts.Held - units, Sold = Counts.Sold + units };

    /// <summary>An order's units are free again.</summary>
    public void Release(long seq, int order, List<int> units, bool sold)
    {
        Counts = sold
            ? Counts with { Sold = Counts.Sold - units.Count, Free = Counts.Free + units.Count }
            : Counts with { Held = Counts.Held - units.Count, Free = Counts.Free + units.Count };
        foreach (var unit in CollectionsMarshal.AsSpan(units))
        {
            if (!Exists(seq, unit)) continue;
            ref var holder = ref _units[unit - 1];
            if (holder == order) holder = Free;
            else violations.Add(Invariant.I1, seq, $"unit {unit} is released by an order that does not have it");
        }
    }

    /// <summary>A restock: the units that follow, all of them, in order.</summary>
    public void Restock(LedgerEntry entry)
    {
        var next = Counts.Stock + 1;
        foreach (var (first, last) in entry.Ranges)
        {
            if (first != next || last < first)
                violations.Add(Invariant.I1, entry.Seq, $"units {first}…{last} do not follow unit {next - 1}");
            next = Math.Max(next, last) + 1;
        }

        var listed = next - 1 - Counts.Stock;
        if (entry.UnitCount < 1 || listed != entry.UnitCount)
            violations.Add(Invariant.I1, entry.Seq, $"{entry.UnitCount} units restocked, {listed} listed");
        if (entry.UnitCount < 1 || entry.UnitCount > MaxStock - Counts.Stock)
        {
            violations.Add(Invariant.I1, entry.Seq, $"a stock of {Counts.Stock} can't grow by {entry.UnitCount}");
            return;
        }

        Stock(entry.UnitCount);
    }

    /// <summary>A withdrawal: free units only.</summary>
    public void Withdraw(LedgerEntry entry)
    {
        var listed = 0L;
        foreach (var (first, last) in entry.Ranges)
        {
            if (!Exists(entry.Seq, first) || !Exists(entry.Seq, last)) continue;
            for (var unit = first; unit <= last; unit++, listed++)
            {
                if (_units[unit - 1] == Free) _units[unit - 1] = Withdrawn;
                else violations.Add(Invariant.I1, entry.Seq, $"unit {unit} is withdrawn, but was not free");
            }
        }

        if (entry.UnitCount < 1 || listed != entry.UnitCount)
            violations.Add(Invariant.I1, entry.Seq, $"{entry.UnitCount} units withdrawn, {listed} listed");
        Counts = Counts with { Free = Counts.Free - entry.UnitCount, Withdrawn = Counts.Withdrawn + entry.UnitCount };
    }

    /// <summary>The check after every entry.</summary>
    public void CheckCounts(long seq)
    {
        if (!Counts.AddUp) violations.Add(Invariant.I1, seq, $"the units do not add up: {Counts}");
    }

    /// <summary>The check at the end: units and orders counted one by one, against what the entries claimed.</summary>
    public void Recount(long seq, IReadOnlyList<AuditedOrder> orders)
    {
        var live = orders.Where(order => order.Live || order.Gone).ToLookup(order => order.Payment is not null, Size);
        var counted = new UnitCounts(
            Stock: _units.Length,
            Free: _units.AsSpan().Count(Free),
            Held: live[false].Sum(),
            Sold: live[true].Sum(),
            Withdrawn: _units.AsSpan().Count(Withdrawn));
        if (counted != Counts) violations.Add(Invariant.I1, seq, $"counted {counted}, claimed {Counts}");
    }

    private static int Size(AuditedOrder order) => order.Units.Count;

    private bool Exists(long seq, int unit)
    {
        if (unit >= 1 && unit <= _units.Length) return true;
        violations.Add(Invariant.I1, seq, $"there is no unit {unit} in a stock of {_units.Length}");
        return false;
    }
}

/// <summary>How many units are where.</summary>
/// <param name="Stock">All of them.</param>
/// <param name="Free">To be had.</param>
/// <param name="Held">In orders awaiting payment.</param>
/// <param name="Sold">In paid orders.</param>
/// <param name="Withdrawn">Taken out by the operator.</param>
public readonly record struct UnitCounts(int Stock, int Free, int Held, int Sold, int Withdrawn)
{
    /// <summary>None below 0, and their sum is the stock.</summary>
    public bool AddUp =>
        Free >= 0 && Held >= 0 && Sold >= 0 && Withdrawn >= 0 && Free + Held + Sold + Withdrawn == Stock;
}
