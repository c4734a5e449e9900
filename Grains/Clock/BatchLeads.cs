using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Grains.Clock;

/// <summary>Which of this silo's batches are ahead of the clock, and by how much.</summary>
public sealed class BatchLeads : IDisposable
{
    private static readonly ProcessGauge LongestLead = new("sale.clock.lead", "s",
        "How far the time of the batch that is furthest ahead of the clock is ahead of it.",
        all => all.DefaultIfEmpty().Max());

    // Only batches that are ahead are in it.
    private readonly ConcurrentDictionary<string, TimeSpan> _leads = new(StringComparer.Ordinal);

    /// <summary>None yet.</summary>
    public BatchLeads() => LongestLead.Add(this, () => Longest.TotalSeconds);

    /// <summary>How many there are.</summary>
    public int Count => _leads.Count;

    /// <summary>The longest lead; 0: none.</summary>
    public TimeSpan Longest => _leads.Values.DefaultIfEmpty().Max();

    /// <summary>Notes by how much a batch is ahead.</summary>
    public void Note(string batch, TimeSpan lead) => _leads[batch] = lead;

    /// <summary>Notes that a batch is not ahead, or not here any more.</summary>
    public void Forget(string batch) => _leads.TryRemove(batch, out _);

    /// <inheritdoc />
    public void Dispose() => LongestLead.Remove(this);
}
