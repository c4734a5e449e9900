using System.CommandLine;
using System.Runtime.InteropServices;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Machine;
using OrleansSale.Tests.Load.Engine.Report;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>The command <c>engine</c>.</summary>
internal static class EngineCommand
{
    private const double LeastScale = 0.001;

    /// <summary>Makes it.</summary>
    public static Command Make()
    {
        var ledger = new Option<string>("--ledger") { Description = "Which ledger.", DefaultValueFactory = _ => MeasureOptions.Both };
        ledger.AcceptOnlyFromAmong(MeasureOptions.Sqlite, MeasureOptions.Postgres, MeasureOptions.Both);
        var scale = new Option<double>("--scale")
        {
            Description = "Size of the batches as a share of their full one.",
            DefaultValueFactory = _ => 1,
        };
        scale.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= LeastScale and <= 1)) result.AddError($"--scale must be within {LeastScale}…1.");
        });
        var rounds = Numbers.Option("--rounds", 3, 1, 100, "How often everything is measured.");
        var calls = Numbers.Option("--calls", 8, 1, 64, "Calls of 256 under way at a time: as of so many fronts.");
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the report." };
        json.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo?>() is { Directory.Exists: false } file) result.AddError($"--json: there is no folder {file.DirectoryName}.");
        });

        var command = new Command("engine", "Measures the batch actor on its durable ledger, without HTTP.") { ledger, scale, rounds, calls, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new MeasureOptions
            {
                Ledgers = MeasureOptions.LedgersOf(parsed.GetValue(ledger)!),
                Scale = parsed.GetValue(scale),
                Rounds = parsed.GetValue(rounds),
                CallsInFlight = parsed.GetValue(calls),
            },
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(MeasureOptions options, FileInfo? json, CancellationToken cancellationToken)
    {
        try
        {
            if (!EngineSettings.AreOn) return await EngineSettings.RunAgainAsync(cancellationToken);
            var surroundings = Survey.Of([RuntimeInformation.FrameworkDescription]);
            var results = await new MeasureRun(options).RunAsync(cancellationToken);
            var report = MeasureFindings.Report(options, results, surroundings);
            MeasureTable.Print(report);
            if (json is not null) await File.WriteAllTextAsync(json.FullName, report.ToJson() + "\n", cancellationToken);
            return report.Failures.Count == 0 ? 0 : 1;
        }
        catch (EngineException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }
}
