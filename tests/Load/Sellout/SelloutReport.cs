using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>What a sellout measured and found. Written as JSON with camelCase names.</summary>
internal sealed record SelloutReport
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

    /// <summary>
    /// From the opening to the hold of the last free unit, by the ledger's clock; null if units were left.
    /// </summary>
    public required double? SecondsToLastUnitInLedger { get; init; }

    /// <summary>From the opening to the last answer with an order, as clients saw it.</summary>
    public required double SecondsToLastOrderAnswered { get; init; }

    /// <summary>From the opening to the last answer of all.</summary>
    public required double SecondsToLastAnswer { get; init; }

    /// <summary>Units sold ÷ <see cref="SecondsToLastOrderAnswered"/>.</summary>
    public required double DurablePurchasesPerSecond { get; init; }

    /// <summary>From the intended start, all clicks.</summary>
    public required Latency LatencyMs { get; init; }

    /// <summary>From the intended start, clicks that got an order.</summary>
    public required Latency OrderLatencyMs { get; init; }

    public required double StartToFirstAnswerSeconds { get; init; }

    public required double StartToReadySeconds { get; init; }

    public required double ReservationsPerSecond { get; init; }

    public required EngineCost Engine { get; init; }

    /// <summary>Processor time of this generator from the opening to the last answer.</summary>
    public required double GeneratorProcessorSeconds { get; init; }

    public required string Durability { get; init; }

    public required string Machine { get; init; }

    public required AuditSummary Audit { get; init; }

    /// <summary>What makes this run a failure; empty if nothing does.</summary>
    public required IReadOnlyList<string> Failures { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.SelloutReport);
}

/// <summary>Latencies in milliseconds.</summary>
internal sealed record Latency(double P50, double P99, double P999, double Max);

/// <summary>What the engine's processes used together; a database server's share is not in it.</summary>
/// <param name="SaleProcessorSeconds">Processor time from the opening to the last answer.</param>
/// <param name="ProcessorSeconds">Processor time from its start.</param>
/// <param name="ResidentMegabytes">Memory resident after the sale.</param>
/// <param name="PeakResidentMegabytes">The most it was.</param>
/// <param name="ManagedHeapMegabytes">Managed heap after the last collection, as it reports it; null if it does
/// not.</param>
internal sealed record EngineCost(
    double SaleProcessorSeconds,
    double ProcessorSeconds,
    double ResidentMegabytes,
    double PeakResidentMegabytes,
    double? ManagedHeapMegabytes);

/// <summary>The ledger's audit.</summary>
/// <param name="Entries">Lines read.</param>
/// <param name="Head">Hash of the last.</param>
/// <param name="Invariants">What was checked: the invariant's name and how many violations.</param>
/// <param name="FactsTold">What clients were told and the ledger was held against.</param>
/// <param name="Violations">The first ones, in words.</param>
internal sealed record AuditSummary(
    long Entries,
    string Head,
    SortedDictionary<string, int> Invariants,
    long FactsTold,
    IReadOnlyList<string> Violations);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SelloutReport))]
[JsonSerializable(typeof(Comparison))]
internal sealed partial class ReportJson : JsonSerializerContext;
