using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Clock;

/// <summary>The batches of this silo that are ahead of the clock, and their leads.</summary>
public sealed class BatchLeads : IDisposable
{
    private static readonly ProcessGauge LongestLead = new("sale.clock.lead", "s",
        "The longest lead of a batch's time over the clock.",
        all => all.DefaultIfEmpty().Max());

    // It has only batches that are ahead.
    private readonly ConcurrentDictionary<string, TimeSpan> _leads = new(StringComparer.Ordinal);

    /// <summary>Starts without leads.</summary>
    public BatchLeads() => LongestLead.Add(this, () => Longest.TotalSeconds);

    /// <summary>The number of batches that are ahead.</summary>
    public int Count => _leads.Count;

    /// <summary>The longest lead; 0: none.</summary>
    public TimeSpan Longest => _leads.Values.DefaultIfEmpty().Max();

    /// <summary>Records the lead of a batch.</summary>
    public void Note(string batch, TimeSpan lead) => _leads[batch] = lead;

    /// <summary>Records that a batch is no longer ahead, or no longer on this silo.</summary>
    public void Forget(string batch) => _leads.TryRemove(batch, out _);

    /// <inheritdoc />
    public void Dispose() => LongestLead.Remove(this);
}
