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
    public required double ConnectSeconds { get; init; }
    public required IReadOnlyList<PhaseChange> Changes { get; init; }
    public required double BoardsPerSecond { get; init; }
    public required int Lost { get; init; }
    public required IReadOnlyList<string> Violations { get; init; }
}

/// <summary>What many viewers cost.</summary>
internal sealed record ViewersReport : Report
{
    public required int Viewers { get; init; }
    public required IReadOnlyList<ViewersRound> Rounds { get; init; }
    public required double ThroughputKept { get; init; }

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

/// <summary>What viewers may cost, and what they are promised.</summary>
internal static class ViewersFindings
{
    /// <summary>The share of the viewers whom a change of phase must reach in time.</summary>
    public const double ReachedShare = 0.99;

    /// <summary>In time.</summary>
    public const double ReachedWithinSeconds = 1;

    /// <summary>What must be left of the throughput that purchases have without viewers.</summary>
    public const double LeastThroughput = 0.7;

    /// <summary>Memory of the engine for a viewer, in KB.</summary>
    public const double MostKilobytes = 20;

    public static double ThroughputKept(IEnumerable<ViewersRound> rounds) =>
        Spread.Of(
            rounds.Select(round => round.With.PurchasesPerSecond / round.Without.PurchasesPerSecond))!.Value.Median;

    public static IReadOnlyList<Check> Judge(IReadOnlyList<ViewersRound> rounds, int viewers)
    {
        var (without, with) = (rounds[0].Without, rounds[0].With);
        var perViewer = 1e3 / viewers;
        return
        [
            .. rounds.SelectMany(round => round.Changes).GroupBy(change => (change.Phase, change.What))
                .Select(group => Check.AtMost(
                $"{group.Key.Phase} ({group.Key.What}) reaches 99 %, slowest round", Slowest(group),
                ReachedWithinSeconds, "s")),
            Check.AtLeast("purchases with viewers ÷ without, median", ThroughputKept(rounds), LeastThroughput),
            Check.AtMost("resident memory per viewer", (with.ResidentMegabytes - without.ResidentMegabytes) * perViewer,
                MostKilobytes, "KB"),
            Check.AtMost("managed heap per viewer", (with.ManagedMegabytes - without.ManagedMegabytes) * perViewer,
                MostKilobytes, "KB"),
            Check.AtMost("streams that ended before their time", rounds.Sum(round => round.Lost), 0),
            Check.AtMost("promises broken, by the ledgers", rounds.Sum(round => round.Violations.Count), 0),
        ];
    }

    // One that never came is slower than any.
    private static double? Slowest(IEnumerable<PhaseChange> changes)
    {
        var seconds = changes.Select(change => change.SecondsTo99Percent).ToList();
        return seconds.Contains(null) ? null : seconds.Max();
    }
}
