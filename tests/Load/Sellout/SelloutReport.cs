using System.Text.Json;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>What saw a sale, once it is over.</summary>
/// <param name="Engine">What sold. It still runs.</param>
/// <param name="Options">How.</param>
/// <param name="Buyers">To whom.</param>
/// <param name="Clicks">What they were told.</param>
/// <param name="Sale">What the ledger says.</param>
/// <param name="Opens">When the sale opened.</param>
internal sealed record Witnesses(
    EngineUnderLoad Engine, SelloutOptions Options, Buyers Buyers, Requests Clicks, AuditedSale Sale,
    DateTimeOffset Opens);

/// <summary>
/// What a sellout measured and found: judged by what clients were told and what the ledger says. Times count from the
/// opening.
/// </summary>
internal sealed record SelloutReport : Report
{
    private const int ViolationsShown = 20;

    /// <summary>The refusals that a buyer with a ticket may get at a sale that is open.</summary>
    private static readonly string[] Expected = ["sold-out", "overloaded"];

    public SelloutReport(Witnesses seen, string? boardDisagrees, int suspectedSilos)
    {
        var (engine, options, buyers, clicks, sale, opens) = seen;
        var (record, duplicates) = Record(seen);
        var told = record.Against(sale);
        var ordered = Enumerable.Range(0, clicks.Count).Where(click => clicks.BodyOf(click) is not null).ToList();
        (Silos, Fronts, Durability) = (options.Cluster, engine.Fronts.Count, engine.Durability);
        (Units, Buyers, Clicks, Connections) = (options.Units, buyers.Count, clicks.Count, options.Connections);
        (ArrivalSeconds, Seed) = (options.ArrivalSeconds, options.Seed);
        UnitsSold = sale.Units.Held + sale.Units.Sold;
        RefusalsByCode = clicks.Refusals;
        (Undecided, Duplicates, Repeats) = (clicks.CountOf(Fate.Undecided), duplicates, clicks.Repeats);
        SecondsToLastUnitInLedger = (sale.SoldOutAt - opens.UtcDateTime)?.TotalSeconds;
        SecondsToLastOrderAnswered = ordered.Max(clicks.SinceStart)?.TotalSeconds ?? 0;
        SecondsToLastAnswer = Enumerable.Range(0, clicks.Count).Max(clicks.SinceStart)?.TotalSeconds ?? 0;
        LatencyMs = LatencyRow.Of(clicks.Latencies(_ => true));
        OrderLatencyMs = LatencyRow.Of(clicks.Latencies(click => clicks.BodyOf(click) is not null));
        StartToFirstAnswerSeconds = engine.ToFirstAnswer.TotalSeconds;
        StartToReadySeconds = engine.ToReady.TotalSeconds;
        Audit = new AuditSummary(
            sale.Entries,
            sale.HeadHash,
            new(Enum.GetValues<Invariant>().ToDictionary(
                invariant => invariant.ToString(), invariant => sale.Violations.Of(invariant) + told.Of(invariant))),
            record.Facts,
            [.. sale.Violations.Kept.Concat(told.Kept).Take(ViolationsShown)
                .Select(violation => violation.ToString())]);
        Failures = [.. FailuresOf(seen, told, boardDisagrees, suspectedSilos)];
    }

    public int Silos { get; }
    public int Fronts { get; }
    public int Units { get; }
    public int Buyers { get; }
    public int Clicks { get; }
    public int Connections { get; }
    public double ArrivalSeconds { get; }
    public int Seed { get; }
    public int UnitsSold { get; }
    public SortedDictionary<string, int> RefusalsByCode { get; }
    public int Undecided { get; }
    public int Duplicates { get; }
    public long Repeats { get; }
    public double? SecondsToLastUnitInLedger { get; }
    public double SecondsToLastOrderAnswered { get; }
    public double SecondsToLastAnswer { get; }

    public double DurablePurchasesPerSecond =>
        SecondsToLastOrderAnswered > 0 ? UnitsSold / SecondsToLastOrderAnswered : 0;

