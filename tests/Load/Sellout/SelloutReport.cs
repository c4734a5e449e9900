using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Wire;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>What a sellout measured and found. Times count from the opening.</summary>
internal sealed record SelloutReport : Report
{
    /// <summary>Silos of the cluster; 0: the engine in one process.</summary>
    public required int Silos { get; init; }
    public required int Fronts { get; init; }
    public required int Units { get; init; }
    public required int Buyers { get; init; }
    public required int Clicks { get; init; }
    public required int Connections { get; init; }
    public required double ArrivalSeconds { get; init; }
    public required int Seed { get; init; }

    /// <summary>Units that the ledger has as held or sold in the end.</summary>
    public required int UnitsSold { get; init; }
    public required SortedDictionary<string, int> RefusalsByCode { get; init; }

    /// <summary>Clicks without a final answer.</summary>
    public required int Undecided { get; init; }

    /// <summary>Orders beyond a user's first, and double clicks that were answered with two orders.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Requests sent again, because of a Retry-After or because no answer came.</summary>
    public required long Repeats { get; init; }

    /// <summary>To the hold of the last free unit, by the ledger's clock; null if units were left.</summary>
    public required double? SecondsToLastUnitInLedger { get; init; }

    /// <summary>To the last answer with an order, as clients saw it.</summary>
    public required double SecondsToLastOrderAnswered { get; init; }
    public required double SecondsToLastAnswer { get; init; }

    /// <summary>Units sold ÷ <see cref="SecondsToLastOrderAnswered"/>.</summary>
    public required double DurablePurchasesPerSecond { get; init; }

    /// <summary>From the intended start, all clicks.</summary>
    public required LatencyRow LatencyMs { get; init; }

    /// <summary>From the intended start, clicks that got an order.</summary>
    public required LatencyRow OrderLatencyMs { get; init; }
    public required double StartToFirstAnswerSeconds { get; init; }
    public required double StartToReadySeconds { get; init; }
    public required double ReservationsPerSecond { get; init; }
    public required EngineCost Engine { get; init; }

    /// <summary>Processor time of this generator from the opening to the last answer.</summary>
    public required double GeneratorProcessorSeconds { get; init; }
    public required string Durability { get; init; }
    public required AuditSummary Audit { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Table> Tables() => [PlainTable.SideBySide("What", [("Result", this)], _ => Rows())];

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

    /// <summary>Durable purchases a second of the engine in one process.</summary>
    public required double EmbeddedMedian { get; init; }

    /// <summary>Durable purchases a second of the cluster.</summary>
    public required double ClusterMedian { get; init; }

    /// <summary>The cluster's ÷ the other.</summary>
    public double Ratio => ClusterMedian / EmbeddedMedian;
    public required IReadOnlyList<SelloutReport> Embedded { get; init; }
    public required IReadOnlyList<SelloutReport> Cluster { get; init; }

    /// <summary>Of all runs; there is at least one of each.</summary>
    public static Comparison Of(IReadOnlyList<SelloutReport> embedded, IReadOnlyList<SelloutReport> cluster) => new()
    {
        Surroundings = embedded[0].Surroundings,
        EmbeddedMedian = Spread.Of(embedded, report => report.DurablePurchasesPerSecond).Median,
        ClusterMedian = Spread.Of(cluster, report => report.DurablePurchasesPerSecond).Median,
        Embedded = embedded,
        Cluster = cluster,
        Failures = [.. embedded.Concat(cluster).SelectMany(report => report.Failures)],
    };

    /// <inheritdoc/>
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
