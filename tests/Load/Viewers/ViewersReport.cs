using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using OrleansSale.Tests.Load.Experiments;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>How many watch, and what is sold before their eyes.</summary>
internal sealed record ViewersOptions : ExperimentOptions
{
    [Description("Event streams."), Range(1, 1_000_000)]
    public int Viewers { get; init; } = 10_000;

    [Description("Sales without viewers and with them, by turns."), Range(1, 100)]
    public int Rounds { get; init; } = 3;

    [Description("Purchases by which throughput is measured in each sale."), Range(100, 1_000_000)]
    public int Purchases { get; init; } = 40_000;

    /// <summary>Keep-alive connections of the purchases, in a closed loop.</summary>
    public int Connections { get; init; } = 64;
}

/// <summary>A sale, watched or not.</summary>
/// <param name="Viewers">How many watched.</param>
/// <param name="PurchasesPerSecond">Orders told in a second, closed loop.</param>
/// <param name="ResidentMegabytes">The engine's resident memory after the purchases, with the viewers still
/// there.</param>
/// <param name="ManagedMegabytes">Its managed heap after the last collection; null: not reported.</param>
internal sealed record WatchedSale(
    int Viewers, double PurchasesPerSecond, double ResidentMegabytes, double? ManagedMegabytes);

/// <summary>How the news of one change of phase spread.</summary>
/// <param name="Phase">The new phase.</param>
/// <param name="What">What changed it.</param>
/// <param name="SecondsToHalf">Until it had reached half of the viewers; null: never.</param>
/// <param name="SecondsTo99Percent">Until it had reached 99 % of them.</param>
/// <param name="SecondsToAll">Until it had reached all.</param>
internal sealed record PhaseChange(
    string Phase, string What, double? SecondsToHalf, double? SecondsTo99Percent, double? SecondsToAll);

/// <summary>A sale without viewers, and then one with them.</summary>
internal sealed record ViewersRound
{
    public required WatchedSale Without { get; init; }
    public required WatchedSale With { get; init; }

    /// <summary>Until all viewers saw the board.</summary>
    public required double ConnectSeconds { get; init; }
    public required IReadOnlyList<PhaseChange> Changes { get; init; }

    /// <summary>Boards that a viewer was told in a second, while purchases were measured.</summary>
    public required double BoardsPerSecond { get; init; }

    /// <summary>Viewers whose stream ended before its time.</summary>
    public required int Lost { get; init; }

    /// <summary>What the audits of both ledgers found; empty if nothing is wrong.</summary>
    public required IReadOnlyList<string> Violations { get; init; }
}

/// <summary>What many viewers cost.</summary>
internal sealed record ViewersReport : Report
{
    public required int Viewers { get; init; }
    public required IReadOnlyList<ViewersRound> Rounds { get; init; }

    /// <summary>Purchases a second with viewers ÷ without; the median of the rounds.</summary>
    public required double ThroughputKept { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Table> Tables() =>
    [
        PlainTable.SideBySide(
            $"{Viewers} viewers", Rounds.Select((round, index) => ($"round {index + 1}", round)), Rows),
    ];

    private static IEnumerable<(string What, string Result)> Rows(ViewersRound round) =>
    [
        ("purchases, nobody watches", Invariant($"{round.Without.PurchasesPerSecond:n0}/s")),
        ("purchases, all watch", Invariant($"{round.With.PurchasesPerSecond:n0}/s")),
        ("boards a viewer was told meanwhile", Invariant($"{round.BoardsPerSecond:0.0}/s")),
        ("all connected within", Invariant($"{round.ConnectSeconds:0.0} s")),
        .. round.Changes.Select(change => ($"{change.Phase} ({change.What}): 50 % / 99 % / all", Invariant(
            $"{change.SecondsToHalf:0.00} / {change.SecondsTo99Percent:0.00} / {change.SecondsToAll:0.00} s"))),
        ("resident, managed MB: nobody watches", Memory(round.Without)),
        ("resident, managed MB: all watch", Memory(round.With)),
    ];

    private static string Memory(WatchedSale sale) =>
        Invariant($"{sale.ResidentMegabytes:n0}, {sale.ManagedMegabytes:n0}");
}