    public LatencyRow LatencyMs { get; }
    public LatencyRow OrderLatencyMs { get; }
    public double StartToFirstAnswerSeconds { get; }
    public double StartToReadySeconds { get; }
    public required double ReservationsPerSecond { get; init; }
    public required EngineCost Engine { get; init; }
    public required double GeneratorProcessorSeconds { get; init; }
    public string Durability { get; }
    public AuditSummary Audit { get; }

    public override IEnumerable<Table> Tables() => [PlainTable.SideBySide("What", [("Result", this)], _ => Rows())];

    private static (ClientRecord Record, int Duplicates) Record(Witnesses seen)
    {
        var (record, ids, sale) = (new ClientRecord(), new Dictionary<int, string>(), seen.Sale);
        var duplicates = sale.Orders.Count - sale.Orders.DistinctBy(order => order.Alias).Count();
        for (var buyer = 0; buyer < seen.Buyers.Count; buyer++)
        {
            var ticket = seen.Buyers.TicketOf(buyer);
            record.Reserved(RequestWriter.UserOf(buyer), Ticket.VersionOf(ticket), Ticket.AliasOf(ticket));
        }

        for (var click = 0; click < seen.Clicks.Count; click++)
        {
            if (seen.Clicks.BodyOf(click) is not { } body) continue;
            var (order, buyer) = (new EngineAnswer(201, JsonElement.Parse(body.Span)), seen.Buyers.BuyerOf(click));
            var id = order.Text("id")!;
            record.Ordered(RequestWriter.UserOf(buyer), seen.Buyers.KeyOf(buyer), id, order.Units());
            if (!ids.TryAdd(buyer, id) && ids[buyer] != id) duplicates++;
        }

        return (record, duplicates);
    }

    private IEnumerable<string> FailuresOf(Witnesses seen, Violations told, string? boardDisagrees, int suspectedSilos)
    {
        if (!seen.Sale.Sound) yield return $"the ledger breaks {seen.Sale.Violations.Total} promises";
        if (told.Total > 0) yield return $"{told.Total} facts told to clients are not in the ledger";
        if (Undecided > 0) yield return $"{Undecided} requests are undecided ({seen.Clicks.LastFailure})";
        if (Duplicates > 0) yield return $"{Duplicates} duplicates";
        var unexpected = RefusalsByCode.Where(refusal => !Expected.Contains(refusal.Key)).Sum(refusal => refusal.Value);
        if (unexpected > 0) yield return $"{unexpected} refusals that no buyer with a ticket should get";
        if (UnitsSold < Math.Min(Units, Buyers) && !RefusalsByCode.ContainsKey("overloaded"))
            yield return $"only {UnitsSold} units were sold, though nobody was told to come back";
        if (boardDisagrees is not null) yield return boardDisagrees;
        if (suspectedSilos > 0) yield return $"{suspectedSilos} healthy silos were suspected of being dead";
    }

