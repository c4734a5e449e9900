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
/// Tells the follower of a batch what is committed: one call at a time, each tick, until it has answered. A batch does
/// not wait for it, also not to be settled: a call that is lost is made up for by the round of all followers.
/// </summary>
internal sealed partial class FollowerCall(Followers followers, string batch, ILogger log)
{
    // Shared by all batches of this process.
    private static readonly Outage Telling = new("follower");

    private long _told;
    private bool _isUnderWay;

    /// <summary>Tells what is new.</summary>
    /// <param name="committed">The last entry that is durable.</param>
    public void Start(long committed)
    {
        if (_isUnderWay || committed <= _told || followers.Of(batch) is not { } follower) return;
        _isUnderWay = true;
        _ = TellAsync(follower, committed);
    }

    private async Task TellAsync(IFollowerGrain follower, long committed)
    {
        try
        {
            await follower.NoteCommitAsync(committed);
            _told = committed;
            if (Telling.Succeeds() is { } failures) Log.Tells(log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next tick tells it again.
            if (Telling.Fails(e.GetType().Name)) Log.NotTold(log, batch, e.Message);
        }
        finally
        {
            _isUnderWay = false;
        }
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
