using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// Makes small writes now and then while there are no commits, so that a fault of the storage is found before a buyer
/// meets it.
/// </summary>
public sealed class CommitProbe(IProbedLedger ledger) : BackgroundService
{
    /// <summary>How often it checks whether a probe is due.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // The loop does not wait for the probe. There is never more than one, and the checks continue while it
                // hangs.
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
