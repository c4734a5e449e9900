using HdrHistogram;

namespace OrleansSale.Tests.Load.Wire;

internal static class LatencyHistogram
{
    /// <summary>The longest latency that is told apart: an hour.</summary>
    private const long LongestMicroseconds = 3_600_000_000;
    private const int SignificantDigits = 3;

    public static LongHistogram Of(IEnumerable<TimeSpan?> latencies)
    {
        var histogram = new LongHistogram(LongestMicroseconds, SignificantDigits);
        foreach (var latency in latencies)
        {
            if (latency is { } known)
                histogram.RecordValue(Math.Clamp((long)known.TotalMicroseconds, 1, LongestMicroseconds));
        }

        return histogram;
    }

    public static double Milliseconds(this HistogramBase latencies, double percentile) =>
        latencies.TotalCount == 0 ? 0 : latencies.GetValueAtPercentile(percentile) / 1e3;
}

/// <summary>Latencies from the intended start, in milliseconds; all 0 if there were none.</summary>
internal sealed record LatencyRow(long Count, double P50, double P99, double P999, double Max)
{
    public static LatencyRow Of(LongHistogram latencies) => new(
        latencies.TotalCount, latencies.Milliseconds(50), latencies.Milliseconds(99), latencies.Milliseconds(99.9),
        latencies.Milliseconds(100));
}
