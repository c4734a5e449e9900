using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Postgres;
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

    public static IEnumerable<string> Disturbance(IEnumerable<double> othersShares)
    {
        if (Spread.Of(othersShares) is { Median: > Quiet.Share } others)
        {
            yield return Invariant($"NOT QUIET: other programs took {others.Median:p0} of the machine ") +
                Invariant($"(median; {others.Least:p0}–{others.Most:p0}).");
        }
    }

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

/// <summary>
/// Programs of Debian's packages that a comparison needs. What is missing is installed, as the tests do.
/// </summary>
internal static class DebianPrograms
{
    private const string Install = "source tests/packages.sh && install_postgresql && install_redis && install_wrk";

    public static async Task<IReadOnlyList<string>> RequireAsync(CancellationToken cancellationToken)
    {
        var (status, text) = await RunAsync(["bash", "-c", Install], cancellationToken);
        if (status != 0) throw new EngineException($"what is compared could not be installed:\n{text}");
        string[] programs = ["redis-server", Path.Combine(PostgresServer.FindPrograms(), "postgres"), "wrk"];
        List<string> versions = [];
        foreach (var program in programs)
            versions.Add((await RunAsync([program, "--version"], cancellationToken)).Text.Split('\n')[0].Trim());
        return versions;
    }

    // wrk's status says that it was told nothing to do.
    private static async Task<(int Status, string Text)> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = WorkingCopy.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new EngineException($"{command[0]} could not be started");
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken) + await errors;
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, text);
    }
}
