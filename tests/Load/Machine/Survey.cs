using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Machine;

/// <summary>Where it was measured.</summary>
/// <param name="Machine">Cores, processor, system.</param>
/// <param name="Programs">Versions of what was measured and measured with.</param>
/// <param name="FsyncMicroseconds">Median of an append of 4 KiB and its fsync where the data was, in µs.</param>
internal sealed record Surroundings(string Machine, IReadOnlyList<string> Programs, double FsyncMicroseconds);

/// <summary>Describes what the measurements are made on and with.</summary>
internal static class Survey
{
    private const int Syncs = 200, SyncedBytes = 4096;

    /// <summary>The machine, .NET, and these programs. It takes a moment, because the disk is tried.</summary>
    public static Surroundings Take(params IEnumerable<string> programs)
    {
        var processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return new Surroundings(
            $"{Environment.ProcessorCount} cores ({processor?.Split(':')[1].Trim() ?? "unknown"}), generator included; "
                + RuntimeInformation.OSDescription,
            [RuntimeInformation.FrameworkDescription, .. programs],
            MeasureSync());
    }

    /// <summary>What other programs did to a measurement, if it was so much that the figures are worth less.</summary>
    public static IEnumerable<string> Disturbance(IEnumerable<double> othersShares)
    {
        if (Spread.Of(othersShares) is { Median: > Quiet.Share } others)
        {
            yield return Invariant($"NOT QUIET: other programs took {others.Median:p0} of the machine ") +
                Invariant($"(median; {others.Least:p0}–{others.Most:p0}).");
        }
    }

    /// <summary>An append and its fsync where all data is, in µs.</summary>
    private static double MeasureSync()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            var bytes = new byte[SyncedBytes];
            return Spread.Of(Enumerable.Range(0, Syncs), _ =>
            {
                var start = Stopwatch.GetTimestamp();
                file.Write(bytes);
                file.Flush(flushToDisk: true);
                return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }).Median;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
