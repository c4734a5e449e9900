using System.Runtime.CompilerServices;
using System.Text;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// A ledger in memory for fast tests of what stands on it: the same fence and the same answers, and nothing to clean
/// up.
/// </summary>
public sealed class MemoryLedger : ILedger
{
    private static readonly Comparer<string> ByUtf8 = Comparer<string>.Create(
        (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<LedgerCommit>> _streams = new(ByUtf8);

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(LedgerCommit commit, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireCommit(commit);
        cancellationToken.ThrowIfCancellationRequested();
        // Copied, because the stored bytes must not change when the caller reuses its arrays.
        var stored = commit with
        {
            Entries = commit.Entries.ToArray(),
            PreviousHash = [.. commit.PreviousHash],
            Hash = [.. commit.Hash],
        };
        lock (_lock)
        {
            var follows = new LedgerHead(stored.FirstSeq - 1, stored.PreviousHash);
            if (HeadOf(stored.Stream).Matches(follows))
            {
                if (!_streams.TryGetValue(stored.Stream, out var commits)) _streams[stored.Stream] = commits = [];
                commits.Add(stored);
                return Task.FromResult(AppendOutcome.Committed);
            }

            return Task.FromResult(IsStored(stored) ? AppendOutcome.AlreadyStored : AppendOutcome.Fenced);
        }
    }

    /// <inheritdoc/>
    public Task<LedgerHead> ReadHeadAsync(string stream, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) return Task.FromResult(HeadOf(stream));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LedgerCommit> ReadAsync(
        string stream, long fromSeq = 1, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(fromSeq, 1);
        return ReadAllAsync(stream, fromSeq, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamHead>> ListAsync(
        string prefix, string? after, int limit, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireList(prefix, after, limit);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<StreamHead>>([
                .. Below(prefix)
                    .Where(stream => after is null || ByUtf8.Compare(stream.Key, after) > 0)
                    .Take(limit)
                    .Select(stream => new StreamHead(stream.Key, stream.Value[^1].LastSeq)),
            ]);
        }
    }

    public Task<long> CountOpenAsync(string prefix, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequirePrefix(prefix);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) return Task.FromResult(Below(prefix).LongCount(stream => stream.Value[^1].IsOpen));
    }

    /// <inheritdoc/>
    public Task EraseAsync(string stream, CancellationToken cancellationToken = default)
    {
        LedgerArguments.RequireStream(stream);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) _streams.Remove(stream);
        return Task.CompletedTask;
    }

    /// <summary>Changes what is stored of a stream, as damage and loss do; returns what was there.</summary>
    public LedgerCommit[] Tamper(string stream, Func<LedgerCommit[], LedgerCommit[]> change)
    {
        lock (_lock)
        {
            LedgerCommit[] before = [.. _streams[stream]];
            _streams[stream] = [.. change(before)];
            if (_streams[stream].Count == 0) _streams.Remove(stream);
            return before;
        }
    }

    private IEnumerable<KeyValuePair<string, List<LedgerCommit>>> Below(string prefix) =>
        _streams.Where(stream => stream.Key.StartsWith(prefix, StringComparison.Ordinal));

    private LedgerHead HeadOf(string stream) =>
        _streams.TryGetValue(stream, out var commits)
            ? new LedgerHead(commits[^1].LastSeq, commits[^1].Hash) : LedgerHead.Empty;

    private bool IsStored(LedgerCommit commit) =>
        _streams.TryGetValue(commit.Stream, out var commits)
        && commits[IndexOf(commits, commit.FirstSeq)] is var stored
        && stored.FirstSeq == commit.FirstSeq && stored.Count == commit.Count
        && stored.Hash.AsSpan().SequenceEqual(commit.Hash);

    // The last commit that begins at or before a sequence.
    private static int IndexOf(List<LedgerCommit> commits, long seq)
    {
        var (low, high) = (0, commits.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (commits[middle].FirstSeq <= seq) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private async IAsyncEnumerable<LedgerCommit> ReadAllAsync(
        string stream, long fromSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        LedgerCommit[] commits;
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            commits = _streams.TryGetValue(stream, out var all) ? [.. all.Skip(IndexOf(all, fromSeq))] : [];
        foreach (var commit in commits)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (commit.LastSeq >= fromSeq) yield return commit;
        }
    }
}
