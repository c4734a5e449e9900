using System.ComponentModel;
using System.Text.Json.Serialization;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Wire;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>The engine's memory over a flood, in megabytes.</summary>
/// <param name="Before">Just before it.</param>
/// <param name="Middle">Median of its second third.</param>
/// <param name="Late">Median of its last third.</param>
/// <param name="Peak">The most, from its start until all was answered.</param>
/// <param name="After">At the end of all.</param>
internal sealed record MemoryRow(double Before, double Middle, double Late, double Peak, double After);

/// <summary>What one flood did.</summary>
internal sealed record Pressure
{
    /// <summary>The ledger: <c>slowed</c> or <c>real</c>.</summary>
    public required string Ledger { get; init; }

    /// <summary>Arrivals as a multiple of the peak.</summary>
    public required int Factor { get; init; }

    /// <summary>
    /// Whether it was the first of its engine, whose heap still grows to its working size: what is allocated between
    /// two collections is touched for the first time.
    /// </summary>
    public required bool IsFirst { get; init; }

    /// <summary>What it is called in tables and checks, such as <c>2×, first</c>.</summary>
    [JsonIgnore, Browsable(false)]
    public string Name => $"{Factor}×{(IsFirst ? ", first" : "")}";

    /// <summary>Purchases a second in the closed loop, before.</summary>
    public required double PeakPerSecond { get; init; }
    public required double IntendedPerSecond { get; init; }
    public required double Seconds { get; init; }
    public required int Sent { get; init; }
    public required int Accepted { get; init; }
    public required int Overloaded { get; init; }

    /// <summary>Purchases without an answer, the trickle's included.</summary>
    public required int Undecided { get; init; }

    /// <summary>Refusals other than <c>overloaded</c>, by code.</summary>
    public required SortedDictionary<string, int> Others { get; init; }

    /// <summary>Orders told in a second while the flood lasted, the trickle's not counted.</summary>
    public required double AcceptedPerSecond { get; init; }
    public required LatencyRow AcceptedMs { get; init; }
    public required LatencyRow OverloadedMs { get; init; }

    /// <summary>Seconds of Retry-After (0: it had none) and how many were told each.</summary>
    public required SortedDictionary<int, int> RetryAfter { get; init; }

    /// <summary>The trickle before the flood, and from 2 s after it on.</summary>
    public required LatencyRow BeforeMs { get; init; }
    public required LatencyRow AfterMs { get; init; }

    /// <summary>The longest median of the trickle that counts as it was before.</summary>
    public required double LevelMs { get; init; }

    /// <summary>From the last request's intended start until the trickle is as before for good; null: never.</summary>
    public required double? NormalAgainSeconds { get; init; }

    /// <summary>From the last request's intended start to the last answer.</summary>
    public required double LastAnswerSeconds { get; init; }
    public required MemoryRow Resident { get; init; }

    /// <summary>Null: not reported.</summary>
    public required MemoryRow? Managed { get; init; }

    /// <summary>Orders in the ledger whose buyers were told to come back: found when they do.</summary>
    public required int OrdersNotTold { get; init; }

    /// <summary>What the ledger's audit found; empty if nothing is wrong.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>Entries audited.</summary>
    public required long Entries { get; init; }
}

/// <summary>What was seen under overload.</summary>
internal sealed record OverloadReport : Report
{
    /// <summary>What the slowed ledger takes in a second.</summary>
    public required int LedgerPerSecond { get; init; }
    public required int Connections { get; init; }
    public required IReadOnlyList<Pressure> Floods { get; init; }

    public override IEnumerable<Table> Tables() =>
        [FigureTable.SideBySide("latencies in ms", Floods.Select(flood => ($"{flood.Ledger}, {flood.Name}", flood)))];
}
