using OrleansSale.Tests.Load.Compare.Figures;
using OrleansSale.Tests.Load.Compare.Report;
using OrleansSale.Tests.Load.Engine.Figures;

namespace OrleansSale.Tests.Load.Engine.Report;

/// <summary>The measures of the design, and what is aimed at.</summary>
internal static class MeasureGoals
{
    public const string CostRatio = "time for a unit, 1 × 5,000,000 ÷ 500 × 10,000";

    private const double LeastThroughLane = 150_000, MostCostRatio = 1.2, MostBytesPerHold = 200, MostReplaySeconds = 2;

    /// <summary>Those of a ledger.</summary>
    /// <param name="ledger">Which ledger.</param>
    /// <param name="isFullSize">Whether the batches had their full size. What is smaller reaches and misses nothing.</param>
    /// <param name="sales">Its sales.</param>
    /// <param name="replays">Its replays.</param>
    public static IReadOnlyList<GoalReport> Of(
        string ledger, bool isFullSize, IReadOnlyList<SaleResult> sales, IReadOnlyList<ReplayResult> replays)
    {
        List<GoalReport> goals = [Least("units/s, calls of 256, 10 × 500,000", LeastInCalls(ledger), PerSecond(sales, Shape.Middle))];
        // Of the lane the design names no ledger: it is for the engine as it comes.
        if (ledger == MeasureOptions.Sqlite) goals.Add(Least("units/s, lane, 512 waiting", LeastThroughLane, PerSecond(sales, Shape.Lane)));
        goals.Add(Most(CostRatio, MostCostRatio, RatioOf(sales, sale => sale.PerSecond)));
        goals.Add(Most("bytes per held unit, the most of all", MostBytesPerHold, Heaviest(sales)));
        goals.Add(Most("replay of 1,000,000 purchases, s", MostReplaySeconds, RowOf(replays.Select(replay => replay.Cost.Seconds))));
        return goals;

        GoalReport Least(string name, double goal, SpreadRow measured) =>
            new(name, goal, IsMost: false, measured, isFullSize ? measured.Median >= goal : null);

        GoalReport Most(string name, double goal, SpreadRow measured) =>
            new(name, goal, IsMost: true, measured, isFullSize ? measured.Median <= goal : null);
    }

    /// <summary>
    /// What a unit of the one large batch costs as a multiple of one of the many small batches, round by round: of a figure that is
    /// the higher the less a unit costs.
    /// </summary>
    public static SpreadRow RatioOf(IReadOnlyList<SaleResult> sales, Func<SaleResult, double> thrift)
    {
        var ratio = Spread.OfQuotients(PerRound(Shape.Small), PerRound(Shape.Large))!.Value;
        return new SpreadRow(ratio.Median, ratio.Least, ratio.Most);

        Dictionary<int, double> PerRound(string shape) =>
            sales.Where(sale => sale.Shape.Name == shape).ToDictionary(sale => sale.Round, thrift);
    }

    /// <summary>A spread for the report.</summary>
    public static SpreadRow RowOf(IEnumerable<double> values)
    {
        var spread = Spread.Of(values)!.Value;
        return new SpreadRow(spread.Median, spread.Least, spread.Most);
    }

    private static double LeastInCalls(string ledger) => ledger == MeasureOptions.Sqlite ? 300_000 : 150_000;

    private static SpreadRow PerSecond(IEnumerable<SaleResult> sales, string shape) =>
        RowOf(sales.Where(sale => sale.Shape.Name == shape).Select(sale => sale.PerSecond));

    private static SpreadRow Heaviest(IEnumerable<SaleResult> sales) => sales.GroupBy(sale => sale.Shape.Name)
        .Select(shape => RowOf(shape.Select(sale => sale.BytesPerHold))).MaxBy(row => row.Median)!;
}
