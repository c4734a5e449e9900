using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>The command <c>viewers</c>.</summary>
internal static class ViewersCommand
{
    /// <summary>Files that a process has open besides its viewers' connections.</summary>
    private const int OtherFiles = 1_000;

    /// <summary>Makes it.</summary>
    public static Command Make()
    {
        var viewers = Numbers.Option("--viewers", 10_000, 1, 1_000_000, "Event streams.");
        var rounds = Numbers.Option("--rounds", 3, 1, 100, "Sales without viewers and with them, by turns.");
        var purchases = Numbers.Option("--purchases", 40_000, 100, 1_000_000, "Purchases by which throughput is measured in each sale.");
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the report." };
        var command = new Command("viewers", "Sells before the eyes of many viewers, and checks what they are told and what they cost.")
            { viewers, rounds, purchases, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new ViewersOptions
            {
                Viewers = parsed.GetValue(viewers),
                Rounds = parsed.GetValue(rounds),
                Purchases = parsed.GetValue(purchases),
            },
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ViewersOptions options, FileInfo? json, CancellationToken cancellationToken)
    {
        try
        {
            RequireFiles(options.Viewers);
            var rounds = await Progress.ShowAsync(progress => new ViewersRun(options, progress).RunAsync(cancellationToken));
            var report = new ViewersReport
            {
                Machine = $"{Environment.ProcessorCount} cores, viewers and buyers included; {RuntimeInformation.OSDescription}; " +
                    RuntimeInformation.FrameworkDescription,
                Viewers = options.Viewers,
                Rounds = rounds,
                ThroughputKept = ViewersFindings.ThroughputKept(rounds),
                Checks = ViewersFindings.Judge(rounds, options.Viewers),
            };
            ViewersTable.Print(report);
            if (json is not null) await File.WriteAllTextAsync(json.FullName, report.ToJson() + "\n", cancellationToken);
            return report.Checks.All(check => check.Holds) ? 0 : 1;
        }
        catch (EngineException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    // The runtime has raised the limit as far as it may by itself, here and in the engine.
    private static void RequireFiles(int viewers)
    {
        var limit = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        if (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && viewers + OtherFiles > most)
            throw new EngineException($"{viewers} viewers need more open files than the {most} that are allowed here (ulimit -Hn)");
    }
}
