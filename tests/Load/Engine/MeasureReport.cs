using System.ComponentModel;
using System.Runtime;
using System.Text.Json.Serialization;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Machine;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Engine;

/// <summary>What all rounds have measured.</summary>
/// <param name="Durability">By ledger: what an acknowledgement is worth.</param>
/// <param name="Sales">Every sale.</param>
/// <param name="Replays">Every replay.</param>
internal sealed record MeasureResults(
    IReadOnlyDictionary<string, string> Durability, IReadOnlyList<SaleResult> Sales,
    IReadOnlyList<ReplayResult> Replays);

/// <summary>
/// What the engine's actors were measured to do. The measures of the design have names of their own in the JSON, and
/// are by ledger: medians of the rounds.
/// </summary>
internal sealed record MeasureReport : Report
{
    private static readonly string[] AllNotes =
    [
        "In process: silo, ledger and callers share it, on the engine's runtime settings; no HTTP, no tickets are " +
            "verified. Every measurement has an engine and a ledger of its own.",
        "Batches are sold one after the other. All are created and active before, and look after themselves meanwhile.",
        "Memory that holds keep is all that is in use after the sale less all that was before, after full collections.",
        "A replay is that of an activation, of the rows that the lane's sale has stored.",
        "The first round's ledgers are read back, and replayed by an auditor that shares no code with the engine.",
    ];

    /// <summary>What the runtime was told: the engine's own settings.</summary>
    public string Runtime { get; } =
        (GCSettings.IsServerGC ? "server" : "workstation") + " garbage collector, " +
        (AppContext.TryGetSwitch("System.GC.Concurrent", out var isOn) && !isOn ? "not concurrent" : "concurrent");

    /// <summary>Size of the batches as a share of their full one. Names and goals are those of the full size.</summary>
    public required double Scale { get; init; }
    public required int Rounds { get; init; }

    /// <summary>Calls of 256 purchases that were under way at a time.</summary>
    public required int CallsInFlight { get; init; }

    /// <summary>Durable purchases a second in calls of 256, ten batches of 500,000.</summary>
    [JsonPropertyName("units_per_second")]
    public IReadOnlyDictionary<string, double> UnitsPerSecond =>
        ByLedger(ledger => ledger.Of(Shape.Middle).PerSecond.Median);

    /// <summary>The same through a lane with 512 waiting buyers.</summary>
    [JsonPropertyName("units_per_second_lane")]
    public IReadOnlyDictionary<string, double> UnitsPerSecondLane =>
        ByLedger(ledger => ledger.Of(Shape.Lane).PerSecond.Median);

    /// <summary>Time for a unit: one batch of 5,000,000 ÷ 500 batches of 10,000; quotients within each round.</summary>
    [JsonPropertyName("cost_ratio_5m_to_10k")]
    public IReadOnlyDictionary<string, double> CostRatio =>
        ByLedger(ledger => ledger.Goals.Single(goal => goal.Name == MeasureGoals.CostRatio).Measured.Median);

    /// <summary>Bytes of memory in use that a held unit keeps: the most of all shapes.</summary>
    [JsonPropertyName("bytes_per_hold")]
    public IReadOnlyDictionary<string, double> BytesPerHold =>
        ByLedger(ledger => ledger.Shapes.Max(shape => shape.BytesPerHold));

    /// <summary>Seconds to replay a batch's ledger of 1,000,000 purchases.</summary>
    [JsonPropertyName("replay_seconds_1m")]
    public IReadOnlyDictionary<string, double> ReplaySeconds => ByLedger(ledger => ledger.Replay.Seconds.Median);
    public required IReadOnlyList<LedgerReport> Ledgers { get; init; }
    public required IReadOnlyList<SaleResult> Sales { get; init; }
    public required IReadOnlyList<ReplayResult> Replays { get; init; }

    /// <summary>The report of all rounds.</summary>
    public static MeasureReport Of(MeasureOptions options, MeasureResults results, Surroundings surroundings) => new()
    {
        Surroundings = surroundings,
        Scale = options.Scale,
        Rounds = options.Rounds,
        CallsInFlight = options.Calls,
        Ledgers = [.. options.Ledgers.Select(ledger => LedgerReport.Of(options, results, ledger))],
        Sales = results.Sales,
        Replays = results.Replays,
        Notes = [.. AllNotes, .. Reservations(options, results)],
        Failures =
        [
            .. results.Sales.SelectMany(sale => sale.Findings.Select(
                fault => $"{sale.Ledger}, {sale.Sold.Title}, round {sale.Round}: {fault}")),
            .. results.Replays.SelectMany(replay => replay.Findings.Select(
                fault => $"{replay.Ledger}, replay, round {replay.Round}: {fault}")),
        ],
    };

    public override IEnumerable<Table> Tables() => Ledgers.SelectMany(ledger => (Table[])
    [
        FigureTable.Of($"{ledger.Ledger}: {ledger.Durability}", ledger.Shapes),
        FigureTable.Of("", ledger.Goals),
        FigureTable.SideBySide(
            "", [("", new { ledger.Replay, CostRatioByProcessorTime = ledger.CostRatioByProcessor })]),
    ]);

