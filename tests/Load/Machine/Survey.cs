using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansSale.Tests.Load.Compare.Figures;
using OrleansSale.Tests.Load.Compare.Report;

namespace OrleansSale.Tests.Load.Compare.Machine;

/// <summary>Describes what the measurements are made on and with.</summary>
internal static class Survey
{
    private const int Syncs = 200;
    private const int SyncedBytes = 4096;

    /// <summary>Describes it; takes a moment, for the disk is tried.</summary>
    public static async Task<Surroundings> TakeAsync(CancellationToken cancellationToken)
    {
        string[] programs =
        [
            RuntimeInformation.FrameworkDescription,
            await DebianPrograms.VersionAsync("redis-server", "--version", cancellationToken),
            await DebianPrograms.VersionAsync(DebianPrograms.FindPostgres()!, "--version", cancellationToken),
            await DebianPrograms.VersionAsync("wrk", "--version", cancellationToken),
        ];
        return Of(programs);
    }

    /// <summary>The machine, and these programs on it.</summary>
    public static Surroundings Of(IReadOnlyList<string> programs)
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return new Surroundings(
            $"{Environment.ProcessorCount} cores ({processor?.Split(':')[1].Trim() ?? "unknown"}), generator included; " +
                RuntimeInformation.OSDescription,
            programs,
            MeasureSync());
    }

    /// <summary>Where all the contenders' data is: what an append and its fsync take there, in µs.</summary>
    private static double MeasureSync()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            var bytes = new byte[SyncedBytes];
            var times = new List<double>(Syncs);
            for (var sync = 0; sync < Syncs; sync++)
            {
                var start = Stopwatch.GetTimestamp();
                file.Write(bytes);
                file.Flush(flushToDisk: true);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }

            return Spread.Of(times)!.Value.Median;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
