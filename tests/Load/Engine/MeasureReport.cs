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
            "verified. Every measurement has an engine and a ledger of its own. Buyers and their purchases are made " +
            "before; each buys one unit, without an Idempotency-Key.",
        "Batches are sold one after the other. All are created and active before, and look after themselves meanwhile.",
        "Memory that holds keep is all that is in use after the sale less all that was before, each after full " +
            "collections; users' names are in it.",
        "A replay is that of an activation: rows are read, the chain is verified, entries are read and applied. One " +
            "entry a purchase, and one for the creation; the rows are those that the lane's sale has stored.",
        "Checked in every round: what buyers were told, and the batches' own counts. In the first each ledger is " +
            "read back, its chain recomputed, and replayed by an auditor that shares no code with the engine.",
    ];

    private static string GarbageCollector =>
        (GCSettings.IsServerGC ? "server" : "workstation") + " garbage collector, " +
        (AppContext.TryGetSwitch("System.GC.Concurrent", out var isOn) && !isOn ? "not concurrent" : "concurrent");

    public string Runtime { get; } = GarbageCollector;
    public required double Scale { get; init; }
    public required int Rounds { get; init; }
    public required int CallsInFlight { get; init; }

    [JsonPropertyName("units_per_second")]
    public IReadOnlyDictionary<string, double> UnitsPerSecond =>
        ByLedger(ledger => ledger.Of(Shape.Middle).PerSecond.Median);

    [JsonPropertyName("units_per_second_lane")]
    public IReadOnlyDictionary<string, double> UnitsPerSecondLane =>
        ByLedger(ledger => ledger.Of(Shape.Lane).PerSecond.Median);

    [JsonPropertyName("cost_ratio_5m_to_10k")]
    public IReadOnlyDictionary<string, double> CostRatio =>
        ByLedger(ledger => ledger.Goals.Single(goal => goal.Name == MeasureGoals.CostRatio).Measured.Median);

    [JsonPropertyName("bytes_per_hold")]
    public IReadOnlyDictionary<string, double> BytesPerHold =>
        ByLedger(ledger => ledger.Shapes.Max(shape => shape.BytesPerHold));

    [JsonPropertyName("replay_seconds_1m")]
    public IReadOnlyDictionary<string, double> ReplaySeconds => ByLedger(ledger => ledger.Replay.Seconds.Median);
    public required IReadOnlyList<LedgerReport> Ledgers { get; init; }
    public required IReadOnlyList<SaleResult> Sales { get; init; }
    public required IReadOnlyList<ReplayResult> Replays { get; init; }

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

    public override IEnumerable<Table> Tables() => Ledgers.SelectMany(ledger => ledger.Tables());

    // What makes a figure worth less.
    private static IEnumerable<string> Reservations(MeasureOptions options, MeasureResults results)
    {
        yield return Invariant(
            $"Scale {options.Scale:0.####}; rounds: {options.Rounds}; {options.Calls} calls of ") +
            $"{MeasureOptions.CallSize} under way at a time; {MeasureOptions.LaneBuyers} buyers waiting on the lane; " +
            $"{GarbageCollector}.";
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
/// <param name="CostRatioByProcessor">The cost ratio by processor time, of this process and the server, instead of by
/// time.</param>
internal sealed record LedgerReport(
    string Ledger, string Durability, IReadOnlyList<GoalReport> Goals, IReadOnlyList<ShapeReport> Shapes,
    ReplayReport Replay,
    Spread CostRatioByProcessor)
{
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

    public ShapeReport Of(string shape) => Shapes.Single(one => one.Shape == shape);

    public IEnumerable<Table> Tables()
    {
        var sales = PlainTable.New(
            $"{Ledger}: {Durability}",
            ["what", "units/s", "CPU µs/unit", "server µs", "allocated B", "commits", "joined", "append µs",
                "B an entry", "B a hold",
                "GC pauses"]);
        foreach (var shape in Shapes) sales.Row(shape.Cells());
        var goals = PlainTable.New("", ["measure", "goal", "median (least–most)", ""]);
        foreach (var goal in Goals)
        {
            goals.Row(
                goal.Name, (goal.IsMost ? "≤ " : "≥ ") + new Spread(goal.Goal, 0, 0).Told(goal.Format).Split(' ')[0],
                goal.Measured.Told(goal.Format),
                goal.IsReached switch { true => "reached", false => "missed", null => "scaled" });
        }

        return [sales.Row(Replay.Cells()),
            goals.Row("processor time for a unit, likewise", "", CostRatioByProcessor.Told("0.00"), "")];
    }
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
    string Shape, string Title, Spread PerSecond, double ProcessorMicroseconds, double ServerMicroseconds,
    double AllocatedBytes,
    double Commits, double JoinedPerCommit, double AppendMicroseconds, double BytesPerEntry, double BytesPerHold,
    double PausedShare)
{
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

    public IEnumerable<string> Cells() =>
    [
        Title, PerSecond.Told("n0"), Invariant($"{ProcessorMicroseconds:0.00}"),
        Invariant($"{ServerMicroseconds:0.00}"),
        Invariant($"{AllocatedBytes:n0}"), Invariant($"{Commits:n0}"), Invariant($"{JoinedPerCommit:n0}"),
        Invariant($"{AppendMicroseconds:n0}"), Invariant($"{BytesPerEntry:n0}"), Invariant($"{BytesPerHold:n0}"),
        Invariant($"{PausedShare * 100:0} %"),
    ];
}

/// <summary>The replays of a ledger over all rounds.</summary>
internal sealed record ReplayReport(
    long Entries, Spread Seconds, double ProcessorMicrosecondsPerEntry, double AllocatedBytesPerEntry,
    double BytesPerHold)
{
    public static ReplayReport Of(IReadOnlyList<ReplayResult> replays) => new(
        replays[0].Entries,
        Spread.Of(replays, replay => replay.Seconds),
        Spread.Of(replays, replay => replay.ProcessorSeconds * 1e6 / replay.Entries).Median,
        Spread.Of(replays, replay => (double)replay.AllocatedBytes / replay.Entries).Median,
        Spread.Of(replays, replay => (double)replay.HeldBytes / replay.Entries).Median);

    public IEnumerable<string> Cells() =>
    [
        Invariant($"replay: {Entries:n0} entries"), Invariant($"{Entries / Seconds.Median:n0}"),
        Invariant($"{ProcessorMicrosecondsPerEntry:0.00}"), "", Invariant($"{AllocatedBytesPerEntry:n0}"), "", "", "",
        "",
        Invariant($"{BytesPerHold:n0}"), "",
    ];
}
