using System.Runtime;
using OrleansSale.Tests.Load.Engine.Selling;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;

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
        "Batches are sold one after the other. All are created and active before, and look after themselves meanwhile.",
        "Memory that holds keep is all that is in use after the sale less all that was before, after full collections.",
        "A replay is that of an activation, of the rows that the lane's sale has stored.",
        "The first round's ledgers are read back, and replayed by an auditor that shares no code with the engine.",
    ];

    /// <summary>The report of all rounds.</summary>
    /// <param name="durability">By ledger: what an acknowledgement is worth.</param>
    public static Report Of(
        MeasureOptions options, IReadOnlyDictionary<string, string> durability, IReadOnlyList<Reading> sales,
        IReadOnlyList<Reading> replays, Surroundings surroundings)
    {
        var goals = options.Ledgers.SelectMany(ledger =>
            GoalsOf(ledger, options.Scale == 1, sales, replays).Select(goal => (Ledger: ledger, Goal: goal))).ToList();
        var figures = new Figures
        {
            ["scale"] = options.Scale,
            ["rounds"] = options.Rounds,
            ["callsInFlight"] = Sellers.CallsInFlight,
            ["runtime"] = GCSettings.IsServerGC ? "server garbage collector" : "workstation garbage collector",
            ["durability"] = durability,
            ["sales"] = sales,
            ["replays"] = replays,
        };
        foreach (var measure in goals.GroupBy(one => one.Goal.Name))
            figures[measure.Key] = measure.ToDictionary(one => one.Ledger, one => one.Goal.Measured.Median);
        return new Report
        {
            Surroundings = surroundings,
            Figures = figures,
            Tables =
            [
                FigureTable.Of("Sales, for a unit: median (least–most) of the rounds", [.. sales.Rows()]),
                FigureTable.Of("Replays, for an entry", [.. replays.Rows()]),
            ],
            Goals = [.. goals.Select(one => one.Goal with { Name = $"{one.Goal.Name}, {one.Ledger}" })],
            Notes = [.. Notes, .. Reservations(options, sales)],
            Failures = [.. sales.Failures(), .. replays.Failures()],
        };
    }

    /// <summary>The measures of a ledger. Batches that have less than their full size reach and miss nothing.</summary>
    private static IEnumerable<Goal> GoalsOf(
        string ledger, bool isFullSize, IReadOnlyList<Reading> sales, IReadOnlyList<Reading> replays)
    {
        var isSqlite = ledger == MeasureOptions.Sqlite;
        Goal[] goals =
        [
            new("units_per_second", Sold(Shape.Middle, Measurement.PerSecond), isSqlite ? 300_000 : 150_000),
            // The design names no ledger for the lane: it is for the engine as it comes.
            new("units_per_second_lane", Sold(Shape.Lane, Measurement.PerSecond), isSqlite ? 150_000 : null),
            new("cost_ratio_5m_to_10k", CostRatio(Measurement.PerSecond), 1.2, IsMost: true),
            new("cost_ratio_by_processor", CostRatio(Measurement.PerProcessorSecond), null),
            new("bytes_per_hold", Shape.All.Select(shape => Sold(shape.Name, Measurement.BytesPerHold))
                .MaxBy(spread => spread.Median), 100, IsMost: true),
            new("replay_seconds_1m", replays.Figure(Measurement.NameOf(ledger, Measurement.Replay), "seconds")!.Value,
                2, IsMost: true),
        ];
        return isFullSize ? goals : goals.Select(goal => goal with { Bound = null });

        Spread Sold(string shape, string figure) => sales.Figure(Measurement.NameOf(ledger, shape), figure)!.Value;

        // What a unit of the one large batch costs as a multiple of one of the many small batches: of a figure that is
        // the higher the less a unit costs.
        Spread CostRatio(string figure) => sales.Quotient(
            Measurement.NameOf(ledger, Shape.Small), Measurement.NameOf(ledger, Shape.Large), figure)!.Value;
    }

    // What makes a figure worth less.
    private static IEnumerable<string> Reservations(MeasureOptions options, IReadOnlyList<Reading> sales)
    {
        if (options.Scale < 1)
            yield return Invariant(
                $"SCALED: batches have {options.Scale:p2} of their units; names and goals are those of the full size.");
        foreach (var note in Survey.Disturbance(sales.Select(sale => sale.Figures[Measurement.Others])))
            yield return note;
    }
}
