using System.Data.Common;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Storage;

/// <summary>A place in a stream, between two commits, from which reading goes on.</summary>
/// <param name="Id">The stream's number in the storage.</param>
/// <param name="Head">The stream's head when reading began.</param>
/// <param name="Seq">The sequence of the next entry.</param>
/// <param name="PreviousHash">The stored hash of the entry before the next one.</param>
internal sealed record LedgerCursor(long Id, LedgerHead Head, long Seq, byte[] PreviousHash)
{
    /// <summary>Where reading from an entry begins: at the commit that contains it.</summary>
    /// <param name="id">The stream's number in the storage.</param>
    /// <param name="head">The stream's head.</param>
    /// <param name="fromSeq">The entry.</param>
    /// <param name="nearest">The last two commits, newest first, of those that begin at or before the entry.</param>
    public static LedgerCursor At(long id, LedgerHead head, long fromSeq, IReadOnlyList<CommitEnd> nearest)
    {
        if (nearest.Count == 0) return new(id, head, fromSeq, LedgerHead.Empty.Hash);
        var (firstSeq, count, hash) = nearest[0];
        if (firstSeq + count <= fromSeq) return new(id, head, firstSeq + count, hash);
        return new(id, head, firstSeq, nearest.Count > 1 ? nearest[1].Hash : LedgerHead.Empty.Hash);
    }
}

/// <summary>A commit without its entries.</summary>
internal readonly record struct CommitEnd(long FirstSeq, long Count, byte[] Hash);

/// <summary>The commits of one page, taken from the rows of <c>first_seq, count, hash, entries</c> in order.</summary>
internal sealed class LedgerPage(string stream, LedgerCursor start)
{
    /// <summary>Most rows of a page.</summary>
    public const int MaxRows = 512;

    /// <summary>A page with this many bytes of entries takes no further row: 4 MiB.</summary>
    public const int MaxBytes = 4 << 20;

    private LedgerCursor _next = start;
    private long _bytes;

    /// <summary>The commits so far.</summary>
    public List<LedgerCommit> Commits { get; } = [];

    /// <summary>Whether the page is full.</summary>
    public bool IsFull => _bytes >= MaxBytes || Commits.Count >= MaxRows;

    /// <summary>Adds the reader's current row.</summary>
    public void Add(DbDataReader row)
    {
        var commit = new LedgerCommit(
            stream, row.GetInt64(0), row.GetInt32(1), row.GetFieldValue<byte[]>(3),
            _next.PreviousHash, row.GetFieldValue<byte[]>(2));
        if (commit.LastSeq == _next.Head.Seq && !commit.Hash.AsSpan().SequenceEqual(_next.Head.Hash))
            throw new LedgerFormatException($"{stream}: the head names another hash than entry {commit.LastSeq} has");
        Commits.Add(commit);
        _bytes += commit.Entries.Length;
        _next = _next with { Seq = commit.LastSeq + 1, PreviousHash = commit.Hash };
    }

    /// <summary>
    /// The commits of all pages. While the commits of one page are used, the next page is read, and no further one. If
    /// the caller stops early, that read is abandoned.
    /// </summary>
    public static async IAsyncEnumerable<LedgerCommit> ReadAheadAsync(
        LedgerCursor start, Func<LedgerCursor, Task<(List<LedgerCommit> Commits, LedgerCursor? Next)>> read)
    {
        for (var reading = read(start); reading is not null;)
        {
            var (commits, next) = await reading.ConfigureAwait(false);
            reading = next is null ? null : read(next);
            foreach (var commit in commits) yield return commit;
        }
    }

    /// <summary>Where the next page begins; null after the last.</summary>
    /// <exception cref="LedgerFormatException">
    /// The rows end before the head that the stream had when reading began.
    /// </exception>
    public LedgerCursor? Next()
    {
        if (IsFull) return _next;
        // The head and the last row are stored in one transaction and erased in one, so only damage can cause this.
        return _next.Seq > _next.Head.Seq ? null : throw new LedgerFormatException(
            $"{stream}: the rows end before entry {_next.Seq}, but the head is {_next.Head.Seq}");
    }
}
