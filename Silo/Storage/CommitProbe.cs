using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// Writes a little now and then while no commit does, so that a fault of the storage is known before a buyer meets it.
/// </summary>
public sealed class CommitProbe(IProbedLedger ledger) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // Not waited for: it is never more than one, and looking goes on while it hangs.
                if (ledger.Commits.IsProbeDue) _ = ProbeAsync();
                ledger.Commits.NoteLate();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The watch knows of every failure already.")]
    private async Task ProbeAsync()
    {
        try
        {
            await ledger.ProbeAsync(ledger.Commits.ProbeBytes);
        }
        catch (Exception)
        {
            // The watch logs it.
        }
    }
}
