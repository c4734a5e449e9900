using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>A measure of the design.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Goal">What is aimed at.</param>
/// <param name="IsMost">Whether the goal is the most it may be, and not the least.</param>
/// <param name="Measured">What it is.</param>
/// <param name="IsReached">Whether the median reaches it; null: the goal is for another size than was measured.</param>
internal sealed record GoalReport(string Name, double Goal, bool IsMost, Spread Measured, bool? IsReached);

/// <summary>The measures of the design, and what is aimed at.</summary>
internal static class MeasureGoals
{
    public const string CostRatio = "time for a unit, 1 × 5,000,000 ÷ 500 × 10,000";

    /// <summary>Those of a ledger. Batches that have less than their full size reach and miss nothing.</summary>
    public static IReadOnlyList<GoalReport> Of(
        string ledger, bool isFullSize, IReadOnlyList<SaleResult> sales, IReadOnlyList<ReplayResult> replays)
    {
        var isSqlite = ledger == MeasureOptions.Sqlite;
        var heaviest = sales.GroupBy(sale => sale.Shape).Select(shape => Spread.Of(shape, sale => sale.BytesPerHold))
            .MaxBy(spread => spread.Median);
        List<(string Name, double Goal, bool IsMost, Spread Measured)> goals =
        [
            ("units/s, calls of 256, 10 × 500,000", isSqlite ? 300_000 : 150_000, false, PerSecond(Shape.Middle)),
            (CostRatio, 1.2, true, RatioOf(sales, sale => sale.PerSecond)),
            ("bytes per held unit, the most of all", 200, true, heaviest),
            ("replay of 1,000,000 purchases, s", 2, true, Spread.Of(replays, replay => replay.Seconds)),
        ];
        // The design names no ledger for the lane: it is for the engine as it comes.
        if (isSqlite) goals.Add(("units/s, lane, 512 waiting", 150_000, false, PerSecond(Shape.Lane)));
        return
        [
            .. goals.Select(one => new GoalReport(one.Name, one.Goal, one.IsMost, one.Measured, isFullSize
                ? one.IsMost ? one.Measured.Median <= one.Goal : one.Measured.Median >= one.Goal
                : null)),
        ];

        Spread PerSecond(string shape) => Spread.Of(sales.Where(sale => sale.Shape == shape), sale => sale.PerSecond);
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
}
