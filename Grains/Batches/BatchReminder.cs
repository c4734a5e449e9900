using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Timers;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// A cluster's reminder for each batch that has something to do: whatever happens to silos and fronts, it is awake
/// again within <see cref="Period"/> of there being a silo. Where no reminders are kept (an engine alone in its
/// process), the start wakes the batches, and this does nothing.
/// </summary>
public sealed partial class BatchReminder(IServiceProvider services, ILogger<BatchReminder> log)
{
    /// <summary>Between two reminders; Orleans allows no less.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private const string Name = "wake";

    private readonly Outage _outage = new("reminder");

    private readonly IReminderRegistry? _registry = services.GetService<IReminderRegistry>();

    /// <summary>Sees to it that there is one.</summary>
    /// <returns>Whether there is for certain.</returns>
    public Task<bool> SetAsync(GrainId batch) =>
        TryAsync(batch, registry => registry.RegisterOrUpdateReminder(batch, Name, Period, Period));

    /// <summary>Sees to it that there is none.</summary>
    /// <returns>Whether there is none for certain.</returns>
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
            // It is the second net only; the batch goes on, and tries again at its next tick.
            if (_outage.Fails(e.GetType().Name)) Log.NotChanged(log, batch, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The reminder of {Batch} could not be changed, and others are only counted: {Reason}")]
        public static partial void NotChanged(ILogger log, GrainId batch, string reason);

        [LoggerMessage(2, LogLevel.Information, "Reminders are changed again, after {Failures} that could not be")]
        public static partial void Works(ILogger log, int failures);
    }
}
