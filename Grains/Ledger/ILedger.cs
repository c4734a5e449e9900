using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// The append-only store of every stream. A stream is a sequence of entries numbered from 1 without gaps; it is written
/// in commits, each stored as one row under the primary key (stream, first sequence).
/// </summary>
/// <remarks>
/// The safety argument: an append names the entry it follows (<see cref="LedgerCommit.FirstSeq"/> and
/// <see cref="LedgerCommit.PreviousHash"/>). The store accepts it only if that is the stream's head at that moment, and
/// decides this atomically with the insert. So of two writers that both follow entry n, one succeeds and the other gets
/// <see cref="AppendOutcome.Fenced"/>, however stale it is. There is no fork and no gap. Appending the identical row
/// again is no conflict: it returns <see cref="AppendOutcome.AlreadyStored"/>. This resolves an append whose answer was
/// lost.
/// </remarks>
public interface ILedger
{
    /// <summary>
    /// Appends one commit durably. Appends of many streams may share one durable write. Each is checked on its own, and
    /// a conflict in one stream does not affect the others.
    /// </summary>
    /// <returns>Committed or AlreadyStored only after the row is on stable storage.</returns>
    /// <exception cref="LedgerUnavailableException">
    /// The outcome is unknown: the row may or may not be stored. Append the identical row again to find out.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The call was cancelled while it waited its turn, and stored nothing. Once the write has begun, cancelling has no
    /// effect.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The commit is malformed (see <see cref="LedgerArguments"/>): a bug of the caller.
    /// </exception>
    Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default);

    /// <summary>
    /// The head of a stream as stored now; <see cref="LedgerHead.Empty"/> for a stream without entries.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The store did not answer.</exception>
    Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default);

    /// <summary>
    /// The commits of a stream in order, beginning with the one that contains <paramref name="fromSeq"/>. Reads a
    /// consistent prefix; commits appended meanwhile may or may not be included. The chain is not verified here: see
    /// <see cref="LedgerChain"/>.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The store did not answer.</exception>
    /// <exception cref="LedgerFormatException">
    /// The stored data are damaged. All other reads can fail in the same way.
    /// </exception>
    IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default);

    /// <summary>
    /// The end of the commit that contains an entry; <see cref="LedgerHead.Empty"/> if there is no such entry. Its hash
    /// covers that entry and all before it, so it distinguishes two histories of the stream.
    /// </summary>
    async Task<LedgerHead> ReadCommitEndAsync(string stream, long seq, CancellationToken cancellationToken = default)
    {
        await foreach (var commit in ReadAsync(stream, seq, cancellationToken))
        {
            if (commit.FirstSeq <= seq && commit.LastSeq >= seq) return new LedgerHead(commit.LastSeq, commit.Hash);
            break;
        }
        return LedgerHead.Empty;
    }

    /// <summary>
    /// The heads of all streams whose name begins with <paramref name="prefix"/>, ordered by name (by its UTF-8 bytes),
    /// after <paramref name="after"/> (exclusive; null: from the first), at most <paramref name="limit"/> (1…10,000).
    /// </summary>
    Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Counts the streams whose name begins with <paramref name="prefix"/> and whose last commit left them open
    /// (<see cref="LedgerCommit.IsOpen"/>). It reads no stream.
    /// </summary>
    Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a stream, durably and for ever. Once the store has cleaned up, its files no longer contain the entries.
    /// Writers of the stream are fenced from then on. Removing a stream that does not exist succeeds.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The outcome is unknown; a repeat is safe.</exception>
    Task EraseAsync(string stream, CancellationToken cancellationToken = default);
}

/// <summary>The outcome of an append.</summary>
public enum AppendOutcome
{
    /// <summary>This call has stored the row durably.</summary>
    Committed,

    /// <summary>The identical row was stored durably before; other rows may follow it.</summary>
    AlreadyStored,

    /// <summary>
    /// The stream's head is not the entry that this commit follows, because another writer has written. Nothing was
    /// stored.
    /// </summary>
    Fenced,
}

/// <summary>One commit: entries that became durable together, as stored in one row.</summary>
/// <param name="Stream">Name of the stream, 1…300 characters, such as <c>batch/mi2-1</c>.</param>
/// <param name="FirstSeq">Sequence of the first entry, 1 or more.</param>
/// <param name="Count">The number of entries, 1 or more.</param>
/// <param name="Entries">Their lines in UTF-8 without <c>hash</c> member, each ended by a line feed.</param>
/// <param name="PreviousHash">
/// Hash of the entry that this commit follows, <paramref name="FirstSeq"/> − 1; 32 zero bytes for the first commit.
/// </param>
/// <param name="Hash">Hash of the last entry: 32 bytes.</param>
public sealed record LedgerCommit(
    string Stream, long FirstSeq, int Count, ReadOnlyMemory<byte> Entries, byte[] PreviousHash, byte[] Hash)
{
    /// <summary>
    /// Whether the stream is open after this commit. The writer decides it. The store uses it only for
    /// <see cref="ILedger.CountOpenAsync"/>. It is not set on commits that were read.
    /// </summary>
    public bool IsOpen { get; init; } = true;

    /// <summary>Sequence of the last entry.</summary>
    public long LastSeq => FirstSeq + Count - 1;
}

/// <summary>The last entry of a stream: its sequence (0: none) and hash (32 bytes).</summary>
public sealed record LedgerHead(long Seq, byte[] Hash)
{
    /// <summary>The head of a stream without entries: sequence 0, hash(0) = 32 zero bytes.</summary>
    public static LedgerHead Empty { get; } = new(0, new byte[32]);

    /// <summary>Whether both name the same entry of the same chain.</summary>
    public bool Matches(LedgerHead other) => Seq == other.Seq && Hash.AsSpan().SequenceEqual(other.Hash);
}

/// <summary>The name of a stream and the sequence of its head.</summary>
public readonly record struct StreamHead(string Stream, long Seq);

/// <summary>Storage failed or did not answer in time. The outcome of an append is unknown.</summary>
[GenerateSerializer, Alias("OrleansSale.LedgerUnavailableException")]
public sealed class LedgerUnavailableException(string message, Exception? inner = null)
    : SaleUnavailableException(message, inner);
