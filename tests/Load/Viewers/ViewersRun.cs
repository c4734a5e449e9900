using System.CommandLine;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>How many watch, and what is sold before their eyes.</summary>
internal sealed record ViewersOptions : ExperimentOptions
{
    [Description("Event streams."), Range(1, 1_000_000)]
    public int Viewers { get; init; } = 10_000;

    [Description("Sign the viewers in: each has the stream with their own orders.")]
    public bool SignedIn { get; init; }

    [Description("Sales without viewers and with them, by turns."), Range(1, 100)]
    public int Rounds { get; init; } = 3;

    [Description("Purchases by which throughput is measured in each sale."), Range(100, 1_000_000)]
    public int Purchases { get; init; } = 40_000;
}

/// <summary>Sales by turns: one that nobody watches, and one that everybody does, through all its phases.</summary>
internal sealed class ViewersRun(ViewersOptions options)
{
    /// <summary>Keep-alive connections of the purchases, in a closed loop.</summary>
    public const int Connections = 64;

    /// <summary>An engine gets faster for some sales. Without these the watched sale would gain from that.</summary>
    private const int WarmUpSales = 3;

    /// <summary>Files that a process has open besides its viewers' connections.</summary>
    private const int OtherFiles = 1_000;

    private readonly EngineSecrets _secrets = EngineSecrets.Make();

    /// <summary>The command <c>viewers</c>.</summary>
    public static Command Command() => Experiment.Of<ViewersOptions>(
        "viewers", "Sells before the eyes of many viewers, and checks what they are told and what they cost.",
        async (options, cancellationToken) =>
        {
            RequireFiles(options.Viewers);
            var rounds = await new ViewersRun(options).RunAsync(cancellationToken);
            var columns = rounds.Select((round, index) => ($"round {index + 1}", Figures.Of(round))).ToList();
            return new Report
            {
                Surroundings = Survey.Take(),
                Figures = new Figures { ["viewers"] = options.Viewers, ["rounds"] = rounds },
                Tables = [FigureTable.SideBySide($"{options.Viewers} viewers", columns)],
                Goals = ViewersFindings.Aims(rounds),
                Notes =
                    [.. Survey.Disturbance(rounds.SelectMany(round => round.Parts).Select(part => part.OthersShare))],
                Checks = ViewersFindings.Judge(rounds, options.Viewers),
                Failures = [.. rounds.SelectMany(round => round.Violations)],
            };
        });

    /// <summary>The figures of a sale now that its purchases have been sent.</summary>
    /// <exception cref="EngineException">Not all were accepted.</exception>
    public static async Task<WatchedSale> MeasureAsync(Market market, Requests purchases) => new(
        Market.RequireAll(purchases), market.Engine.Usage().ResidentBytes / 1e6,
        await market.Engine.ManagedMegabytesAsync());

    private async Task<IReadOnlyList<ViewersRound>> RunAsync(CancellationToken cancellationToken)
    {
        await using var engine = await Progress.StageAsync("Start the engine", () =>
            EngineUnderLoad.StartAsync(_secrets, keeps: false, adjust: null, cancellationToken));
        return await Market.RunAsync(engine, _secrets, async market =>
        {
            for (var sale = 1; sale <= WarmUpSales; sale++)
                await Progress.StageAsync($"Warm up {sale}", () => SellUnwatchedAsync(market, cancellationToken));
            var rounds = new List<ViewersRound>();
            for (var round = 1; round <= options.Rounds; round++)
            {
                var (without, violations) = await Progress.StageAsync(
                    $"Round {round}, nobody watches", () => SellUnwatchedAsync(market, cancellationToken));
                rounds.Add(await Progress.StageAsync($"Round {round}, {options.Viewers} watch", async () =>
                {
                    var batch = market.NextBatch();
                    var request = RequestOf(market.Writer, batch);
                    using var crowd = new Crowd(options.Viewers, engine.Fronts[0], request, round);
                    return await new WatchedRound(market, crowd, options, batch)
                        .RunAsync(without, violations, cancellationToken);
                }));
            }

            return rounds;
        });
    }

    private Func<int, byte[]> RequestOf(RequestWriter writer, string batch)
    {
        if (options.SignedIn) return viewer => writer.WatchOwn(batch, viewer);
        var request = writer.Watch(batch);
        return _ => request;
    }

    private async Task<(WatchedSale Sale, IReadOnlyList<string> Violations)> SellUnwatchedAsync(
        Market market, CancellationToken cancellationToken)
    {
        var (batch, sold) = await market.SellOutAsync(
            options.Purchases, requests => market.SendAsync(requests, Connections, cancellationToken));
        var sale = await MeasureAsync(market, sold);
        return (sale, (await market.AuditAsync(batch, cancellationToken, sold)).Violations);
    }

    // The runtime has raised the limit as far as it may by itself, here and in the engine.
    private static void RequireFiles(int viewers)
    {
        var limit = File.ReadLines("/proc/self/limits")
            .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        if (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            && viewers + OtherFiles > most)
            throw new EngineException(
                $"{viewers} viewers need more open files than the {most} that are allowed here (ulimit -Hn)");
    }
}
