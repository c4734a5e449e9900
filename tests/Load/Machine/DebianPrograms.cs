using System.Diagnostics;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Engine.Postgres;

namespace OrleansSale.Tests.Load.Machine;

/// <summary>
/// Programs of Debian's packages that a comparison needs. What is missing is installed, as the tests do.
/// </summary>
internal static class DebianPrograms
{
    private const string Install = "source tests/packages.sh && install_postgresql && install_redis && install_wrk";

    /// <summary>Sees to it that PostgreSQL, Redis and wrk are there.</summary>
    /// <returns>Their versions.</returns>
    /// <exception cref="EngineException">One is missing and could not be installed.</exception>
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
