using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.OrderIndex;
using OrleansSale.Grains.Waking;

namespace OrleansSale.Grains.Following;

/// <summary>
/// Compares the heads of all ledgers with the index: at a start, and when another silo has left. So nothing depends on
/// what a batch told its follower before a crash.
/// </summary>
public sealed class FollowersGrain(ILedger ledger, IOrderIndex index, ILogger<FollowersGrain> log)
    : Grain, IFollowersGrain
{
    /// <summary>Streams that are listed at a time.</summary>
    public const int PageLength = 1_000;

    // Shared by all engines of this process.
    private static readonly Outage Waking = new("followers-waking");

    /// <inheritdoc />
    public async Task<int> WakeAllAsync()
    {
        var marks = await index.ListMarksAsync();
        var behind = new Dictionary<string, long>(StringComparer.Ordinal);
        string? after = null;
        while (true)
        {
            var page = await ledger.ListAsync(Streams.Batches, after, PageLength);
            foreach (var head in page)
            {
                var batch = head.Stream[Streams.Batches.Length..];
                // A ledger that is behind its mark is an older one.
                if (marks.GetValueOrDefault(batch) != head.Seq)
                    behind[batch] = Math.Max(head.Seq, marks.GetValueOrDefault(batch) + 1);
            }
            if (page.Count < PageLength) break;
            after = page[^1].Stream;
        }
        return await new WakeRound(Waking, WakeAsync, log).RunAsync([.. behind.Keys]);

        async Task<bool> WakeAsync(string batch)
        {
            await GrainFactory.GetGrain<IFollowerGrain>(batch).NoteCommitAsync(behind[batch]);
            return true;
        }
    }
}
