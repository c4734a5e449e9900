using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// Tells the followers of batches what is committed. A silo without an index of orders has no followers.
/// </summary>
public sealed class Followers(IServiceProvider services, IGrainFactory grains)
{
    private readonly bool _isOn = services.GetService<IOrderIndex>() is not null;

    /// <summary>The follower of a batch; null: this silo has none.</summary>
    internal IFollowerGrain? Of(string batch) => _isOn ? grains.GetGrain<IFollowerGrain>(batch) : null;
}

/// <summary>
/// Tells the follower of a batch what is committed: one call at a time, at the ticks that <see cref="FollowerPace"/>
/// says, until it has answered. A batch does not wait for it, also not to be settled: the round of all followers makes
/// up for a call that is lost.
/// </summary>
internal sealed partial class FollowerCall(
    Followers followers, string batch, TimeProvider timeProvider, ILogger log)
{
    private static readonly Outage Telling = new("follower");

    private readonly RetriedCall _call = new(
        Telling, reason => Log.NotTold(log, batch, reason), failures => Log.Tells(log, failures));
    private readonly FollowerPace _pace = new();

    /// <summary>Tells what is new.</summary>
    /// <param name="committed">The last entry that is durable.</param>
    public void Start(long committed)
    {
        if (!_pace.IsDue(committed, timeProvider.GetUtcNow()) || _call.IsUnderWay) return;
        if (followers.Of(batch) is not { } follower) return;
        _call.Start(async () =>
        {
            await follower.NoteCommitAsync(committed);
            _pace.NoteTold(committed);
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "Batch {Batch}: its follower could not be told of new entries; it is retried, and others are only "
                + "counted: {Reason}")]
        public static partial void NotTold(ILogger log, string batch, string reason);

        [LoggerMessage(2, LogLevel.Information, "Followers can be told again, after {Failures} failures")]
        public static partial void Tells(ILogger log, int failures);
    }
}
