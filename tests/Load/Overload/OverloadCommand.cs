using System.CommandLine;
using System.Runtime.InteropServices;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>The command <c>overload</c>.</summary>
internal static class OverloadCommand
{
    /// <summary>Makes it.</summary>
    public static Command Make()
    {
        var seconds = Numbers.Option("--seconds", 30, 5, 600, "Length of a flood.");
        var ledger = Numbers.Option("--ledger-per-second", 2_000, 100, 100_000, "What the slowed ledger takes in a second.");
        var connections = Numbers.Option("--connections", 10_000, 100, 100_000, "Keep-alive connections of a flood.");
        var slowedOnly = new Option<bool>("--slowed-only") { Description = "Leave out the flood at the real ledger." };
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the report." };
        var command = new Command("overload", "Asks for 2 and 4 times what the engine can do, and checks what becomes of it.")
            { seconds, ledger, connections, slowedOnly, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new OverloadOptions
            {
                Seconds = parsed.GetValue(seconds),
                LedgerPerSecond = parsed.GetValue(ledger),
                Connections = parsed.GetValue(connections),
                IncludesReal = !parsed.GetValue(slowedOnly),
            },
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(OverloadOptions options, FileInfo? json, CancellationToken cancellationToken)
    {
        try
        {
            var floods = await Progress.ShowAsync(progress => new OverloadRun(options, progress).RunAsync(cancellationToken));
            var report = new OverloadReport
            {
                Machine = $"{Environment.ProcessorCount} cores, generator included; {RuntimeInformation.OSDescription}; " +
                    RuntimeInformation.FrameworkDescription,
                LedgerPerSecond = options.LedgerPerSecond,
                Connections = options.Connections,
                Floods = floods,
                Checks = OverloadFindings.Judge(floods, options),
            };
            OverloadTable.Print(report);
            if (json is not null) await File.WriteAllTextAsync(json.FullName, report.ToJson() + "\n", cancellationToken);
            return report.Checks.All(check => check.Holds) ? 0 : 1;
        }
        catch (EngineException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }
}
