using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Grains.Payments;

/// <summary>The metrics of refunds of this silo's batches.</summary>
public sealed class RefundWatch : IDisposable
{
    private static readonly ProcessGauge StalledCount = new("sale.refunds.stalled", "{refund}",
        "Refunds that are owed and that the provider refused or did not answer at the last try.",
        all => all.Sum());

    private static readonly ProcessGauge OldestStalled = new("sale.refunds.stalled.oldest", "s",
        "How long the oldest stalled refund has been stalled.", all => all.DefaultIfEmpty().Max());

    // Never disposed: all engines of the process share it.
    private static readonly Counter<long> Attempts = new Meter(EngineMeter.Name).CreateCounter<long>(
        "sale.refund.attempts", "{attempt}", "Tries to make a refund, by outcome.");

    private readonly TimeProvider _timeProvider;

    // It has only batches with stalled refunds.
    private readonly ConcurrentDictionary<string, Stalled> _stalled = new(StringComparer.Ordinal);

    /// <summary>Registers the instruments.</summary>
    public RefundWatch(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        StalledCount.Add(this, () => _stalled.Values.Sum(batch => batch.Count));
        OldestStalled.Add(this, OldestSeconds);
    }

    /// <summary>Counts a try of a refund.</summary>
    public static void Count(RefundOutcome outcome)
    {
        var name = outcome switch
        {
            RefundOutcome.Made => "made",
            RefundOutcome.MadeElsewhere => "made-elsewhere",
            RefundOutcome.Refused => "refused",
            RefundOutcome.Unanswered => "unanswered",
            RefundOutcome.UnderWay => "under-way",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "unknown outcome"),
        };
        Attempts.Add(1, new KeyValuePair<string, object?>("outcome", name));
    }

    /// <summary>
    /// Records the number of stalled refunds of a batch, and the timestamp at which the oldest stalled.
    /// </summary>
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
