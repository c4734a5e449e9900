using System.Globalization;
using OrleansSale.Tests.Load.Compare.Figures;
using OrleansSale.Tests.Load.Compare.Machine;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare.Report;

/// <summary>Makes a report of turns.</summary>
internal static class CompareFindings
{
    /// <summary>The percentiles that are reported and drawn.</summary>
    public static IReadOnlyList<double> Percentiles { get; } = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100];

    /// <summary>The whole report.</summary>
    public static CompareReport Report(
        CompareOptions options, IReadOnlyList<TurnResult> turns, Surroundings surroundings, IReadOnlyList<string> notes)
    {
        var ratios = Ratio.All.Select(ratio => RatioOf(ratio, options, turns)).OfType<RatioReport>().ToList();
        return new CompareReport
        {
            Surroundings = surroundings,
            Rounds = options.Rounds,
            Seconds = options.Seconds,
            WarmUpSeconds = options.WarmUpSeconds,
            Ratios = ratios.ToDictionary(ratio => ratio.Name, ratio => ratio.Peak.Median),
            RatioSpreads = ratios,
            Contenders = [.. options.Contenders.Select(contender => ContenderOf(contender, options, turns))],
            ClosedLoop = [.. turns.SelectMany(turn => turn.Closed.Select(closed => RowOf(turn, closed)))],
            OpenLoop = [.. turns.SelectMany(turn => turn.Open.Select(open => RowOf(turn, open)))],
            Notes = [.. notes, .. Disturbance(turns)],
        };
    }

    // A figure is worth little if others had the machine meanwhile, and it must say so itself.
    private static IEnumerable<string> Disturbance(IReadOnlyList<TurnResult> turns)
    {
        var others = Spread.Of(turns.SelectMany(turn => turn.Closed).Select(closed => closed.Usage.OthersShare))!.Value;
        if (others.Median > Quiet.Share)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"NOT QUIET: other programs took {others.Median:p0} of the machine (median; {others.Least:p0}–{others.Most:p0}).");
    }

    private static RatioReport? RatioOf(Ratio ratio, CompareOptions options, IReadOnlyList<TurnResult> turns)
    {
        if (ratio.Of(turns) is not { } peak) return null;
        var byConnections = options.Connections.ToDictionary(Key, count => RowOf(ratio.Of(turns, count)!.Value));
        return new RatioReport(ratio.Name, ratio.Goal, RowOf(peak), byConnections, RowOf(ratio.OfProcessorTime(turns)!.Value));
    }

    private static ContenderReport ContenderOf(Contender contender, CompareOptions options, IReadOnlyList<TurnResult> turns)
    {
        var own = turns.Where(turn => turn.Contender == contender).ToList();
        var closed = own.SelectMany(turn => turn.Closed).ToList();
        return new ContenderReport
        {
            Letter = contender.Letter,
            Name = contender.Name,
            Title = contender.Title,
            Durability = contender.Durability,
            IsOurs = contender.IsOurs,
            PeakPerSecond = RowOf(Spread.Of(own.Select(turn => turn.Peak))!.Value),
            PerSecond = options.Connections.ToDictionary(Key, count => RowOf(
                Spread.Of(closed.Where(result => result.Connections == count).Select(result => result.PerSecond))!.Value)),
            ServerMicroseconds = Spread.Of(closed.Select(result => result.ServerMicroseconds))!.Value.Median,
            GeneratorMicroseconds = Spread.Of(closed.Select(result => result.GeneratorMicroseconds))!.Value.Median,
            Latencies = [.. options.OpenPercents.Select(percent => LatencyOf(percent, own))],
            Findings = [.. own.SelectMany(turn => turn.Findings).Distinct()],
        };
    }

    private static LatencyReport LatencyOf(int percent, IEnumerable<TurnResult> own)
    {
        var results = own.SelectMany(turn => turn.Open).Where(open => open.Percent == percent).ToList();
        var all = results[0].Latencies.Copy();
        foreach (var result in results.Skip(1)) all.Add(result.Latencies);
        return new LatencyReport(
            percent,
            Spread.Of(results.Select(result => result.IntendedPerSecond))!.Value.Median,
            results.Count(result => result.IsSustained),
            Percentiles.ToDictionary(Key, percentile => all.Milliseconds(percentile)));
    }

    private static ClosedRow RowOf(TurnResult turn, ClosedResult closed) => new(
        turn.Round, turn.Contender.Name, closed.Connections, closed.Seconds, closed.Good, closed.Bad, closed.PerSecond, closed.P50Ms,
        closed.P99Ms, closed.Usage.HostSeconds, closed.Usage.StoreSeconds, closed.Usage.GeneratorSeconds, closed.Usage.OthersShare);

    private static OpenRow RowOf(TurnResult turn, OpenResult open) => new(
        turn.Round, turn.Contender.Name, open.Percent, open.IntendedPerSecond, open.PerSecond, open.IsSustained, open.Good, open.Bad,
        open.Latencies.Milliseconds(50), open.Latencies.Milliseconds(99), open.Latencies.Milliseconds(99.9),
        open.Latencies.Milliseconds(100),
        open.Usage.HostSeconds, open.Usage.StoreSeconds, open.Usage.GeneratorSeconds, open.Usage.OthersShare);

    private static SpreadRow RowOf(Spread spread) => new(spread.Median, spread.Least, spread.Most);

    private static string Key(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Key(double number) => number.ToString(CultureInfo.InvariantCulture);
}
