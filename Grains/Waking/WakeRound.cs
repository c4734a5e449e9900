using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Waking;

/// <summary>
/// Wakes the actors that have work left: at a start, and now and then, because an actor whose write failed has left
/// memory, and an engine in one process has no reminders.
/// </summary>
/// <param name="outage">Its failures: one for all engines of this process.</param>
/// <param name="wakeAsync">Wakes one by its key; returns whether it has something to do later.</param>
/// <param name="log">Where failures go.</param>
internal sealed partial class WakeRound(Outage outage, Func<string, Task<bool>> wakeAsync, ILogger log)
{
    /// <summary>Most actors that are woken at the same time.</summary>
    public const int MaxWaking = 8;

    /// <summary>The time between two rounds.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <summary>Wakes all of these; returns how many have something to do later.</summary>
    public async Task<int> RunAsync(string[] keys)
    {
        var woken = 0;
        foreach (var group in keys.Chunk(MaxWaking))
            woken += (await Task.WhenAll(group.Select(TryWakeAsync))).Count(isAwake => isAwake);
        return woken;
    }

    private async Task<bool> TryWakeAsync(string key)
    {
        try
        {
            var isAwake = await wakeAsync(key);
            if (outage.Succeeds() is { } failures) Log.Wakes(log, failures);
            return isAwake;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // One that cannot be read must not keep the others from being woken.
            if (outage.Fails(e.GetType().Name)) Log.NotWoken(log, key, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "{Key} could not be woken; it is retried, and others are only counted: {Reason}")]
        public static partial void NotWoken(ILogger log, string key, string reason);

        [LoggerMessage(2, LogLevel.Information, "All can be woken again, after {Failures} failures")]
        public static partial void Wakes(ILogger log, int failures);
    }
}
