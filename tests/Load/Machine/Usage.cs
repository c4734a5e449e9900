using System.Runtime.InteropServices;

namespace OrleansSale.Tests.Load.Machine;

/// <summary>Where the processor time of a measurement went.</summary>
/// <param name="HostSeconds">To the server that is measured; the engine's includes its SQLite store.</param>
/// <param name="OthersShare">Share of the machine that programs took that are no part of this, 0…1.</param>
internal sealed record Usage(double HostSeconds, double StoreSeconds, double GeneratorSeconds, double OthersShare)
{
    /// <summary>Share of the machine that other programs may take on a quiet one.</summary>
    private const double QuietShare = 0.05;

    /// <summary>The name of <see cref="OthersShare"/> among the figures of a turn.</summary>
    public const string Others = "othersShare";

    /// <summary>What other programs did to the turns, if it was so much that the figures are worth less.</summary>
    public static IEnumerable<string> Disturbance(IEnumerable<Reading> turns)
    {
        var shares = turns.Where(turn => turn.Figures.ContainsKey(Others)).Select(turn => turn.Figures[Others]);
        if (Spread.Of(shares) is { Median: > QuietShare } others)
        {
            yield return Invariant($"NOT QUIET: other programs took {others.Median:p0} of the machine ") +
                Invariant($"(median; {others.Least:p0}–{others.Most:p0}).");
        }
    }
}

/// <summary>Notes processor times, and tells afterwards where they went.</summary>
/// <param name="host">The process of the server; null: it is this one.</param>
/// <param name="store">The process of the store beside it; null: there is none.</param>
internal sealed class UsageMeter(int? host = null, int? store = null)
{
    private readonly (long At, double Host, double Store, double Ours, double Busy) _start = Now(host, store);

    public Usage Stop()
    {
        var end = Now(host, store);
        var (hosts, stores, ours) = (end.Host - _start.Host, end.Store - _start.Store, end.Ours - _start.Ours);
        var machine = Stopwatch.GetElapsedTime(_start.At, end.At).TotalSeconds * Environment.ProcessorCount;
        var others = (end.Busy - _start.Busy - ours) / machine;
        return new Usage(hosts, stores, Math.Max(0, ours - hosts - stores), Math.Clamp(others, 0, 1));
    }

    private static (long At, double Host, double Store, double Ours, double Busy) Now(int? host, int? store)
    {
        var tree = ProcessTree.Read();
        return (Stopwatch.GetTimestamp(), SecondsOf(host), SecondsOf(store), SecondsOf(Environment.ProcessId),
            ProcessTree.ReadMachineBusy().TotalSeconds);

        double SecondsOf(int? process) => process is { } one ? tree.ProcessorOf(one).TotalSeconds : 0;
    }
}

/// <summary>The machine and its disk, on which figures depend.</summary>
/// <param name="FsyncMicroseconds">Median of an append of 4 KiB and its fsync where the data was, in µs.</param>
internal sealed record Surroundings(string Machine, double FsyncMicroseconds)
{
    private const int Syncs = 200, SyncedBytes = 4096;

    /// <summary>It takes a moment, because the disk is tried.</summary>
    public static Surroundings Survey()
    {
        var processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return new Surroundings(
            $"{Environment.ProcessorCount} cores ({processor?.Split(':')[1].Trim() ?? "unknown"}), generator included; "
                + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
            MeasureSync());
    }

    private static double MeasureSync()
    {
        using var folder = new ScratchFolder();
        using var file = new FileStream(
            Path.Combine(folder.Path, "tried"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var bytes = new byte[SyncedBytes];
        return Spread.Of(Enumerable.Range(0, Syncs), _ =>
        {
            var start = Stopwatch.GetTimestamp();
            file.Write(bytes);
            file.Flush(flushToDisk: true);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }).Median;
    }
}
