using System.Diagnostics;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>What was appended so far.</summary>
/// <param name="Commits">Commits stored: each is one row, and one durable write unless several batches shared
/// it.</param>
/// <param name="Entries">Their entries.</param>
/// <param name="Bytes">Bytes of those.</param>
/// <param name="Ticks">How long the appends took together, in ticks of <see cref="Stopwatch"/>.</param>
internal readonly record struct LedgerCounts(long Commits, long Entries, long Bytes, long Ticks)
{
    public static LedgerCounts operator -(LedgerCounts left, LedgerCounts right) => new(
        left.Commits - right.Commits, left.Entries - right.Entries, left.Bytes - right.Bytes, left.Ticks - right.Ticks);
}

/// <summary>The engine's ledger, with a count of what goes into it.</summary>
internal sealed class CountedLedger(ILedger ledger) : ILedger, IAsyncDisposable
{
    private long _commits, _entries, _bytes, _ticks;

    /// <summary>What was appended so far.</summary>
    public LedgerCounts Counts => new(
        Interlocked.Read(ref _commits), Interlocked.Read(ref _entries), Interlocked.Read(ref _bytes),
        Interlocked.Read(ref _ticks));

    public async Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        var (start, bytes) = (Stopwatch.GetTimestamp(), commit.Entries.Length);
        var outcome = await ledger.AppendAsync(commit, cancellationToken).ConfigureAwait(false);
        if (outcome != AppendOutcome.Committed) return outcome;
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
        Interlocked.Increment(ref _commits);
        Interlocked.Add(ref _entries, commit.Count);
        Interlocked.Add(ref _bytes, bytes);
        return outcome;
    }

    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default) =>
        ledger.ReadHeadAsync(stream, cancellationToken);

    public IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(stream, fromSeq, cancellationToken);

    public Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default) =>
        ledger.ListAsync(prefix, after, limit, cancellationToken);

    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default) =>
        ledger.CountOpenAsync(prefix, cancellationToken);

    public Task EraseAsync(string stream, CancellationToken cancellationToken = default) =>
        ledger.EraseAsync(stream, cancellationToken);

    // Only what the container itself has made is disposed by it, and that is this.
    public ValueTask DisposeAsync() =>
        ledger is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
}
