using System.CommandLine;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Machine;
using OrleansSale.Tests.Load.Compare.Pictures;
using OrleansSale.Tests.Load.Compare.Report;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>The command <c>compare</c>.</summary>
internal static class CompareCommand
{
    private static readonly string[] Notes =
    [
        "I3 is not audited here: the tickets are signed with the contender's key by this program, and no reservation stands behind them.",
        "Each contender has processes of its own, warmed up once; all others' stand still while it is measured (SIGSTOP). Every " +
            "measurement has a fresh batch, and every request a user of its own. The order rotates from round to round.",
        "A ratio is the median of the quotients within each round; each contender counts with the connections that suit it best.",
        "Comparators run on the engine's web server settings, runtime settings, logging and environment, check the ticket and write the " +
            "order by the engine's own code; they do not look at the request's body, and have nothing of the engine's other middleware and " +
            "telemetry. Redis takes no snapshots and rewrites no file meanwhile.",
    ];

    /// <summary>Makes it.</summary>
    public static Command Make()
    {
        var rounds = Numbers.Option("--rounds", 5, 1, 100, "How often everybody has a turn.");
        var seconds = Numbers.Option("--seconds", 3, 1, 600, "Length of a measurement of the closed loop.");
        var openSeconds = Numbers.Option("--open-seconds", 2, 1, 600, "Length of a measurement of the open loop.");
        var warmUp = Numbers.Option("--warm-up-seconds", 20, 1, 600, "Load on each contender before the first round, not counted.");
        var patience = Numbers.Option("--patience-seconds", 0, 0, 600, "How long a measurement may wait, and be repeated, for a quiet machine.");
        var connections = new Option<string>("--connections")
        {
            Description = "Connections of the closed loop, such as 64,256.",
            DefaultValueFactory = _ => "64,256",
        };
        var only = new Option<string?>("--only") { Description = "Letters or names of contenders, such as a,b,redis-always." };
        var quick = new Option<bool>("--quick") { Description = "One short round, to see that everything works; the figures say nothing." };
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the report." };
        var pictures = new Option<DirectoryInfo?>("--pictures") { Description = "The folder to draw the pictures in (SVG)." };
        connections.Validators.Add(result =>
        {
            if (Counts(result.GetValueOrDefault<string>()) is null)
                result.AddError($"--connections must be numbers within {Closed.WrkRun.Threads}…10000, such as 64,256.");
        });
        only.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } list && Contender.Named(list) is null)
                result.AddError($"--only must be of {string.Join(", ", Contender.All.Select(one => $"{one.Letter} {one.Name}"))}.");
        });

        var command = new Command("compare", "Compares the engine with what would be taken instead, and with the machine's limit.")
            { rounds, seconds, openSeconds, warmUp, patience, connections, only, quick, json, pictures };
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = new CompareOptions
            {
                Contenders = parsed.GetValue(only) is { } list ? Contender.Named(list)! : Contender.All,
                Rounds = parsed.GetValue(rounds),
                Seconds = parsed.GetValue(seconds),
                OpenSeconds = parsed.GetValue(openSeconds),
                WarmUpSeconds = parsed.GetValue(warmUp),
                Connections = Counts(parsed.GetValue(connections))!,
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
            };
            if (parsed.GetValue(quick)) options = options with { Rounds = 1, Seconds = 1, OpenSeconds = 1, WarmUpSeconds = 2, SoldOutUnits = 2_000 };
            return RunAsync(options, parsed.GetValue(json), parsed.GetValue(pictures), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CompareOptions options, FileInfo? json, DirectoryInfo? pictures, CancellationToken cancellationToken)
    {
        try
        {
            await DebianPrograms.RequireAsync(cancellationToken);
            var surroundings = await Survey.TakeAsync(cancellationToken);
            var turns = await new CompareRun(options).RunAsync(cancellationToken);
            var report = CompareFindings.Report(options, turns, surroundings, Notes);
            CompareTable.Print(report);
            if (json is not null) await File.WriteAllTextAsync(json.FullName, report.ToJson() + "\n", cancellationToken);
            if (pictures is not null) await ComparePictures.DrawAsync(report, pictures, cancellationToken);
            return report.Contenders.Any(contender => contender.IsOurs && contender.Findings.Count > 0) ? 1 : 0;
        }
        catch (EngineException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Nobody has asked for it: something took too long. As a cancellation it would end without a word.
            await Console.Error.WriteLineAsync(exception.ToString());
            return 2;
        }
    }

    private static List<int>? Counts(string? list)
    {
        var counts = new List<int>();
        foreach (var part in (list ?? "").Split(','))
        {
            if (!int.TryParse(part, out var count) || count < Closed.WrkRun.Threads || count > 10_000) return null;
            counts.Add(count);
        }

        return counts.Distinct().Count() == counts.Count ? counts : null;
    }
}
