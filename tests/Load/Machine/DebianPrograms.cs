using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Machine;

/// <summary>Programs of Debian's packages that a comparison needs. What is missing is installed.</summary>
internal static class DebianPrograms
{
    private const string PostgresFolder = "/usr/lib/postgresql";

    /// <summary>Sees to it that wrk, Redis and PostgreSQL are there.</summary>
    /// <returns>Their versions.</returns>
    /// <exception cref="EngineException">One is missing and could not be installed; the message says how
    /// to.</exception>
    public static async Task<IReadOnlyList<string>> RequireAsync(CancellationToken cancellationToken)
    {
        List<string> missing = [];
        if (!IsOnPath("wrk")) missing.Add("wrk");
        if (!IsOnPath("redis-server")) missing.Add("redis-server");
        if (FindPostgres() is null) missing.Add("postgresql");
        if (missing.Count > 0)
        {
            Console.WriteLine($"Installing {string.Join(", ", missing)} …");
            string[] sudo = Environment.IsPrivilegedProcess ? [] : ["sudo"];
            string[] install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", .. missing];
            await RunAsync([.. sudo, "apt-get", "update", "-qq"], requires: true, cancellationToken);
            await RunAsync([.. sudo, .. install], requires: true, cancellationToken);
        }

        return
        [
            await VersionAsync("redis-server", cancellationToken),
            await VersionAsync(FindPostgres()!, cancellationToken),
            await VersionAsync("wrk", cancellationToken),
        ];
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="EngineException">It could not be started, or it is required to succeed and failed.</exception>
    public static async Task<string> RunAsync(string[] command, bool requires, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start) ?? throw new EngineException($"{command[0]} could not be started");
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken) + await errors;
        await process.WaitForExitAsync(cancellationToken);
        if (requires && process.ExitCode != 0)
            throw new EngineException($"{string.Join(' ', command)} failed:\n{text}");
        return text;
    }

    // wrk says its version and that it was told nothing to do.
    private static async Task<string> VersionAsync(string program, CancellationToken cancellationToken) =>
        (await RunAsync([program, "--version"], requires: false, cancellationToken)).Split('\n')[0].Trim();

    // The newest server; it is not on the path.
    private static string? FindPostgres() => !Directory.Exists(PostgresFolder)
        ? null
        : Directory.GetDirectories(PostgresFolder).Select(version => Path.Combine(version, "bin", "postgres"))
            .Where(File.Exists).OrderDescending(StringComparer.Ordinal).FirstOrDefault();

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
