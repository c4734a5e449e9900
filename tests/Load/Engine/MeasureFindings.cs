using System.Globalization;
using System.Runtime;
using OrleansSale.Tests.Load.Compare.Figures;
using OrleansSale.Tests.Load.Compare.Machine;
using OrleansSale.Tests.Load.Compare.Report;
using OrleansSale.Tests.Load.Engine.Figures;

namespace OrleansSale.Tests.Load.Engine.Report;

/// <summary>Makes a report of measurements.</summary>
internal static class MeasureFindings
{
    private static readonly string[] Notes =
    [
        "In process: silo, ledger and who asks share it, on the engine's runtime settings; no HTTP, no tickets are verified. Every measurement has " +
            "an engine and a ledger of its own. Buyers and their purchases are made before; each buys one unit, without an Idempotency-Key.",
        "Batches are sold one after the other. All are created and active before, and look after themselves meanwhile.",
        "Memory that holds keep is all that is in use after the sale less all that was before, each after full collections; users' names are in it.",
        "A replay is that of an activation: rows are read, the chain is verified, entries are read and applied. One entry a purchase, and one for " +
            "the creation; the rows are those that the lane's sale has stored.",
        "Checked in every round: what buyers were told, and the batches' own counts. In the first each ledger is read back, its chain recomputed, and " +
            "replayed by an auditor that shares no code with the engine.",
    ];

    /// <summary>The runtime of this process.</summary>
    public static string Runtime => (GCSettings.IsServerGC ? "server" : "workstation") + " garbage collector, " +
        (AppContext.TryGetSwitch("System.GC.Concurrent", out var isConcurrent) && !isConcurrent ? "not concurrent" : "concurrent");

    /// <summary>The whole report.</summary>
    public static MeasureReport Report(MeasureOptions options, MeasureResults results, Surroundings surroundings)
    {
        var ledgers = options.Ledgers.Select(ledger => LedgerOf(options, results, ledger)).ToList();
        return new MeasureReport
        {
            Surroundings = surroundings,
            Runtime = Runtime,
            Scale = options.Scale,
            Rounds = options.Rounds,
            CallsInFlight = options.CallsInFlight,
            UnitsPerSecond = Measure(ledgers, ledger => ShapeOf(ledger, Shape.Middle).PerSecond.Median),
            UnitsPerSecondLane = Measure(ledgers, ledger => ShapeOf(ledger, Shape.Lane).PerSecond.Median),
            CostRatio = Measure(ledgers, ledger => ledger.Goals.Single(goal => goal.Name == MeasureGoals.CostRatio).Measured.Median),
            BytesPerHold = Measure(ledgers, ledger => ledger.Shapes.Max(shape => shape.BytesPerHold)),
            ReplaySeconds = Measure(ledgers, ledger => ledger.Replay.Seconds.Median),
            Ledgers = ledgers,
            Sales = [.. results.Sales.Select(RowOf)],
            Replays = [.. results.Replays.Select(RowOf)],
            Notes = [.. Notes, .. Reservations(options, results)],
            Failures = [.. FailuresOf(results)],
        };
    }

    // What a figure is worth less for it must say itself.
    private static IEnumerable<string> Reservations(MeasureOptions options, MeasureResults results)
    {
        if (options.Scale < 1)
            yield return Text($"SCALED: batches have {options.Scale:p2} of their units; names and goals are those of the full size.");
        var others = Spread.Of(results.Sales.Select(sale => sale.Cost.OthersShare))!.Value;
        if (others.Median > Quiet.Share)
            yield return Text($"NOT QUIET: other programs took {others.Median:p0} of the machine (median; {others.Least:p0}–{others.Most:p0}).");
        var askedAgain = results.Sales.Sum(sale => sale.AskedAgain);
        if (askedAgain > 0) yield return Text($"ASKED AGAIN: {askedAgain} purchases got no answer at first.");
    }

