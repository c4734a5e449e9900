using System.ComponentModel;
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

    /// <param name="seen">What saw the sale.</param>
    /// <param name="boardDisagrees">In which way the board differs from the ledger; null if it does not.</param>
    /// <param name="suspectedSilos">Silos that others suspected of being dead, though none was ended.</param>
    public SelloutReport(Witnesses seen, string? boardDisagrees, int suspectedSilos)
    {
        var (engine, options, buyers, clicks, sale, opens) = seen;
        var (record, duplicates) = Record(seen);
        var told = record.Against(sale);
        (Silos, Fronts, Durability) = (options.Cluster, engine.Fronts.Count, engine.Durability);
        (Units, Buyers, Clicks, Connections) = (options.Units, buyers.Count, clicks.Count, options.Connections);
        (ArrivalSeconds, Seed) = (options.ArrivalSeconds, options.Seed);
        UnitsSold = sale.Units.Held + sale.Units.Sold;
        RefusalsByCode = clicks.Refusals;
        (Undecided, Duplicates, Repeats) = (clicks.CountOf(Fate.Undecided), duplicates, clicks.Repeats);
        SecondsToLastUnitInLedger = (sale.SoldOutAt - opens.UtcDateTime)?.TotalSeconds;
        SecondsToLastOrderAnswered = SecondsToLast(HasOrder);
        SecondsToLastAnswer = SecondsToLast(_ => true);
        LatencyMs = LatencyRow.Of(clicks.Latencies(_ => true));
        OrderLatencyMs = LatencyRow.Of(clicks.Latencies(HasOrder));
        (StartToFirstAnswerSeconds, StartToReadySeconds) =
            (engine.ToFirstAnswer.TotalSeconds, engine.ToReady.TotalSeconds);
        Audit = new AuditSummary(
            sale.Entries,
            sale.HeadHash,
            new(Enum.GetValues<Invariant>().ToDictionary(
                invariant => invariant.ToString(), invariant => sale.Violations.Of(invariant) + told.Of(invariant))),
            record.Facts,
            [.. sale.Violations.Kept.Concat(told.Kept).Take(ViolationsShown)
                .Select(violation => violation.ToString())]);
        Failures = [.. FailuresOf(seen, told, boardDisagrees, suspectedSilos)];

        bool HasOrder(int click) => clicks.BodyOf(click) is not null;

        double SecondsToLast(Func<int, bool> isChosen) =>
            Enumerable.Range(0, clicks.Count).Where(isChosen).Max(clicks.SinceStart)?.TotalSeconds ?? 0;
    }

    /// <summary>Silos of the cluster; 0: the engine in one process.</summary>
    public int Silos { get; }
    public int Fronts { get; }
    public string Durability { get; }
    public int Units { get; }
    public int Buyers { get; }
    public int Clicks { get; }
    public int Connections { get; }
    public double ArrivalSeconds { get; }
    public int Seed { get; }

    /// <summary>Units that the ledger has as held or sold in the end.</summary>
    public int UnitsSold { get; }
    public SortedDictionary<string, int> RefusalsByCode { get; }

    /// <summary>Clicks without a final answer.</summary>
    public int Undecided { get; }

    /// <summary>Orders beyond a user's first, and double clicks that were answered with two orders.</summary>
    public int Duplicates { get; }

    /// <summary>Requests sent again, because of a Retry-After or because no answer came.</summary>
    public long Repeats { get; }

    /// <summary>To the hold of the last free unit, by the ledger's clock; null if units were left.</summary>
    public double? SecondsToLastUnitInLedger { get; }

    /// <summary>To the last answer with an order, as clients saw it.</summary>
    public double SecondsToLastOrderAnswered { get; }
    public double SecondsToLastAnswer { get; }
    public double DurablePurchasesPerSecond =>
        SecondsToLastOrderAnswered > 0 ? UnitsSold / SecondsToLastOrderAnswered : 0;

    /// <summary>From the intended start, all clicks; those that got an order.</summary>
    public LatencyRow LatencyMs { get; }
    public LatencyRow OrderLatencyMs { get; }
    public double StartToFirstAnswerSeconds { get; }
    public double StartToReadySeconds { get; }
    public required double ReservationsPerSecond { get; init; }
    public required EngineCost Engine { get; init; }

    /// <summary>Processor time of this generator from the opening to the last answer.</summary>
    public required double GeneratorProcessorSeconds { get; init; }
    public AuditSummary Audit { get; }

    public override IEnumerable<Table> Tables() => [FigureTable.SideBySide("What", [("Result", this)])];

    /// <summary>What clients were told, and how many orders are a user's or a double click's second.</summary>
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

/// <summary>The same sale at the engine in one process and at a cluster, by turns; at least once each.</summary>
internal sealed record Comparison : Report
{
    /// <summary>Durable purchases a second; the medians.</summary>
    public double EmbeddedMedian => Spread.Of(Embedded, report => report.DurablePurchasesPerSecond).Median;
    public double ClusterMedian => Spread.Of(Cluster, report => report.DurablePurchasesPerSecond).Median;

    /// <summary>The cluster's ÷ the other, and what a cluster of one silo and one front is meant to reach.</summary>
    public double Ratio => ClusterMedian / EmbeddedMedian;
    public double Goal => 0.6;

    [Browsable(false)]
    public required IReadOnlyList<SelloutReport> Embedded { get; init; }

    [Browsable(false)]
    public required IReadOnlyList<SelloutReport> Cluster { get; init; }

    public override IEnumerable<Table> Tables() => [FigureTable.Of($"Medians of {Embedded.Count}", [this])];
}
