using System.CommandLine;
using OrleansSale.Tests.Engine;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>The command <c>sellout</c>.</summary>
internal static class SelloutCommand
{
    private const int MostProcesses = 16, MostRounds = 100;

    /// <summary>Makes it.</summary>
    public static Command Make()
    {
        var units = Numbers.Option("--units", 50_000, 1, 10_000_000, "Units in the batch.");
        var buyers = Numbers.Option("--buyers", 60_000, 1, 1_000_000, "Users who reserve and buy one unit each.");
        var connections = Numbers.Option("--connections", 256, 1, 10_000, "Keep-alive connections.");
        var arrival = new Option<double>("--arrival-seconds")
        {
            Description = "Over how long the buyers arrive, evenly; 0: all at the opening.",
        };
        var keyed = Numbers.Option("--keyed-percent", 50, 0, 100, "Share of buyers who send an Idempotency-Key.");
        var doubled = Numbers.Option("--double-click-percent", 2, 0, 100, "Share of buyers who double-click.");
        var reserve = new Option<double?>("--reserve-seconds")
        {
            Description = "From the batch's creation to the opening; by default what a rehearsal foresees.",
        };
        var silos = Numbers.Option(
            "--cluster", 0, 0, MostProcesses, "Silos of a cluster on a PostgreSQL of its own; 0: one process on SQLite files.");
        var fronts = Numbers.Option("--fronts", 1, 1, MostProcesses, "Fronts of the cluster.");
        var compare = Numbers.Option(
            "--compare", 0, 0, MostRounds, "Runs one process and the cluster (--cluster, 1 by default) by turns, so often each.");
        var seed = Numbers.Option("--seed", 0, 0, int.MaxValue, "Decides who does what; 0: a random one, which is printed.");
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the report." };
        var keep = new Option<bool>("--keep") { Description = "Keep the engine's data." };

        var command = new Command("sellout", "Sells a batch to many buyers at once, and audits the ledger.")
            { units, buyers, connections, arrival, keyed, doubled, reserve, silos, fronts, compare, seed, json, keep };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new SelloutOptions
            {
                Silos = Math.Max(parsed.GetValue(silos), parsed.GetValue(compare) > 0 ? 1 : 0),
                Fronts = parsed.GetValue(fronts),
                Units = parsed.GetValue(units),
                Buyers = parsed.GetValue(buyers),
                Connections = parsed.GetValue(connections),
                ArrivalSeconds = Math.Max(0, parsed.GetValue(arrival)),
                KeyedPercent = parsed.GetValue(keyed),
                DoubleClickPercent = parsed.GetValue(doubled),
                ReserveSeconds = parsed.GetValue(reserve),
                Seed = parsed.GetValue(seed) is var given and > 0 ? given : Random.Shared.Next(1, 1_000_000),
                Keep = parsed.GetValue(keep),
            },
            parsed.GetValue(compare),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        SelloutOptions options, int rounds, FileInfo? json, CancellationToken cancellationToken)
    {
        AnsiConsole.WriteLine($"Selling {options.Units} units to {options.Buyers} buyers; seed {options.Seed}.");
        try
        {
            if (rounds > 0) return await SelloutComparison.RunAsync(options, rounds, json, cancellationToken);
            var report = await SelloutRun.ShowAsync(options, cancellationToken);
            if (json is not null)
                await File.WriteAllTextAsync(json.FullName, report.ToJson() + "\n", cancellationToken);
            return report.Failures.Count == 0 ? 0 : 1;
        }
        catch (EngineException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }
}
