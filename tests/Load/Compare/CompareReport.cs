using System.ComponentModel;
using System.Globalization;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using OrleansSale.Tests.Load.Wire;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>What a comparison measured and found.</summary>
internal sealed record CompareReport : Report
{
    private static readonly double[] Percentiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100];

    public required int Rounds { get; init; }
    public required int Seconds { get; init; }
    public required int WarmUpSeconds { get; init; }

    /// <summary>Medians over the rounds, of the quotients within each: peak against peak.</summary>
    public required IReadOnlyDictionary<string, double> Ratios { get; init; }

    /// <summary>The same with the least and the most, and at each number of connections.</summary>
    public required IReadOnlyList<RatioReport> RatioSpreads { get; init; }
    public required IReadOnlyList<ContenderReport> Contenders { get; init; }

    /// <summary>Every measurement.</summary>
    public required IReadOnlyList<ClosedResult> ClosedLoop { get; init; }
    public required IReadOnlyList<OpenResult> OpenLoop { get; init; }

    /// <summary>The report of all turns. Findings about the engine fail it; others are only listed.</summary>
    public static CompareReport Of(
        CompareOptions options, IReadOnlyList<TurnResult> turns, Surroundings surroundings, IReadOnlyList<string> notes)
    {
        var ratios = Ratio.All.Select(ratio => ratio.Report(turns, options.Connections)).OfType<RatioReport>().ToList();
        var closed = turns.SelectMany(turn => turn.Closed).ToList();
        var contenders = options.Contenders.Select(contender => ContenderReport.Of(
            contender, options, [.. turns.Where(turn => turn.Contender == contender)])).ToList();
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
            Failures = [.. contenders.Where(contender => contender.IsOurs)
                .SelectMany(contender => contender.Findings.Select(finding => $"{contender.Name}: {finding}"))],
        };
    }

    /// <summary>The latencies of one share of the peak, over all rounds.</summary>
    public static LatencyReport LatencyOf(int percent, IReadOnlyList<OpenResult> results)
    {
        var all = LatencyHistogram.Of([]);
        foreach (var result in results) all.Add(result.Latencies);
        return new LatencyReport(
            percent,
            Spread.Of(results, result => result.IntendedPerSecond).Median,
            results.Count(result => result.Sustained),
            Percentiles.ToDictionary(
                percentile => percentile.ToString(CultureInfo.InvariantCulture), all.Milliseconds));
    }

    public override IEnumerable<Table> Tables() =>
    [
        FigureTable.Of("Answers a second: median (least–most) of the rounds; CPU in µs", Contenders),
        FigureTable.Of("Ratios, round by round: median (least–most)", RatioSpreads),
        FigureTable.Of("Open loop, ms from the intended start",
            from contender in Contenders
            from latency in contender.Latencies
            select new
            {
                contender.Name,
                latency.Percent,
                latency.IntendedPerSecond,
                P50 = latency.Milliseconds["50"],
                P90 = latency.Milliseconds["90"],
                P99 = latency.Milliseconds["99"],
                P999 = latency.Milliseconds["99.9"],
                Max = latency.Milliseconds["100"],
                latency.SustainedRounds,
            }),
    ];
}

/// <summary>A contender over all rounds.</summary>
/// <param name="Letter">Its letter.</param>
/// <param name="Name">Its name.</param>
/// <param name="Title">What it is.</param>
/// <param name="Durability">What an acknowledgement is worth.</param>
/// <param name="IsOurs">Whether it is the engine.</param>
/// <param name="PeakPerSecond">Good answers a second, in each round with the connections that suit it best.</param>
/// <param name="PerSecond">Good answers a second at each number of connections.</param>
/// <param name="ServerMicroseconds">Processor time of web server and store for an answer of the closed loop.</param>
/// <param name="GeneratorMicroseconds">Of the generator, likewise the median.</param>
/// <param name="Latencies">One for each share of the peak.</param>
/// <param name="Findings">What is wrong with it; empty if nothing is.</param>
internal sealed record ContenderReport(
    string Letter, string Name, string Title, [property: Browsable(false)] string Durability,
    [property: Browsable(false)] bool IsOurs, Spread PeakPerSecond,
    IReadOnlyDictionary<string, Spread> PerSecond, double ServerMicroseconds, double GeneratorMicroseconds,
    [property: Browsable(false)] IReadOnlyList<LatencyReport> Latencies, IReadOnlyList<string> Findings)
{
    /// <summary>Of all its turns.</summary>
    public static ContenderReport Of(Contender contender, CompareOptions options, IReadOnlyList<TurnResult> own)
    {
        var closed = own.SelectMany(turn => turn.Closed).ToList();
        var open = own.SelectMany(turn => turn.Open).ToLookup(result => result.Percent);
        return new ContenderReport(
            contender.Letter, contender.Name, contender.Title, contender.Durability, contender.IsOurs,
            Spread.Of(own, turn => turn.Peak),
            options.Connections.ToDictionary(Ratio.Key, count =>
                Spread.Of(closed.Where(result => result.Connections == count), result => result.PerSecond)),
            Spread.Of(closed, result => result.ServerMicroseconds).Median,
            Spread.Of(closed, result => result.GeneratorMicroseconds).Median,
            [.. options.OpenPercents.Select(percent => CompareReport.LatencyOf(percent, [.. open[percent]]))],
            [.. own.SelectMany(turn => turn.Findings).Distinct()]);
    }
}

/// <summary>Latencies of all rounds at one share of the peak, from the intended start.</summary>
/// <param name="Percent">Arrivals in percent of the peak.</param>
/// <param name="IntendedPerSecond">How many were to start in a second; the median.</param>
/// <param name="SustainedRounds">In how many rounds the contender, and the generator beside it, kept up.</param>
/// <param name="Milliseconds">By percentile.</param>
internal sealed record LatencyReport(
    int Percent, double IntendedPerSecond, int SustainedRounds, IReadOnlyDictionary<string, double> Milliseconds);
