using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Copying;

/// <summary>
/// Numbers the streams of a reading 1, 2, 3 …. Their stored numbers may have gaps.
/// </summary>
internal sealed class StreamNumbers
{
    private long _id;
    private long _number;
    private byte[] _previous = LedgerHead.Empty.Hash;

    /// <summary>The stream of the last row; empty before the first.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Whether the last row's stream is stored under this number.</summary>
    public bool Is(long id) => _number > 0 && _id == id;

    /// <summary>The next row. The rows of a stream are consecutive.</summary>
    public CommitRow Next(long id, string name, long firstSeq, int count, byte[] hash, byte[] entries, bool isOpen)
    {
        if (!Is(id)) (_id, _number, Name, _previous) = (id, _number + 1, name, LedgerHead.Empty.Hash);
        var row = new CommitRow(_number, new LedgerCommit(Name, firstSeq, count, entries, _previous, hash)
        { IsOpen = isOpen });
        _previous = hash;
        return row;
    }
}
