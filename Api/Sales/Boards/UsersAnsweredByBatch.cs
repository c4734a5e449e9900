using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// A front's compact copy of the users to whom only the batch may answer, as 64-bit hashes in an open-addressing table:
/// 11 to 32 bytes a user. A false yes costs a call to the batch. There is no false no for an added user. Readers take
/// no lock.
/// </summary>
public sealed class UsersAnsweredByBatch
{
    private const int InitialLength = 1_024;

    private readonly Lock _writing = new();
    private ulong[] _table = new ulong[InitialLength];
    private int _count;

    /// <summary>Whether the user may be among them.</summary>
    public bool MayContain(ulong hash)
    {
        // Zero marks an empty place, so for a user whose hash is zero the batch is always asked.
        if (hash == 0) return true;
        var table = Volatile.Read(ref _table);
        for (var i = (int)hash & (table.Length - 1); ; i = (i + 1) & (table.Length - 1))
        {
            var found = Volatile.Read(ref table[i]);
            if (found == hash) return true;
            if (found == 0) return false;
        }
    }

    /// <summary>Adds several.</summary>
    public void Add(ReadOnlySpan<ulong> hashes)
    {
        lock (_writing)
        {
            foreach (var hash in hashes) AddOne(hash);
        }
    }

    /// <summary>Adds those who have orders or places in the line.</summary>
    public void Add(ReadOnlySpan<PurchaseOutcome> outcomes)
    {
        lock (_writing)
        {
            foreach (var outcome in outcomes)
            {
                if (outcome.Order is { } order) AddOne(order.Buyer.High);
                else if (outcome.Place is { } place) AddOne(place.Buyer.High);
            }
        }
    }

    private void AddOne(ulong hash)
    {
        if (MayContain(hash)) return;
        // A larger table is filled before it is published. Meanwhile readers use the old one, which is still complete.
        if ((_count + 1) * 3 > _table.Length * 2) Volatile.Write(ref _table, Grown(_table));
        Put(_table, hash);
        _count++;
    }

    private static ulong[] Grown(ulong[] table)
    {
        var grown = new ulong[table.Length * 2];
        foreach (var hash in table)
        {
            if (hash != 0) Put(grown, hash);
        }
        return grown;
    }

    private static void Put(ulong[] table, ulong hash)
    {
        var i = (int)hash & (table.Length - 1);
        while (table[i] != 0) i = (i + 1) & (table.Length - 1);
        Volatile.Write(ref table[i], hash);
    }
}
