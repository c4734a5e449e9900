using System.Runtime.InteropServices;
using System.Text.Json;
using HdrHistogram;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>Judges a sale by what clients were told and what the ledger says.</summary>
internal sealed class SelloutFindings(
    SelloutOptions options, Clicks clicks, AuditedSale sale, ClientRecord record, DateTimeOffset opens)
{
    /// <summary>Of microseconds; the longest latency that the histogram tells apart: an hour.</summary>
    private const long LongestMicroseconds = 3_600_000_000;

    private const int SignificantDigits = 3;
    private const int ViolationsShown = 20;

    /// <summary>The refusals that a buyer with a ticket may get at a sale that is open.</summary>
    private static readonly string[] Expected = ["sold-out", "overloaded"];

    /// <summary>In which way the board differs from the ledger; null if it does not.</summary>
    public required string? BoardDisagrees { get; init; }

    /// <summary>Silos that others took for dead, or suspected of it, though none was ended.</summary>
    public required int SuspectedSilos { get; init; }

    /// <summary>The whole report.</summary>
    public SelloutReport Report(
        IEngineUnderLoad engine, double reservationsPerSecond, EngineCost cost, double generatorSeconds)
    {
        var all = Enumerable.Range(0, clicks.Count).ToList();
        var ordered = all.Where(click => clicks.OrderOf(click) is not null).ToList();
        var lastOrder = ordered.Max(clicks.SinceOpening)?.TotalSeconds ?? 0;
        var unitsSold = sale.Units.Held + sale.Units.Sold;
        var refusals = clicks.Refusals.Snapshot();
        var told = record.Against(sale);
        var undecided = all.Count(click => clicks.LatencyOf(click) is null);
        var duplicates = Duplicates();
        return new SelloutReport
        {
            Silos = options.Silos,
            Fronts = engine.Fronts.Count,
            Units = options.Units,
            Buyers = options.Buyers,
            Clicks = clicks.Count,
            Connections = options.Connections,
            ArrivalSeconds = options.ArrivalSeconds,
            Seed = options.Seed,
            UnitsSold = unitsSold,
            RefusalsByCode = refusals,
            Undecided = undecided,
            Duplicates = duplicates,
            Repeats = clicks.Repeats,
            SecondsToLastUnitInLedger = (sale.SoldOutAt - opens.UtcDateTime)?.TotalSeconds,
            SecondsToLastOrderAnswered = lastOrder,
            SecondsToLastAnswer = all.Max(clicks.SinceOpening)?.TotalSeconds ?? 0,
            DurablePurchasesPerSecond = lastOrder > 0 ? unitsSold / lastOrder : 0,
            LatencyMs = Latencies(all),
            OrderLatencyMs = Latencies(ordered),
            StartToFirstAnswerSeconds = engine.ToFirstAnswer.TotalSeconds,
            StartToReadySeconds = engine.ToReady.TotalSeconds,
            ReservationsPerSecond = reservationsPerSecond,
            Engine = cost,
            GeneratorProcessorSeconds = generatorSeconds,
            Durability = engine.Durability,
            Machine = $"{Environment.ProcessorCount} cores, generator included; {RuntimeInformation.OSDescription}; " +
                RuntimeInformation.FrameworkDescription,
            Audit = Summary(told),
            Failures = Failures(told, undecided, duplicates, unitsSold, refusals),
        };
    }

    private List<string> Failures(
        Violations told, int undecided, int duplicates, int unitsSold, SortedDictionary<string, int> refusals)
    {
        var failures = new List<string>();
        if (!sale.Sound) failures.Add($"the ledger breaks {sale.Violations.Total} promises");
        if (told.Total > 0) failures.Add($"{told.Total} facts told to clients are not in the ledger");
        if (undecided > 0) failures.Add($"{undecided} requests are undecided ({clicks.LastFailure})");
        if (duplicates > 0) failures.Add($"{duplicates} duplicates");
        var unexpected = refusals.Where(refusal => !Expected.Contains(refusal.Key)).Sum(refusal => refusal.Value);
        if (unexpected > 0) failures.Add($"{unexpected} refusals that no buyer with a ticket should get");
        if (unitsSold < Math.Min(options.Units, options.Buyers) && !refusals.ContainsKey("overloaded"))
            failures.Add($"only {unitsSold} units were sold, though nobody was told to come back");
        if (BoardDisagrees is not null) failures.Add(BoardDisagrees);
        if (SuspectedSilos > 0) failures.Add($"{SuspectedSilos} healthy silos were suspected of being dead");
        return failures;
    }

    private int Duplicates()
    {
        var orders = sale.Orders.Count - sale.Orders.DistinctBy(order => order.User).Count();
        var told = new Dictionary<int, string>();
        for (var click = 0; click < clicks.Count; click++)
        {
            if (clicks.OrderOf(click) is not { } body) continue;
            using var order = JsonDocument.Parse(body);
            var id = order.RootElement.GetProperty("id").GetString()!;
            if (!told.TryAdd(clicks.BuyerOf(click), id) && told[clicks.BuyerOf(click)] != id) orders++;
        }

        return orders;
    }

    private AuditSummary Summary(Violations told)
    {
        var invariants = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var invariant in Enum.GetValues<Invariant>())
            invariants[invariant.ToString()] = sale.Violations.Of(invariant) + told.Of(invariant);
        var shown = sale.Violations.Kept.Concat(told.Kept).Take(ViolationsShown);
        var texts = shown.Select(violation => violation.ToString()).ToList();
        return new AuditSummary(sale.Entries, sale.HeadHash, invariants, record.Facts, texts);
    }

    private Latency Latencies(List<int> chosen)
    {
        var histogram = new LongHistogram(LongestMicroseconds, SignificantDigits);
        foreach (var click in chosen)
        {
            if (clicks.LatencyOf(click) is { } latency)
                histogram.RecordValue(Math.Clamp((long)latency.TotalMicroseconds, 1, LongestMicroseconds));
        }

        return new Latency(At(50), At(99), At(99.9), histogram.TotalCount == 0 ? 0 : histogram.GetMaxValue() / 1e3);

        double At(double percentile) =>
            histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percentile) / 1e3;
    }
}
