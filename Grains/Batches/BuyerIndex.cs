using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Batches;

/// <summary>Rows that each have a buyer. They only grow.</summary>
internal interface IBuyerRows
{
    /// <summary>The number of rows.</summary>
    int Count { get; }

    /// <summary>The buyer of a row, 0 to <see cref="Count"/> − 1.</summary>
    Alias BuyerAt(int row);
}

/// <summary>
/// Finds each buyer's newest row, such as the newest order in a batch's book. It has a slot for every buyer who has a
/// row. A slot takes eight bytes: the row's number and a quarter of the buyer's alias. A set of the framework would
/// take twenty.
/// </summary>
/// <remarks>
/// Open addressing with linear probing. Slots are never removed: a buyer's newer row replaces the older one. Aliases
/// come from a secret key, so nobody can choose names that collide.
/// </remarks>
/// <typeparam name="TRows">A structure, so that the compiler can inline its members.</typeparam>
/// <param name="rows">The rows.</param>
internal sealed class BuyerIndex<TRows>(TRows rows)
    where TRows : struct, IBuyerRows
{
    /// <summary>The largest share of used slots; beyond it their number doubles.</summary>
    private const double MaxLoad = 0.75;

    // The upper half is the hash, the lower half the row plus one; 0: free. The number of slots is a power of two.
    private ulong[] _slots = new ulong[16];
    private int _buyers;

    /// <summary>The buyer's newest row; negative: none.</summary>
    public int Of(Alias buyer) => RowIn(_slots[SlotOf(buyer, HashOf(buyer))]);

    /// <summary>Registers the row that was added last.</summary>
    /// <param name="buyer">Its buyer.</param>
    public void TakeLast(Alias buyer)
    {
        var hash = HashOf(buyer);
        var slot = SlotOf(buyer, hash);
        var isNew = _slots[slot] == 0;
        _slots[slot] = (ulong)hash << 32 | (uint)rows.Count;
        if (isNew && ++_buyers > _slots.Length * MaxLoad) Grow();
    }

    // The buyer's slot, or the free slot for the buyer.
    private int SlotOf(Alias buyer, uint hash)
    {
        var slot = (int)hash & (_slots.Length - 1);
        while (_slots[slot] is > 0 and var taken
            && ((uint)(taken >> 32) != hash || rows.BuyerAt(RowIn(taken)) != buyer))
            slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }

    private void Grow()
    {
        var larger = new ulong[_slots.Length * 2];
        foreach (var taken in _slots)
        {
            if (taken == 0) continue;
            var slot = (int)(taken >> 32) & (larger.Length - 1);
            while (larger[slot] > 0) slot = (slot + 1) & (larger.Length - 1);
            larger[slot] = taken;
        }
        _slots = larger;
    }

    private static int RowIn(ulong slot) => (int)(uint)slot - 1;

    private static uint HashOf(Alias buyer) => (uint)buyer.High;
}
