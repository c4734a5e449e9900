using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Grains.Payments;

/// <summary>The refunds of this silo's batches in figures.</summary>
public sealed class RefundWatch : IDisposable
{
    private static readonly ProcessGauge StalledCount = new("sale.refunds.stalled", "{refund}",
        "Refunds that are owed and that the provider refused or did not answer when it was last asked.",
        all => all.Sum());

    private static readonly ProcessGauge OldestStalled = new("sale.refunds.stalled.oldest", "s",
        "For how long the oldest of them has stalled.", all => all.DefaultIfEmpty().Max());

    // Never disposed: it is the one of all engines of the process.
    private static readonly Counter<long> Attempts = new Meter(EngineMeter.Name).CreateCounter<long>(
        "sale.refund.attempts", "{attempt}", "Tries to pay money back, by outcome.");

    private readonly TimeProvider _timeProvider;

    // Only batches with stalled refunds are in it.
    private readonly ConcurrentDictionary<string, Stalled> _stalled = new(StringComparer.Ordinal);

    /// <summary>Registers the instruments.</summary>
    public RefundWatch(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        StalledCount.Add(this, () => _stalled.Values.Sum(batch => batch.Count));
        OldestStalled.Add(this, OldestSeconds);
    }

    /// <summary>Counts a try.</summary>
    public static void Count(RefundOutcome outcome)
    {
        var name = outcome switch
        {
            RefundOutcome.Made => "made",
            RefundOutcome.MadeElsewhere => "made-elsewhere",
            RefundOutcome.Refused => "refused",
            RefundOutcome.Unanswered => "unanswered",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "unknown outcome"),
        };
        Attempts.Add(1, new KeyValuePair<string, object?>("outcome", name));
    }

    /// <summary>Notes how many refunds of a batch are stalled, and since when (a timestamp) the oldest.</summary>
    public void Note(string batch, int stalled, long oldest)
    {
        if (stalled > 0) _stalled[batch] = new Stalled(stalled, oldest);
        else _stalled.TryRemove(batch, out _);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        StalledCount.Remove(this);
        OldestStalled.Remove(this);
    }

    private double OldestSeconds()
    {
        var oldest = 0.0;
        foreach (var batch in _stalled.Values)
            oldest = Math.Max(oldest, _timeProvider.GetElapsedTime(batch.Oldest).TotalSeconds);
        return oldest;
    }

    private readonly record struct Stalled(int Count, long Oldest);
}
