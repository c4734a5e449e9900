using System.Numerics;

namespace OrleansSale.Grains.Batches.Stock;

/// <summary>
/// A set of unit numbers (1…10,000,000) as three levels of bits. A bit of an upper level tells whether any of the 64
/// bits below it is set. So the lowest or highest member is found in a few steps, however scattered the set is. A unit
/// takes about one bit.
/// </summary>
public sealed class UnitSet
{
    private ulong[] _units = [];
    private ulong[] _groups = [];
    private ulong[] _tops = [];

    /// <summary>The number of units in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the unit is in the set.</summary>
    public bool Contains(int unit) =>
        (uint)unit >> 6 < (uint)_units.Length && (_units[unit >> 6] & (1UL << (unit & 63))) != 0;

    /// <summary>Adds a unit; false if it was there.</summary>
    public bool Add(int unit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unit);
        if (Contains(unit)) return false;
        Grow(unit);
        _units[unit >> 6] |= 1UL << (unit & 63);
        _groups[unit >> 12] |= 1UL << ((unit >> 6) & 63);
        _tops[unit >> 18] |= 1UL << ((unit >> 12) & 63);
        Count++;
        return true;
    }

    /// <summary>Removes a unit; false if it was not there.</summary>
    public bool Remove(int unit)
    {
        if (!Contains(unit)) return false;
        if ((_units[unit >> 6] &= ~(1UL << (unit & 63))) == 0
            && (_groups[unit >> 12] &= ~(1UL << ((unit >> 6) & 63))) == 0)
        {
            _tops[unit >> 18] &= ~(1UL << ((unit >> 12) & 63));
        }
        Count--;
        return true;
    }

    /// <summary>The lowest member above <paramref name="unit"/>; −1: none. Start with −1.</summary>
    public int NextAbove(int unit)
    {
        var from = unit + 1;
        var word = from >> 6;
        if (word < _units.Length && (_units[word] & (ulong.MaxValue << (from & 63))) is var rest and not 0)
            return (word << 6) + BitOperations.TrailingZeroCount(rest);
        var group = (word = NextWord(_groups, word + 1)) < 0 ? NextGroupWord(from) : word;
        return group < 0 ? -1 : (group << 6) + BitOperations.TrailingZeroCount(_units[group]);
    }

    /// <summary>The highest member; −1: the set is empty.</summary>
    public int Highest()
    {
        for (var top = _tops.Length - 1; top >= 0; top--)
        {
            if (_tops[top] == 0) continue;
            var group = (top << 6) + BitOperations.Log2(_tops[top]);
            var word = (group << 6) + BitOperations.Log2(_groups[group]);
            return (word << 6) + BitOperations.Log2(_units[word]);
        }
        return -1;
    }

    // The next non-empty word of units at or after the given one, within its group of 64 words.
    private static int NextWord(ulong[] groups, int word)
    {
        // A word at the start of a group belongs to the next group, which NextGroupWord searches.
        if ((word & 63) == 0 || word >> 6 >= groups.Length) return -1;
        var rest = groups[word >> 6] & (ulong.MaxValue << (word & 63));
        return rest == 0 ? -1 : (word & ~63) + BitOperations.TrailingZeroCount(rest);
    }

    // The first non-empty word in the groups after the one that holds the unit.
    private int NextGroupWord(int unit)
    {
        var group = (unit >> 12) + 1;
        for (var top = group >> 6; top < _tops.Length; top++)
        {
            var rest = top == group >> 6 ? _tops[top] & (ulong.MaxValue << (group & 63)) : _tops[top];
            if (rest == 0) continue;
            group = (top << 6) + BitOperations.TrailingZeroCount(rest);
            return (group << 6) + BitOperations.TrailingZeroCount(_groups[group]);
        }
        return -1;
    }

    private void Grow(int unit)
    {
        if (unit >> 6 < _units.Length) return;
        var words = Math.Max((unit >> 6) + 1, _units.Length + (_units.Length >> 1));
        Array.Resize(ref _units, words);
        Array.Resize(ref _groups, (words >> 6) + 1);
        Array.Resize(ref _tops, (words >> 12) + 1);
    }
}
