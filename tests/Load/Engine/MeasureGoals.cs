using System.Text.Json.Serialization;
using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>A measure of the design.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Goal">What is aimed at.</param>
/// <param name="IsMost">Whether the goal is the most it may be, and not the least.</param>
/// <param name="Measured">What it is.</param>
/// <param name="IsReached">Whether the median reaches it; null: it was measured at another size than the goal is
/// for.</param>
internal sealed record GoalReport(string Name, double Goal, bool IsMost, Spread Measured, bool? IsReached)
{
    [JsonIgnore]
    public string Format => Goal < 10 ? "0.00" : "n0";
}

/// <summary>The measures of the design, and what is aimed at.</summary>
internal static class MeasureGoals
{
    public const string CostRatio = "time for a unit, 1 × 5,000,000 ÷ 500 × 10,000";
    private const double LeastThroughLane = 150_000, MostCostRatio = 1.2, MostBytesPerHold = 200, MostReplaySeconds = 2;

    public static IReadOnlyList<GoalReport> Of(
        string ledger, bool isFullSize, IReadOnlyList<SaleResult> sales, IReadOnlyList<ReplayResult> replays)
    {
        List<GoalReport> goals =
            [Least("units/s, calls of 256, 10 × 500,000", LeastInCalls(ledger), PerSecond(Shape.Middle))];
        // The design names no ledger for the lane: it is for the engine as it comes.
        if (ledger == MeasureOptions.Sqlite)
            goals.Add(Least("units/s, lane, 512 waiting", LeastThroughLane, PerSecond(Shape.Lane)));
        goals.Add(Most(CostRatio, MostCostRatio, RatioOf(sales, sale => sale.PerSecond)));
        goals.Add(Most("bytes per held unit, the most of all", MostBytesPerHold, Heaviest()));
        goals.Add(
            Most("replay of 1,000,000 purchases, s", MostReplaySeconds, Spread.Of(replays, replay => replay.Seconds)));
        return goals;

        GoalReport Least(string name, double goal, Spread measured) =>
            new(name, goal, IsMost: false, measured, isFullSize ? measured.Median >= goal : null);

        GoalReport Most(string name, double goal, Spread measured) =>
            new(name, goal, IsMost: true, measured, isFullSize ? measured.Median <= goal : null);

        Spread PerSecond(string shape) => Spread.Of(sales.Where(sale => sale.Shape == shape), sale => sale.PerSecond);

        Spread Heaviest() =>
            sales.GroupBy(sale => sale.Shape).Select(shape => Spread.Of(shape, sale => sale.BytesPerHold))
            .MaxBy(spread => spread.Median);
    }

    /// <summary>
    /// What a unit of the one large batch costs as a multiple of one of the many small batches, round by round: of a
    /// figure that is the higher the less a unit costs.
    /// </summary>
    public static Spread RatioOf(IReadOnlyList<SaleResult> sales, Func<SaleResult, double> thrift)
    {
        return Spread.OfQuotients(PerRound(Shape.Small), PerRound(Shape.Large))!.Value;

        Dictionary<int, double> PerRound(string shape) =>
            sales.Where(sale => sale.Shape == shape).ToDictionary(sale => sale.Round, thrift);
    }

    private static double LeastInCalls(string ledger) => ledger == MeasureOptions.Sqlite ? 300_000 : 150_000;
}
