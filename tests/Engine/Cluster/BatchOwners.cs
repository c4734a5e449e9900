using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace OrleansSale.Tests.Engine.Cluster;

/// <summary>Which silo has which batch, read from what silos write when they take one.</summary>
public sealed partial class BatchOwners
{
    private readonly ConcurrentDictionary<string, int> _owners = new(StringComparer.Ordinal);

    /// <summary>The silo, by its index, that took the batch last; null: none did. It may have ended since.</summary>
    public int? Of(string batch) => _owners.TryGetValue(batch, out var silo) ? silo : null;

    /// <summary>Takes note of a line that a silo wrote.</summary>
    internal void Read(int silo, string line)
    {
        if (Taken().Match(line) is { Success: true } taken) _owners[taken.Groups[1].Value] = silo;
    }

    [GeneratedRegex(@"Batch (\S+) activated at entry \d+")]
    private static partial Regex Taken();
}
