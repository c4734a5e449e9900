using System.Collections.Concurrent;
using OrleansSale.Api.Actors;
using OrleansSale.GrainInterfaces.Backlog;

namespace OrleansSale.Api.Sales.Line;

/// <summary>The ranges of a product's backlog that wait for a batch, as a front knows them.</summary>
/// <param name="Ranges">The ranges, in the order in which they are served.</param>
/// <param name="AskedAt">The monotonic timestamp of the question.</param>
public sealed record WaitingCopy(BacklogRange[] Ranges, long AskedAt);

/// <summary>
/// A front's copies of what waits in backlogs: every page of a batch that takes one asks for it. The actor of a backlog
/// is asked once in <see cref="MaxAge"/> for all who ask, and only if somebody does.
/// </summary>
public sealed class WaitingRanges(IGrainFactory grains, ActorRetry retry)
{
    /// <summary>The oldest copy that a front answers from.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    // As many as products have a batch that takes their backlog.
    private readonly ConcurrentDictionary<string, Copy> _copies = new(StringComparer.Ordinal);

    /// <summary>What waits in the backlog of a product that the catalogue has.</summary>
    public Task<WaitingCopy> ReadAsync(string product) =>
        _copies.GetOrAdd(product, static _ => new Copy()).ReadAsync(() => AskAsync(product));

    private async Task<WaitingCopy> AskAsync(string product)
    {
        var askedAt = TimeProvider.System.GetTimestamp();
        return new WaitingCopy(
            await retry.AskAsync(() => grains.GetGrain<IBacklogGrain>(product).ListWaitingAsync()), askedAt);
    }

    private sealed class Copy
    {
        private readonly Lock _asking = new();
        private Task<WaitingCopy>? _last;

        // A failure is for those who waited for this answer; the next one asks again.
        public Task<WaitingCopy> ReadAsync(Func<Task<WaitingCopy>> askAsync)
        {
            lock (_asking)
            {
                return _last is { } last && (!last.IsCompleted || IsFresh(last)) ? last : _last = Task.Run(askAsync);
            }
        }

        private static bool IsFresh(Task<WaitingCopy> copy) =>
            copy.IsCompletedSuccessfully && TimeProvider.System.GetElapsedTime(copy.Result.AskedAt) <= MaxAge;
    }
}
