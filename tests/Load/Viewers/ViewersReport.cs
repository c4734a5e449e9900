using OrleansSale.Tests.Load.Experiments;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>A sale, watched or not.</summary>
/// <param name="Viewers">How many watched.</param>
/// <param name="PurchasesPerSecond">Orders told in a second, closed loop.</param>
/// <param name="ResidentMegabytes">Of the engine after the purchases, with the viewers still there.</param>
/// <param name="ManagedMegabytes">Its managed heap after the last collection; null: not reported.</param>
internal sealed record WatchedSale(
    int Viewers, double PurchasesPerSecond, double ResidentMegabytes, double? ManagedMegabytes);

/// <summary>How the news of one change of phase spread; null: it never came so far.</summary>
/// <param name="Phase">The new phase.</param>
/// <param name="What">What changed it.</param>
/// <param name="SecondsToHalf">Until it had reached half of the viewers.</param>
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
    public double ThroughputKept => ViewersFindings.ThroughputKept(Rounds);

    public override IEnumerable<Table> Tables() =>
        [FigureTable.SideBySide($"{Viewers} viewers", Rounds.Select((round, index) => ($"round {index + 1}", round)))];
}

/// <summary>What viewers may cost, and what they are promised.</summary>
internal static class ViewersFindings
{
    /// <summary>How soon a change of phase must reach 99 % of the viewers.</summary>
    private const double ReachedWithinSeconds = 1;

    /// <summary>What must be left of the throughput that purchases have without viewers.</summary>
    private const double LeastThroughput = 0.7;

    /// <summary>Memory of the engine for a viewer, in KB.</summary>
    private const double MostKilobytes = 20;

    public static double ThroughputKept(IEnumerable<ViewersRound> rounds) =>
        Spread.Of(rounds, round => round.With.PurchasesPerSecond / round.Without.PurchasesPerSecond).Median;

    /// <summary>
    /// All checks. Of every change of phase the slowest round counts. Memory is compared in the first round, for an
    /// engine keeps what it once had. What the watched sale's own orders take, and what no collection has cleared away
    /// yet, is counted as the viewers'.
    /// </summary>
    public static IReadOnlyList<Check> Judge(IReadOnlyList<ViewersRound> rounds, int viewers)
    {
        var (without, with) = (rounds[0].Without, rounds[0].With);
        return
        [
            .. rounds.SelectMany(round => round.Changes).GroupBy(change => (change.Phase, change.What))
                .Select(group => Check.AtMost(
                    $"{group.Key.Phase} ({group.Key.What}) reaches 99 %, slowest round", Slowest(group),
                    ReachedWithinSeconds, "s")),
            Check.AtLeast("purchases with viewers ÷ without, median", ThroughputKept(rounds), LeastThroughput),
            Check.AtMost("resident memory per viewer",
                (with.ResidentMegabytes - without.ResidentMegabytes) * 1e3 / viewers, MostKilobytes, "KB"),
            Check.AtMost("managed heap per viewer",
                (with.ManagedMegabytes - without.ManagedMegabytes) * 1e3 / viewers, MostKilobytes, "KB"),
            Check.AtMost("streams that ended before their time", rounds.Sum(round => round.Lost), 0),
            Check.AtMost("promises broken, by the ledgers", rounds.Sum(round => round.Violations.Count), 0),
        ];
    }

    // One that never came is slower than any.
    private static double? Slowest(IEnumerable<PhaseChange> changes) =>
        changes.Select(change => change.SecondsTo99Percent).MaxBy(seconds => seconds ?? double.PositiveInfinity);
}
