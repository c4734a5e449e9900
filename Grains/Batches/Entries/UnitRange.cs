namespace OrleansSale.Grains.Batches.Entries;

/// <summary>Consecutive unit numbers, both ends included.</summary>
public readonly record struct UnitRange(int First, int Last)
{
    /// <summary>The number of units.</summary>
    public int Count => Last - First + 1;

    /// <summary>The total number of units in the ranges. It may overflow for ranges that no batch can have.</summary>
    public static int CountOf(UnitRange[] ranges)
    {
        var count = 0;
        foreach (var range in ranges) count = unchecked(count + range.Count);
        return count;
    }
}