    // What makes a figure worth less.
    private static IEnumerable<string> Reservations(MeasureOptions options, MeasureResults results)
    {
        if (options.Scale < 1)
            yield return Invariant(
                $"SCALED: batches have {options.Scale:p2} of their units; names and goals are those of the full size.");
        foreach (var note in Survey.Disturbance(results.Sales.Select(sale => sale.OthersShare))) yield return note;
        var askedAgain = results.Sales.Sum(sale => sale.AskedAgain);
        if (askedAgain > 0) yield return $"ASKED AGAIN: {askedAgain} purchases got no answer at first.";
    }

    private Dictionary<string, double> ByLedger(Func<LedgerReport, double> measure) =>
        Ledgers.ToDictionary(ledger => ledger.Ledger, measure);
}

/// <summary>A ledger over all rounds.</summary>
/// <param name="Ledger">Its name.</param>
/// <param name="Durability">What an acknowledgement is worth.</param>
/// <param name="Goals">The measures of the design, as far as they were taken.</param>
/// <param name="Shapes">What was sold.</param>
/// <param name="Replay">The replays.</param>
/// <param name="CostRatioByProcessor">The cost ratio by processor time, of this process and the server.</param>
internal sealed record LedgerReport(
    string Ledger, string Durability, IReadOnlyList<GoalReport> Goals, IReadOnlyList<ShapeReport> Shapes,
    ReplayReport Replay, Spread CostRatioByProcessor)
{
    /// <summary>Of all rounds.</summary>
    public static LedgerReport Of(MeasureOptions options, MeasureResults results, string ledger)
    {
        var sales = results.Sales.Where(sale => sale.Ledger == ledger).ToList();
        var replays = results.Replays.Where(replay => replay.Ledger == ledger).ToList();
        return new LedgerReport(
            ledger,
            results.Durability[ledger],
            MeasureGoals.Of(ledger, options.Scale == 1, sales, replays),
            [.. options.Shapes.Select(
                shape => ShapeReport.Of(shape, [.. sales.Where(sale => sale.Shape == shape.Name)]))],
            ReplayReport.Of(replays),
            MeasureGoals.RatioOf(sales, sale => 1 / (sale.ProcessorMicroseconds + sale.ServerMicroseconds)));
    }

    /// <summary>One of the sales.</summary>
    public ShapeReport Of(string shape) => Shapes.Single(one => one.Shape == shape);
}

/// <summary>One of the sales over all rounds; all but its units a second are medians.</summary>
/// <param name="Shape">Its name.</param>
/// <param name="Title">What was sold.</param>
/// <param name="PerSecond">Units a second.</param>
/// <param name="ProcessorMicroseconds">Processor time of this process, callers included, for a unit.</param>
/// <param name="ServerMicroseconds">Processor time of the database server for a unit; 0 if there is none.</param>
/// <param name="AllocatedBytes">Bytes allocated for a unit, by the callers too.</param>
/// <param name="Commits">Commits.</param>
/// <param name="JoinedPerCommit">Purchases that a commit carried, on average.</param>
/// <param name="AppendMicroseconds">How long an append took, on average.</param>
/// <param name="BytesPerEntry">Bytes of an entry as stored.</param>
/// <param name="BytesPerHold">Memory that a held unit keeps.</param>
/// <param name="PausedShare">Share of the time in which the garbage collector made everybody wait.</param>
internal sealed record ShapeReport(
    [property: Browsable(false)] string Shape, string Title, Spread PerSecond, double ProcessorMicroseconds,
    double ServerMicroseconds, double AllocatedBytes, double Commits, double JoinedPerCommit, double AppendMicroseconds,
    double BytesPerEntry, double BytesPerHold, double PausedShare)
{
    /// <summary>Of all rounds.</summary>
    public static ShapeReport Of(Shape shape, IReadOnlyList<SaleResult> sales)
    {
        return new ShapeReport(
            shape.Name, shape.Title, Spread.Of(sales, sale => sale.PerSecond),
            Median(sale => sale.ProcessorMicroseconds), Median(sale => sale.ServerMicroseconds),
            Median(sale => (double)sale.AllocatedBytes / sale.Sold.Units), Median(sale => sale.Commits),
            Median(sale => sale.JoinedPerCommit), Median(sale => sale.AppendMicroseconds),
            Median(sale => (double)sale.Appended.Bytes / Math.Max(1, sale.Entries)), Median(sale => sale.BytesPerHold),
            Median(sale => sale.PauseSeconds / sale.Seconds));

        double Median(Func<SaleResult, double> figure) => Spread.Of(sales, figure).Median;
    }
}

/// <summary>The replays of a ledger over all rounds.</summary>
internal sealed record ReplayReport(
    long Entries, Spread Seconds, double ProcessorMicrosecondsPerEntry, double AllocatedBytesPerEntry,
    double BytesPerHold)
{
    /// <summary>Of all rounds.</summary>
    public static ReplayReport Of(IReadOnlyList<ReplayResult> replays) => new(
        replays[0].Entries,
        Spread.Of(replays, replay => replay.Seconds),
        Spread.Of(replays, replay => replay.ProcessorSeconds * 1e6 / replay.Entries).Median,
        Spread.Of(replays, replay => (double)replay.AllocatedBytes / replay.Entries).Median,
        Spread.Of(replays, replay => (double)replay.HeldBytes / replay.Entries).Median);
}
