namespace OrleansSale.Grains.Batches.Entries;

/// <summary>Consecutive unit numbers, both ends included.</summary>
public readonly record struct UnitRange(int First, int Last)
{
    /// <summary>How many units.</summary>
    public int Count => Last - First + 1;

    /// <summary>How many units the ranges have together. Meaningless for ranges that no batch can have.</summary>
    public static int CountOf(UnitRange[] ranges)
    {
        var count = 0;
        foreach (var range in ranges) count = unchecked(count + range.Count);
        return count;
    }
}
