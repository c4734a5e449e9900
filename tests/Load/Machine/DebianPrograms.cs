using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare.Machine;

/// <summary>Programs of Debian's packages that a comparison needs. What is missing is installed.</summary>
internal static class DebianPrograms
{
    private const string PostgresFolder = "/usr/lib/postgresql";

    /// <summary>Sees to it that wrk, Redis and PostgreSQL are there.</summary>
    /// <exception cref="EngineException">One is missing and could not be installed; the message says how to.</exception>
    public static async Task RequireAsync(CancellationToken cancellationToken)
    {
        List<string> missing = [];
        if (!IsOnPath("wrk")) missing.Add("wrk");
        if (!IsOnPath("redis-server")) missing.Add("redis-server");
        if (FindPostgres() is null) missing.Add("postgresql");
        if (missing.Count == 0) return;
        Console.WriteLine($"Installing {string.Join(", ", missing)} …");
        string[] sudo = Environment.IsPrivilegedProcess ? [] : ["sudo"];
        await RunAsync([.. sudo, "apt-get", "update", "-qq"], cancellationToken);
        await RunAsync([.. sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", .. missing], cancellationToken);
    }

    /// <summary>The first line of what a program says of its version.</summary>
    public static async Task<string> VersionAsync(string program, string argument, CancellationToken cancellationToken)
    {
        using var process = Start([program, argument]);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken) + await errors;
        await process.WaitForExitAsync(cancellationToken);
        return text.Split('\n')[0].Trim();
    }

    /// <summary>The newest PostgreSQL server, which is not on the path; null if there is none.</summary>
    public static string? FindPostgres() => !Directory.Exists(PostgresFolder)
        ? null
        : Directory.GetDirectories(PostgresFolder).Select(version => Path.Combine(version, "bin", "postgres"))
            .Where(File.Exists).OrderDescending(StringComparer.Ordinal).FirstOrDefault();

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new EngineException($"{string.Join(' ', command)} failed:\n{errors}");
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        return Process.Start(start) ?? throw new EngineException($"{command[0]} could not be started");
    }
}
