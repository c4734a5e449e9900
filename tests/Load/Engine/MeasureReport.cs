using System.Runtime;
using OrleansSale.Tests.Load.Engine.Selling;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>
/// What the engine's actors were measured to do. The measures of the design have names of their own in the JSON, and
/// are by ledger: medians of the rounds.
/// </summary>
internal static class MeasureReport
{
    private static readonly string[] Notes =
    [
        "In process: silo, ledger and callers share it, on the engine's runtime settings; no HTTP, no tickets are " +
            "verified. Every measurement has an engine and a ledger of its own.",
        "Memory that holds keep is all that is in use after the sale less all that was before, after full collections.",
        "The first round's ledgers are exported, and replayed by an auditor that shares no code with the engine.",
    ];

    /// <summary>The report of all rounds.</summary>
    /// <param name="durability">By ledger: what an acknowledgement is worth.</param>
    public static Report Of(
        MeasureOptions options, IReadOnlyDictionary<string, string> durability, IReadOnlyList<Reading> sales)
    {
        var goals = options.Ledgers.SelectMany(ledger =>
            GoalsOf(ledger, options.Scale == 1, sales).Select(goal => (Ledger: ledger, Goal: goal))).ToList();
        var figures = new Figures
        {
            ["scale"] = options.Scale,
            ["rounds"] = options.Rounds,
            ["callsInFlight"] = Sellers.CallsInFlight,
            ["runtime"] = GCSettings.IsServerGC ? "server garbage collector" : "workstation garbage collector",
            ["durability"] = durability,
        };
        foreach (var measure in goals.GroupBy(one => one.Goal.Name))
            figures[measure.Key] = measure.ToDictionary(one => one.Ledger, one => one.Goal.Measured!.Value.Median);
        string[] scaled = options.Scale == 1 ? [] :
            [Invariant($"SCALED: batches have {options.Scale:p2} of their units; names are those of the full size.")];
        return Report.Of(
            sales, FigureTable.Rows("For a unit or an entry: median (least–most) of the rounds", sales.Rows()),
            [.. goals.Select(one => one.Goal with { Name = $"{one.Goal.Name}, {one.Ledger}" })],
            figures, [.. Notes, .. scaled]);
    }

    /// <summary>The measures of a ledger. Batches that have less than their full size reach and miss nothing.</summary>
    private static IEnumerable<Check> GoalsOf(string ledger, bool isFullSize, IReadOnlyList<Reading> sales)
    {
        var isSqlite = ledger == MeasureOptions.Sqlite;
        Check[] goals =
        [
            Check.Goal("units_per_second", Sold(Shape.Middle, Measurement.PerSecond), isSqlite ? 300_000 : 150_000),
            // The design names no ledger for the lane: it is for the engine as it comes.
            Check.Goal("units_per_second_lane", Sold(Shape.Lane, Measurement.PerSecond), isSqlite ? 150_000 : null),
            Check.Goal("cost_ratio_5m_to_10k", CostRatio(Measurement.PerSecond), 1.2, isLeast: false),
            Check.Goal("cost_ratio_by_processor", CostRatio(Measurement.PerProcessorSecond), null),
            Check.Goal(
                "bytes_per_hold", Shape.All.Select(shape => Sold(shape.Name, Measurement.BytesPerHold))
                    .MaxBy(spread => spread!.Value.Median), 100, isLeast: false),
            Check.Goal("replay_seconds_1m", Sold(Shape.Lane, Measurement.ReplaySeconds), 2, isLeast: false),
        ];
        return isFullSize ? goals : goals.Select(goal => goal with { Bound = null });

        Spread? Sold(string shape, string figure) => sales.Figure(Measurement.NameOf(ledger, shape), figure);

        // What a unit of the one large batch costs as a multiple of one of the many small batches: of a figure that is
        // the higher the less a unit costs.
        Spread? CostRatio(string figure) => sales.Quotient(
            Measurement.NameOf(ledger, Shape.Small), Measurement.NameOf(ledger, Shape.Large), figure);
    }
}
