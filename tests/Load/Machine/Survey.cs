using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Postgres;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Machine;

/// <param name="FsyncMicroseconds">Median of an append of 4 KiB and its fsync where the data was, in µs.</param>
internal sealed record Surroundings(string Machine, IReadOnlyList<string> Programs, double FsyncMicroseconds);

internal static class Survey
{
    private const int Syncs = 200, SyncedBytes = 4096;

    /// <summary>Share of the machine that other programs may take on a quiet one.</summary>
    private const double QuietShare = 0.05;

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
        if (Spread.Of(othersShares) is { Median: > QuietShare } others)
        {
            yield return Invariant($"NOT QUIET: other programs took {others.Median:p0} of the machine ") +
                Invariant($"(median; {others.Least:p0}–{others.Most:p0}).");
        }
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

/// <summary>Debian's programs that a comparison needs.</summary>
internal static class DebianPrograms
{
    private const string Install = "source tests/packages.sh && install_postgresql && install_redis && install_wrk";

    /// <summary>Sees to it that PostgreSQL, Redis and wrk are there, as the tests do; their versions.</summary>
    public static async Task<IReadOnlyList<string>> RequireAsync(CancellationToken cancellationToken)
    {
        var (status, text) = await ExternalProgram.RunAsync("bash", ["-c", Install], cancellationToken);
        if (status != 0) throw new EngineException($"what is compared could not be installed:\n{text}");
        string[] programs = ["redis-server", Path.Combine(PostgresServer.FindPrograms(), "postgres"), "wrk"];
        // wrk's status says that it was told nothing to do.
        var told = await Task.WhenAll(
            programs.Select(program => ExternalProgram.RunAsync(program, ["--version"], cancellationToken)));
        return [.. told.Select(one => one.Text.Split('\n')[0].Trim())];
    }
}
