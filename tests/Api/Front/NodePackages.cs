using System.Diagnostics;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Front;

/// <summary>The programs of <c>tests/TypeScript</c>, which <c>tests/run</c> installs.</summary>
internal static class NodePackages
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private static string Folder => Path.Combine(WorkingCopy.Root, "tests", "TypeScript");

    /// <summary>Runs <c>node</c>, or a program by its path there, and demands that it succeeds; what it said.</summary>
    public static async Task<string> SucceedAsync(string program, params string[] arguments)
    {
        var (status, said, error) = await RunAsync(program, arguments);
        status.ShouldBe(0, $"{program}: {said}{error}");
        return said;
    }

    /// <summary>Runs it.</summary>
    public static async Task<(int Status, string Said, string Error)> RunAsync(
        string program, params string[] arguments)
    {
        Directory.Exists(Path.Combine(Folder, "node_modules"))
            .ShouldBeTrue("tests/run installs what this needs; by hand: npm ci --prefix tests/TypeScript");
        var start = new ProcessStartInfo(program == "node" ? program : Path.Combine(Folder, program), arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["REDOCLY_TELEMETRY"], start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"]) = ("off", "true");
        using var process = Process.Start(start)!;
        using var bound = new CancellationTokenSource(Bound);
        var (output, error) =
            (process.StandardOutput.ReadToEndAsync(bound.Token), process.StandardError.ReadToEndAsync(bound.Token));
        await process.WaitForExitAsync(bound.Token);
        return (process.ExitCode, await output, await error);
    }
}
