using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// Tells the catalogue the schedule that an operator has set: one call at a time, each tick, until it has answered. An
/// activation tells it once, because the call of the one before may not have arrived.
/// </summary>
internal sealed partial class ScheduleNote(SaleBatch batch, IGrainFactory grains, ILogger log)
{
    private static readonly Outage Noting = new("schedule");

    // A front that has never read the batch sorts it by the earlier schedule until this has worked.
    private readonly RetriedCall _call = new(
        Noting, reason => Log.NotNoted(log, batch.Terms!.Id, reason), failures => Log.Notes(log, failures));
    private Schedule? _noted;

    /// <summary>Notes the schedule in force, if it is not the one that was noted last.</summary>
    /// <param name="committed">The last entry that is durable.</param>
    public void Start(long committed)
    {
        var directing = batch.Directing;
        if (directing.RescheduledAt is not (> 0 and var seq) || seq > committed) return;
        var schedule = directing.Schedule;
        if (_noted == schedule) return;
        _call.Start(async () =>
        {
            await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).NoteScheduleAsync(batch.Terms!.Id, schedule);
            _noted = schedule;
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The catalogue could not note the schedule of batch {Batch}; it is retried, and others are only counted: "
                + "{Reason}")]
        public static partial void NotNoted(ILogger log, string batch, string reason);

        [LoggerMessage(2, LogLevel.Information, "The catalogue notes schedules again, after {Failures} failures")]
        public static partial void Notes(ILogger log, int failures);
    }
}