    private static IEnumerable<string> FailuresOf(MeasureResults results) =>
    [
        .. results.Sales.SelectMany(sale => sale.Findings.Select(fault => Text($"{sale.Ledger}, {sale.Shape.Title}, round {sale.Round}: {fault}"))),
        .. results.Replays.SelectMany(replay => replay.Findings.Select(fault => Text($"{replay.Ledger}, replay, round {replay.Round}: {fault}"))),
    ];

    private static LedgerReport LedgerOf(MeasureOptions options, MeasureResults results, string ledger)
    {
        var sales = results.Sales.Where(sale => sale.Ledger == ledger).ToList();
        var replays = results.Replays.Where(replay => replay.Ledger == ledger).ToList();
        return new LedgerReport(
            ledger,
            results.Durability[ledger],
            MeasureGoals.Of(ledger, options.Scale == 1, sales, replays),
            [.. options.Shapes.Select(shape => ShapeOf(shape, [.. sales.Where(sale => sale.Shape.Name == shape.Name)]))],
            ReplayOf(replays),
            MeasureGoals.RatioOf(sales, sale => 1 / (sale.ProcessorMicroseconds + sale.ServerMicroseconds)));
    }

    private static ShapeReport ShapeOf(Shape shape, IReadOnlyList<SaleResult> sales) => new()
    {
        Shape = shape.Name,
        Title = shape.Title,
        PerSecond = MeasureGoals.RowOf(sales.Select(sale => sale.PerSecond)),
        ProcessorMicroseconds = Median(sales, sale => sale.ProcessorMicroseconds),
        ServerMicroseconds = Median(sales, sale => sale.ServerMicroseconds),
        AllocatedBytes = Median(sales, sale => sale.AllocatedBytes),
        Commits = Median(sales, sale => sale.Cost.Ledger.Commits),
        JoinedPerCommit = Median(sales, sale => sale.JoinedPerCommit),
        AppendMicroseconds = Median(sales, sale => sale.AppendMicroseconds),
        BytesPerEntry = Median(sales, sale => (double)sale.Cost.Ledger.Bytes / Math.Max(1, sale.Cost.Ledger.Entries)),
        BytesPerHold = Median(sales, sale => sale.BytesPerHold),
        PausedShare = Median(sales, sale => sale.Cost.PauseSeconds / sale.Cost.Seconds),
    };

    private static ReplayReport ReplayOf(List<ReplayResult> replays) => new(
        replays[0].Entries,
        MeasureGoals.RowOf(replays.Select(replay => replay.Cost.Seconds)),
        Median(replays, replay => replay.Cost.ProcessorSeconds * 1e6 / replay.Entries),
        Median(replays, replay => (double)replay.Cost.AllocatedBytes / replay.Entries),
        Median(replays, replay => (double)replay.HeldBytes / replay.Entries));

    private static SaleRow RowOf(SaleResult sale) => new(
        sale.Round, sale.Ledger, sale.Shape.Name, sale.Shape.Batches, sale.Shape.UnitsEach, sale.Cost.Seconds, sale.PerSecond,
        sale.Cost.ProcessorSeconds, sale.Cost.ServerSeconds, sale.Cost.AllocatedBytes, sale.Cost.Ledger.Commits, sale.Cost.Ledger.Entries,
        sale.AppendMicroseconds, sale.HeldBytes, sale.Cost.PauseSeconds, sale.Cost.FullCollections, sale.AskedAgain, sale.Cost.OthersShare);

    private static ReplayRow RowOf(ReplayResult replay) => new(
        replay.Round, replay.Ledger, replay.Entries, replay.Cost.Seconds, replay.Cost.ProcessorSeconds, replay.Cost.AllocatedBytes,
        replay.HeldBytes, replay.Cost.OthersShare);

    private static ShapeReport ShapeOf(LedgerReport ledger, string shape) => ledger.Shapes.Single(one => one.Shape == shape);

    private static Dictionary<string, double> Measure(IEnumerable<LedgerReport> ledgers, Func<LedgerReport, double> measure) =>
        ledgers.ToDictionary(ledger => ledger.Ledger, measure);

    private static double Median<T>(IEnumerable<T> results, Func<T, double> figure) => Spread.Of(results.Select(figure))!.Value.Median;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
