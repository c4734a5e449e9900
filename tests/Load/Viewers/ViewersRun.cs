using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Viewers;

internal sealed record ViewersOptions : ExperimentOptions
{
    /// <summary>Files that a process has open besides its viewers' connections.</summary>
    private const int OtherFiles = 1_000;

    [Description("Event streams."), Range(1, 1_000_000)]
    public int Viewers { get; init; } = 10_000;

    [Description("Sign the viewers in: each has the stream with their own orders.")]
    public bool SignedIn { get; init; }

    [Description("Sales without viewers and with them, by turns."), Range(1, 100)]
    public int Rounds { get; init; } = 3;

    [Description("Purchases by which throughput is measured in each sale."), Range(100, 1_000_000)]
    public int Purchases { get; init; } = 40_000;

    // The runtime has raised the limit as far as it may by itself, here and in the engine.
    protected override string? Fault()
    {
        var limit = File.ReadLines("/proc/self/limits")
            .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(limit, CultureInfo.InvariantCulture, out var most) && Viewers + OtherFiles > most
            ? $"{Viewers} viewers need more open files than the {most} that are allowed here (ulimit -Hn)"
            : base.Fault();
    }
}

/// <summary>Sales by turns: one that nobody watches, and one that everybody does, through all its phases.</summary>
internal sealed class ViewersRun(ViewersOptions options)
{
    /// <summary>Keep-alive connections of the purchases, in a closed loop.</summary>
    public const int Connections = 64;

    /// <summary>An engine gets faster for some sales. Without these the watched sale would gain from that.</summary>
    private const int WarmUpSales = 3;

    public async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        await using var engine = await EngineUnderLoad.StartAsync(cancellationToken);
        var rounds = await Market.RunAsync(engine, market => SellAsync(market, cancellationToken));
        var columns = rounds.Select((round, index) => ($"round {index + 1}", Figures.Of(round))).ToList();
        return new Report
        {
            Surroundings = Survey.Take(),
            Figures = new Figures { ["viewers"] = options.Viewers, ["rounds"] = rounds },
            Tables = [FigureTable.SideBySide($"{options.Viewers} viewers", columns)],
            Goals = ViewersFindings.Aims(rounds),
            Notes = [.. Survey.Disturbance(rounds.SelectMany(round => round.Parts).Select(part => part.OthersShare))],
            Checks = ViewersFindings.Judge(rounds, options.Viewers),
            Failures = [.. rounds.SelectMany(round => round.Violations)],
        };
    }

    /// <summary>The figures of a sale now that its purchases have been sent.</summary>
    public static async Task<WatchedSale> MeasureAsync(Market market, Requests purchases) => new(
        Market.RequireAll(purchases), market.Engine.Usage().ResidentBytes / 1e6,
        await market.Engine.ManagedMegabytesAsync());

    private async Task<IReadOnlyList<ViewersRound>> SellAsync(Market market, CancellationToken cancellationToken)
    {
        Console.WriteLine("Warming up …");
        for (var sale = 1; sale <= WarmUpSales; sale++) await SellUnwatchedAsync(market, cancellationToken);
        var rounds = new List<ViewersRound>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            Console.WriteLine($"Round {round}: a sale that nobody watches, and one that {options.Viewers} do …");
            var (without, violations) = await SellUnwatchedAsync(market, cancellationToken);
            var batch = market.NextBatch();
            var request = RequestOf(market.Writer, batch);
            using var crowd = new Crowd(options.Viewers, market.Engine.Fronts[0], request, round);
            rounds.Add(await new WatchedRound(market, crowd, options, batch)
                .RunAsync(without, violations, cancellationToken));
        }

        return rounds;
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
        var (batch, sold) = await market.SellOutAsync(options.Purchases, Connections, cancellationToken);
        var sale = await MeasureAsync(market, sold);
        return (sale, (await market.AuditAsync(batch, cancellationToken, sold)).Violations);
    }
}