    private IEnumerable<(string What, string Result)> Rows() =>
    [
        ("engine", Silos == 0 ? "one process" : $"{Silos} silos, {Fronts} fronts"),
        ("durability", Durability),
        ("units sold", Invariant($"{UnitsSold:n0} of {Units:n0}")),
        ("buyers, clicks", Invariant($"{Buyers:n0}, {Clicks:n0}")),
        .. RefusalsByCode.Select(refusal => ($"refused: {refusal.Key}", Invariant($"{refusal.Value:n0}"))),
        ("undecided", Invariant($"{Undecided:n0}")),
        ("duplicates", Invariant($"{Duplicates:n0}")),
        ("sent again", Invariant($"{Repeats:n0}")),
        ("opening to last unit, ledger", Invariant($"{SecondsToLastUnitInLedger:0.000} s")),
        ("opening to last order, clients", Invariant($"{SecondsToLastOrderAnswered:0.000} s")),
        ("opening to last answer, clients", Invariant($"{SecondsToLastAnswer:0.000} s")),
        ("durable purchases", Invariant($"{DurablePurchasesPerSecond:n0}/s")),
        ("latency in ms, all: p50 / p99 / p99.9 / max", LatencyMs.Told("n0")),
        ("latency in ms, orders: p50 / p99 / p99.9 / max", OrderLatencyMs.Told("n0")),
        ("start to first answer, to ready",
            Invariant($"{StartToFirstAnswerSeconds:0.00} s, {StartToReadySeconds:0.00} s")),
        ("reservations", Invariant($"{ReservationsPerSecond:n0}/s")),
        ("engine: resident, peak",
            Invariant($"{Engine.ResidentMegabytes:n0} MB, {Engine.PeakResidentMegabytes:n0} MB")),
        ("engine: managed heap", Engine.ManagedHeapMegabytes is { } heap ? Invariant($"{heap:n0} MB") : "not reported"),
        ("processor, the sale: engine, generator",
            Invariant($"{Engine.SaleProcessorSeconds:0.0} s, {GeneratorProcessorSeconds:0.0} s")),
        ("ledger entries, facts told", Invariant($"{Audit.Entries:n0}, {Audit.FactsTold:n0}")),
        ("violations", string.Join(", ", Audit.Invariants.Select(invariant => $"{invariant.Key} {invariant.Value}"))),
        .. Audit.Violations.Select(violation => ("", violation)),
    ];
}

/// <summary>What the engine's processes used together; a database server's share is not in it.</summary>
/// <param name="SaleProcessorSeconds">Processor time from the opening to the last answer.</param>
/// <param name="ProcessorSeconds">Processor time from its start.</param>
/// <param name="ResidentMegabytes">Memory resident after the sale.</param>
/// <param name="PeakResidentMegabytes">The most it was.</param>
/// <param name="ManagedHeapMegabytes">Managed heap after the last collection; null if it is not reported.</param>
internal sealed record EngineCost(
    double SaleProcessorSeconds, double ProcessorSeconds, double ResidentMegabytes, double PeakResidentMegabytes,
    double? ManagedHeapMegabytes);

/// <summary>The ledger's audit.</summary>
/// <param name="Entries">Lines read.</param>
/// <param name="Head">Hash of the last.</param>
/// <param name="Invariants">What was checked: the invariant's name and how many violations.</param>
/// <param name="FactsTold">What clients were told and the ledger was held against.</param>
/// <param name="Violations">The first ones, in words.</param>
internal sealed record AuditSummary(
    long Entries, string Head, SortedDictionary<string, int> Invariants, long FactsTold,
    IReadOnlyList<string> Violations);

/// <summary>The same sale at the engine in one process and at a cluster, by turns.</summary>
internal sealed record Comparison : Report
{
    /// <summary>What of the embedded engine's figure a cluster of one silo and one front is meant to reach.</summary>
    public const double Goal = 0.6;
    public required double EmbeddedMedian { get; init; }
    public required double ClusterMedian { get; init; }
    public double Ratio => ClusterMedian / EmbeddedMedian;
    public required IReadOnlyList<SelloutReport> Embedded { get; init; }
    public required IReadOnlyList<SelloutReport> Cluster { get; init; }

    public static Comparison Of(IReadOnlyList<SelloutReport> embedded, IReadOnlyList<SelloutReport> cluster) => new()
    {
        Surroundings = embedded[0].Surroundings,
        EmbeddedMedian = Spread.Of(embedded, report => report.DurablePurchasesPerSecond).Median,
        ClusterMedian = Spread.Of(cluster, report => report.DurablePurchasesPerSecond).Median,
        Embedded = embedded,
        Cluster = cluster,
        Failures = [.. embedded.Concat(cluster).SelectMany(report => report.Failures)],
    };

    public override IEnumerable<Table> Tables() =>
    [
        PlainTable.New(
                $"Medians of {Embedded.Count}", "one process", $"{Cluster[0].Silos} silos, {Cluster[0].Fronts} fronts",
                "ratio", "goal")
            .Row(
                Invariant($"{EmbeddedMedian:n0}/s"), Invariant($"{ClusterMedian:n0}/s"), Invariant($"{Ratio:0.00}"),
                Invariant($"{Goal:0.00}")),
    ];
}
