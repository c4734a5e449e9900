using System.Globalization;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>Reads the engine's metrics in Prometheus' text format.</summary>
internal static class Metrics
{
    /// <summary>
    /// The runtime's own metric: the size of each generation after the last collection, without fragments.
    /// </summary>
    private const string HeapSize = "dotnet_gc_last_collection_heap_size_bytes";

    /// <summary>The managed heaps of all its processes after their last collections, in bytes; null if one does not report it.</summary>
    public static async Task<double?> ManagedHeapAsync(IEngineUnderLoad engine, TimeSpan answerWithin)
    {
        double? bytes = 0;
        foreach (var program in engine.Programs)
        {
            using var client = new EngineClient(program, answerWithin);
            bytes += ManagedHeapBytes(await client.MetricsAsync());
        }

        return bytes;
    }

    /// <summary>The managed heap after the last collection; null if the engine does not report it.</summary>
    public static double? ManagedHeapBytes(string metrics)
    {
        double? bytes = null;
        foreach (var line in metrics.Split('\n'))
        {
            if (!line.StartsWith(HeapSize, StringComparison.Ordinal)) continue;
            var value = line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0];
            if (double.TryParse(value, CultureInfo.InvariantCulture, out var size)) bytes = (bytes ?? 0) + size;
        }

        return bytes;
    }
}
