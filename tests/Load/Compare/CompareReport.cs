using System.Globalization;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Wire;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>What a comparison measured and found.</summary>
internal sealed record CompareReport : Report
{
    /// <summary>The percentiles that are reported and drawn.</summary>
    private static readonly double[] Percentiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100];
    public required int Rounds { get; init; }
    public required int Seconds { get; init; }
    public required int WarmUpSeconds { get; init; }
    public required IReadOnlyDictionary<string, double> Ratios { get; init; }
    public required IReadOnlyList<RatioReport> RatioSpreads { get; init; }
    public required IReadOnlyList<ContenderReport> Contenders { get; init; }
    public required IReadOnlyList<ClosedResult> ClosedLoop { get; init; }
    public required IReadOnlyList<OpenResult> OpenLoop { get; init; }

    public static CompareReport Of(
        CompareOptions options, IReadOnlyList<TurnResult> turns, Surroundings surroundings, IReadOnlyList<string> notes)
    {
        var ratios = Ratio.All.Select(ratio => ratio.Report(turns, options.Connections)).OfType<RatioReport>().ToList();
        var closed = turns.SelectMany(turn => turn.Closed).ToList();
        var contenders = options.Contenders.Select(contender => ContenderOf(contender, options, turns)).ToList();
        return new CompareReport
        {
            Surroundings = surroundings,
            Rounds = options.Rounds,
            Seconds = options.Seconds,
            WarmUpSeconds = options.WarmUpSeconds,
            Ratios = ratios.ToDictionary(ratio => ratio.Name, ratio => ratio.Peak.Median),
            RatioSpreads = ratios,
            Contenders = contenders,
            ClosedLoop = closed,
            OpenLoop = [.. turns.SelectMany(turn => turn.Open)],
            // A figure is worth little if others had the machine meanwhile, and it must say so itself.
            Notes = [.. notes, .. Survey.Disturbance(closed.Select(result => result.OthersShare))],
            Failures =
            [
                .. contenders.Where(contender => contender.IsOurs)
                    .SelectMany(contender => contender.Findings.Select(finding => $"{contender.Name}: {finding}")),
            ],
        };
    }

    public override IEnumerable<Table> Tables() => [Throughput(), RatioTable(), Latencies()];

    private static ContenderReport ContenderOf(
        Contender contender, CompareOptions options, IReadOnlyList<TurnResult> turns)
    {
        var own = turns.Where(turn => turn.Contender == contender).ToList();
        var closed = own.SelectMany(turn => turn.Closed).ToList();
        return new ContenderReport(
            contender.Letter, contender.Name, contender.Title, contender.Durability, contender.IsOurs,
            Spread.Of(own, turn => turn.Peak),
            options.Connections.ToDictionary(
                Ratio.Key, count =>
                    Spread.Of(closed.Where(result => result.Connections == count), result => result.PerSecond)),
            Spread.Of(closed, result => result.ServerMicroseconds).Median,
            Spread.Of(closed, result => result.GeneratorMicroseconds).Median,
            [.. options.OpenPercents.Select(percent => LatencyOf(percent, own))],
            [.. own.SelectMany(turn => turn.Findings).Distinct()]);
    }

    private static LatencyReport LatencyOf(int percent, IEnumerable<TurnResult> own)
    {
        var results = own.SelectMany(turn => turn.Open).Where(open => open.Percent == percent).ToList();
        var all = LatencyHistogram.Of([]);
        foreach (var result in results) all.Add(result.Latencies);
        return new LatencyReport(
            percent,
            Spread.Of(results, result => result.IntendedPerSecond).Median,
            results.Count(result => result.Sustained),
            Percentiles.ToDictionary(
                percentile => percentile.ToString(CultureInfo.InvariantCulture), all.Milliseconds));
    }

    private Table Throughput()
    {
        var table = PlainTable.New(
            "Answers a second: median (least–most) of the rounds",
            ["contender", "peak", .. ByConnections, "CPU µs: server + generator", "audit"]);
        foreach (var contender in Contenders)
        {
            table.Row(
            [
                $"{contender.Letter,-2} {contender.Title}", contender.PeakPerSecond.Told("n0"),
                .. contender.PerSecond.Values.Select(spread => spread.Told("n0")),
                Invariant($"{contender.ServerMicroseconds:0} + {contender.GeneratorMicroseconds:0}"),
                contender.Findings.Count == 0 ? contender.Durability : string.Join("; ", contender.Findings),
            ]);
        }

        return table;
    }

    private Table RatioTable()
    {
        var table = PlainTable.New(
            "Ratios, round by round: median (least–most)",
            ["ratio", "goal", "peak ÷ peak", .. ByConnections, "by processor time"]);
        foreach (var ratio in RatioSpreads)
        {
            table.Row(
            [
                ratio.Name, ratio.Goal is { } goal ? Invariant($"≥ {goal:0.00}") : "", ratio.Peak.Told("0.00"),
                .. ratio.ByConnections.Values.Select(spread => spread.Told("0.00")), ratio.ByProcessorTime.Told("0.00"),
            ]);
        }

        return table;
    }

    private Table Latencies()
    {
        string[] shown = ["50", "90", "99", "99.9", "100"];
        var table = PlainTable.New(
            "Open loop, ms from the intended start",
            ["contender", "arrivals", "p50", "p90", "p99", "p99.9", "max", "kept up"]);
        foreach (var (contender, latency) in Contenders.SelectMany(
            contender => contender.Latencies.Select(one => (contender, one))))
        {
            table.Row(
            [
                $"{contender.Letter,-2} {contender.Title}",
                Invariant($"{latency.Percent} %: {latency.IntendedPerSecond:n0}/s"),
                .. shown.Select(percentile => Invariant($"{latency.Milliseconds[percentile]:n1}")),
                $"{latency.SustainedRounds} of {Rounds}",
            ]);
        }

        return table;
    }

    private IEnumerable<string> ByConnections => Contenders[0].PerSecond.Keys.Select(count => $"{count} connections");
}

