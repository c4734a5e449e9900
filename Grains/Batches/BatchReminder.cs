using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Timers;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// Sets a reminder for each batch that has work left. The reminder wakes the batch within <see cref="Period"/> once a
/// silo runs, even if all silos and fronts have died. An engine in one process keeps no reminders: its start wakes the
/// batches, and this class does nothing.
/// </summary>
public sealed partial class BatchReminder(IServiceProvider services, ILogger<BatchReminder> log)
{
    /// <summary>The time between two reminders; the shortest that Orleans allows.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private const string Name = "wake";

    private readonly Outage _outage = new("reminder");

    private readonly IReminderRegistry? _registry = services.GetService<IReminderRegistry>();

    /// <summary>Makes sure that the batch has a reminder.</summary>
    /// <returns>True if the reminder is certain to exist.</returns>
    public Task<bool> SetAsync(GrainId batch) =>
        TryAsync(batch, registry => registry.RegisterOrUpdateReminder(batch, Name, Period, Period));

    /// <summary>Makes sure that the batch has no reminder.</summary>
    /// <returns>True if no reminder is certain to exist.</returns>
    public Task<bool> ClearAsync(GrainId batch) => TryAsync(batch, async registry =>
    {
        if (await registry.GetReminder(batch, Name) is { } kept) await registry.UnregisterReminder(batch, kept);
    });

    private async Task<bool> TryAsync(GrainId batch, Func<IReminderRegistry, Task> change)
    {
        if (_registry is null) return true;
        try
        {
            await change(_registry);
            if (_outage.Succeeds() is { } failures) Log.Works(log, failures);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The reminder is only the second safety net. The batch goes on and retries at its next tick.
            if (_outage.Fails(e.GetType().Name)) Log.NotChanged(log, batch, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The reminder of {Batch} could not be changed; further failures are only counted: {Reason}")]
        public static partial void NotChanged(ILogger log, GrainId batch, string reason);

        [LoggerMessage(2, LogLevel.Information, "Reminders can be changed again, after {Failures} failures")]
        public static partial void Works(ILogger log, int failures);
    }
}
