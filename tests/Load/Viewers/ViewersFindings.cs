using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Viewers;

/// <param name="ResidentMegabytes">Of the engine after the purchases, with the viewers still there.</param>
/// <param name="ManagedMegabytes">Its managed heap after the last collection; null: not reported.</param>
internal sealed record WatchedSale(
    double PurchasesPerSecond, double ResidentMegabytes, double? ManagedMegabytes);

/// <summary>How one piece of news spread: a change of phase, or an announcement.</summary>
/// <param name="News">The new phase, or that it was an announcement.</param>
/// <param name="SecondsTo99Percent">Until it had reached 99 % of the viewers; null: it never came so far.</param>
internal sealed record Spreading(string News, string What, double? SecondsTo99Percent);

/// <summary>As many purchases again before the viewers' eyes, in a closed loop.</summary>
/// <param name="ProcessorMicroseconds">Of the engine for one of them, whatever else it did meanwhile.</param>
/// <param name="OthersShare">Share of the machine that other programs took meanwhile, 0…1.</param>
internal sealed record SalePart(
    bool Announces, double PurchasesPerSecond, double ProcessorMicroseconds, double OthersShare);

/// <summary>A sale without viewers, and then one with them.</summary>
/// <param name="Parts">Parts of the other, by turns quiet and with an announcement.</param>
/// <param name="Violations">What the audits of both ledgers found; empty if nothing is wrong.</param>
internal sealed record ViewersRound(
    WatchedSale Without, WatchedSale With, IReadOnlyList<SalePart> Parts, IReadOnlyList<Spreading> Changes, int Lost,
    IReadOnlyList<string> Violations);

/// <summary>What viewers may cost, and what they are promised.</summary>
internal static class ViewersFindings
{
    /// <summary>How soon a change of phase or an announcement must reach 99 % of the viewers.</summary>
    private const double ReachedWithinSeconds = 1;

    /// <summary>What must be left of the throughput that purchases have without viewers.</summary>
    private const double LeastThroughput = 0.7;

    /// <summary>Memory of the engine for a viewer, in KB.</summary>
    private const double MostKilobytes = 20;

    /// <summary>What an announcement may leave of the throughput, and make of the processor time.</summary>
    private const double LeastWhileAnnouncing = 0.95, MostProcessorWhileAnnouncing = 1.05;

    public static double ThroughputKept(IEnumerable<ViewersRound> rounds) =>
        Spread.Of(rounds, round => round.With.PurchasesPerSecond / round.Without.PurchasesPerSecond).Median;

    /// <summary>
    /// What announcements cost purchases: the parts with one beside the quiet ones of the same round. Goals, no checks:
    /// they are finer than a machine that others use too can decide in a few rounds.
    /// </summary>
    public static IReadOnlyList<Goal> Aims(IReadOnlyList<ViewersRound> rounds) =>
    [
        new("purchases with an announcement ÷ without", Quotient(rounds, part => part.PurchasesPerSecond),
            LeastWhileAnnouncing),
        new("the engine's processor time a purchase, likewise", Quotient(rounds, part => part.ProcessorMicroseconds),
            MostProcessorWhileAnnouncing, IsMost: true),
    ];

    /// <summary>
    /// All checks. Of every change of phase and announcement the slowest round counts. Memory is compared in the first
    /// round, for an engine keeps what it once had. What the watched sale's own orders take, and what no collection has
    /// cleared away yet, is counted as the viewers'.
    /// </summary>
    public static IReadOnlyList<Check> Judge(IReadOnlyList<ViewersRound> rounds, int viewers)
    {
        var (without, with) = (rounds[0].Without, rounds[0].With);
        return
        [
            .. rounds.SelectMany(round => round.Changes).GroupBy(change => (change.News, change.What))
                .Select(group => Check.AtMost(
                    $"{group.Key.News} ({group.Key.What}) reaches 99 %, slowest round", Slowest(group),
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

    private static Spread Quotient(IReadOnlyList<ViewersRound> rounds, Func<SalePart, double> figureOf) => Spread.Of(
        rounds, round => round.Parts.Where(part => part.Announces).Average(figureOf)
            / round.Parts.Where(part => !part.Announces).Average(figureOf));

    // One that never came is slower than any.
    private static double? Slowest(IEnumerable<Spreading> changes) =>
        changes.Select(change => change.SecondsTo99Percent).MaxBy(seconds => seconds ?? double.PositiveInfinity);
}
