using System.Diagnostics;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Slowed;

/// <summary>
/// Stands before another ledger and lets a batch append no more than so many entries a second, as a slow disk would
/// that writes one after the other. All else goes through at once.
/// </summary>
public sealed class SlowedLedger(ILedger inner, double perSecond) : ILedger, IAsyncDisposable
{
    private const string BatchStreams = "batch/";

    private readonly Lock _lock = new();
    private long _freeAt;

    /// <inheritdoc/>
    public async Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        if (commit.Stream.StartsWith(BatchStreams, StringComparison.Ordinal))
            await Task.Delay(TimeFor(commit.Count), cancellationToken); // paced: a disk's time
        return await inner.AppendAsync(commit, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default) =>
        inner.ReadHeadAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(stream, fromSeq, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default) =>
        inner.ListAsync(prefix, after, limit, cancellationToken);

    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default) =>
        inner.CountOpenAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public Task EraseAsync(string stream, CancellationToken cancellationToken = default) =>
        inner.EraseAsync(stream, cancellationToken);

    /// <summary>Ends the ledger behind it, which nobody else knows.</summary>
    public async ValueTask DisposeAsync()
    {
        if (inner is IAsyncDisposable ledger) await ledger.DisposeAsync();
    }

    // Timers may be a millisecond or two late. An append that follows another at once does not wait longer for that.
    private TimeSpan TimeFor(int entries)
    {
        lock (_lock)
        {
            var now = Stopwatch.GetTimestamp();
            var late = now - _freeAt;
            if (late > Stopwatch.Frequency / 100) _freeAt = now;
            _freeAt += (long)(entries / perSecond * Stopwatch.Frequency);
            return _freeAt > now ? Stopwatch.GetElapsedTime(now, _freeAt) : TimeSpan.Zero;
        }
    }
}
