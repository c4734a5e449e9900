using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// Writes a little now and then while no commit does, so that a fault of the storage is known before a buyer meets it; and
/// logs when a fault begins and ends.
/// </summary>
public sealed partial class CommitProbe(IProbedLedger ledger, ILogger<CommitProbe> log) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        string? told = null;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // Not waited for: it is never more than one, and looking goes on while it hangs.
                if (ledger.Commits.IsProbeDue) _ = ProbeAsync();
                var fault = ledger.Commits.Fault;
                if (fault == told) continue;
                if (fault is not null) Log.Faulty(log, fault);
                else Log.Sound(log);
                told = fault;
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a probe throws is reported to the watch already.")]
    private async Task ProbeAsync()
    {
        try
        {
            await ledger.ProbeAsync(ledger.Commits.ProbeBytes);
        }
        catch (Exception)
        {
            // Told by the watch.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The ledger takes no commits: {Fault}")]
        public static partial void Faulty(ILogger log, string fault);

        [LoggerMessage(2, LogLevel.Information, "The ledger takes commits again")]
        public static partial void Sound(ILogger log);
    }
}
