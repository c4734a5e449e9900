using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Viewers;

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

    /// <summary>Purchases a second with viewers ÷ without, round by round; the median.</summary>
    public static double ThroughputKept(IEnumerable<ViewersRound> rounds) =>
        Spread.Of(
            rounds.Select(round => round.With.PurchasesPerSecond / round.Without.PurchasesPerSecond))!.Value.Median;

    /// <summary>All checks. Of every change of phase the slowest round counts.</summary>
    /// <param name="rounds">
    /// The rounds; memory is compared in the first, for an engine keeps what it once had. What the watched sale's own
    /// orders take, and what no collection has cleared away yet, is counted as the viewers'.
    /// </param>
    /// <param name="viewers">How many watched.</param>
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
