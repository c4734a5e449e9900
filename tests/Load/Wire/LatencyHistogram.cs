using HdrHistogram;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>Latencies as a histogram of microseconds.</summary>
internal static class LatencyHistogram
{
    /// <summary>The longest latency that is told apart: two minutes.</summary>
    private const long LongestMicroseconds = 120_000_000;

    private const int SignificantDigits = 3;

    /// <summary>Of those that are known.</summary>
    public static LongHistogram Of(IEnumerable<TimeSpan?> latencies)
    {
        var histogram = new LongHistogram(LongestMicroseconds, SignificantDigits);
        foreach (var latency in latencies)
        {
            if (latency is { } known) histogram.RecordValue(Math.Clamp((long)known.TotalMicroseconds, 1, LongestMicroseconds));
        }

        return histogram;
    }

    /// <summary>A percentile in milliseconds; 0 of an empty histogram.</summary>
    public static double Milliseconds(this HistogramBase latencies, double percentile) =>
        latencies.TotalCount == 0 ? 0 : latencies.GetValueAtPercentile(percentile) / 1e3;
}