/// <summary>A contender over all rounds.</summary>
/// <param name="Letter">Its letter.</param>
/// <param name="Name">Its name.</param>
/// <param name="Title">What it is.</param>
/// <param name="Durability">What an acknowledgement is worth.</param>
/// <param name="IsOurs">Whether it is the engine.</param>
/// <param name="PeakPerSecond">Good answers a second, in each round with the connections that suit it best.</param>
/// <param name="PerSecond">Good answers a second at each number of connections.</param>
/// <param name="ServerMicroseconds">Processor time of the web server and its store for one answer of the closed loop;
/// the median.</param>
/// <param name="GeneratorMicroseconds">Processor time of the generator for one answer of the closed loop; the
/// median.</param>
/// <param name="Latencies">One for each share of the peak.</param>
/// <param name="Findings">What is wrong with it; empty if nothing is.</param>
internal sealed record ContenderReport(
    string Letter, string Name, string Title, string Durability, bool IsOurs, Spread PeakPerSecond,
    IReadOnlyDictionary<string, Spread> PerSecond, double ServerMicroseconds, double GeneratorMicroseconds,
    IReadOnlyList<LatencyReport> Latencies, IReadOnlyList<string> Findings);

/// <summary>Latencies of all rounds at one share of the peak, from the intended start.</summary>
/// <param name="Percent">Arrivals in percent of the peak.</param>
/// <param name="IntendedPerSecond">How many were to start in a second; the median.</param>
/// <param name="SustainedRounds">In how many rounds the contender, and the generator beside it, kept up.</param>
/// <param name="Milliseconds">By percentile.</param>
internal sealed record LatencyReport(
    int Percent, double IntendedPerSecond, int SustainedRounds, IReadOnlyDictionary<string, double> Milliseconds);
