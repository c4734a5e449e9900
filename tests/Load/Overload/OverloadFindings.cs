using OrleansSale.Tests.Load.Experiments;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>What must hold under overload.</summary>
internal static class OverloadFindings
{
    /// <summary>The ledger that the harness slows.</summary>
    public const string Slowed = "slowed";

    /// <summary>Of the slowed peak, what must be accepted under overload.</summary>
    public const double LeastThroughput = 0.9;

    /// <summary>How fast a buyer who is not served must be told so, at the 99.9th percentile.</summary>
    public const double OverloadedWithinSeconds = 1;

    /// <summary>How long after a flood everything must be as before.</summary>
    public const double NormalWithinSeconds = 2;

    /// <summary>Resident memory that a connection with a purchase under way may take, in KB.</summary>
    public const double ConnectionKilobytes = 32;

    /// <summary>Resident memory that collections may leave for later, and the orders of the flood, in MB.</summary>
    public const double SlackMegabytes = 256;

    /// <summary>
    /// What memory may grow by in the last third of a flood, as a factor: no more than the orders kept. Judged from an
    /// engine's second flood on: in the first, resident memory grows for most of a minute, and then no more (floods of
    /// 120 s: 1.03, 1.01).
    /// </summary>
    public const double LateGrowth = 1.15;

    /// <summary>The longest Retry-After that is taken for one, in seconds.</summary>
    private const int LongestRetryAfterSeconds = 10;

    /// <summary>All checks. At the real ledger the socket is the limit, so only what is stored is judged.</summary>
    public static IReadOnlyList<Check> Judge(IReadOnlyList<Pressure> floods, OverloadOptions options) =>
    [
        .. floods.SelectMany(flood => flood.Ledger == Slowed
            ? JudgeSlowed(flood, options)
            : [Check.AtMost("real ledger, promises broken", flood.Violations.Count, 0)]),
    ];

    private static IEnumerable<Check> JudgeSlowed(Pressure pressure, OverloadOptions options)
    {
        var (name, connections, resident) = (pressure.Name, options.Connections, pressure.Resident);
        var told = pressure.RetryAfter.Where(one => one.Key is >= 1 and <= LongestRetryAfterSeconds).ToList();
        yield return Check.AtMost($"{name} undecided", pressure.Undecided, 0);
        yield return Check.AtMost(
            $"{name} answers that are neither an order nor overloaded", pressure.Others.Values.Sum(), 0);
        yield return Check.AtLeast($"{name} overloaded, or it was no overload", pressure.Overloaded, 1);
        yield return Check.AtMost(
            $"{name} accepted, slowest", pressure.AcceptedMs.Max / 1e3, options.AnswerWithinSeconds, "s");
        yield return Check.AtMost(
            $"{name} overloaded, p99.9", pressure.OverloadedMs.P999 / 1e3, OverloadedWithinSeconds, "s");
        yield return Check.AtMost(
            $"{name} overloaded without a Retry-After", pressure.Overloaded - told.Sum(one => one.Value), 0);
        yield return Check.AtLeast(
            $"{name} values of Retry-After ({string.Join(", ", told.Select(one => $"{one.Key} s: {one.Value}"))})",
            told.Count, 2);
        yield return Check.AtLeast(
            $"{name} accepted ÷ slowed peak", pressure.AcceptedPerSecond / pressure.PeakPerSecond, LeastThroughput);
        yield return Check.AtMost(
            $"{name} resident memory, most, above before", resident.Peak - resident.Before,
            connections * ConnectionKilobytes / 1e3 + SlackMegabytes, "MB");
        if (!pressure.IsFirst)
            yield return Check.AtMost(
                $"{name} resident memory, last third ÷ second third", resident.Late / resident.Middle, LateGrowth);
        yield return Check.AtMost(
            $"{name} managed heap, most, above before", pressure.Managed?.Peak - pressure.Managed?.Before,
            connections * ConnectionKilobytes / 1e3 + SlackMegabytes, "MB");
        yield return Check.AtMost($"{name} normal again after", pressure.NormalAgainSeconds, NormalWithinSeconds, "s");
        yield return Check.AtMost($"{name} promises broken, by the ledger", pressure.Violations.Count, 0);
    }

    /// <summary>What samples of a flood's memory say.</summary>
    /// <param name="samples">In order; the moment, and megabytes.</param>
    /// <param name="start">The flood's start.</param>
    /// <param name="end">When its last request is due.</param>
    /// <returns>Null: a part of it was not seen.</returns>
    public static MemoryRow? MemoryOf(IReadOnlyList<(long At, double Megabytes)> samples, long start, long end)
    {
        var third = (end - start) / 3;
        var before = samples.Where(sample => sample.At < start).Select(sample => sample.Megabytes).ToList();
        var during = samples.Where(sample => sample.At >= start).ToList();
        var (middle, late) = (Median(start + third, end - third), Median(end - third, end));
        if (before.Count == 0 || middle is null || late is null) return null;
        return new MemoryRow(
            before[^1], middle.Value.Median, late.Value.Median, during.Max(sample => sample.Megabytes),
            during[^1].Megabytes);

        Spread? Median(long from, long to) =>
            Spread.Of(during.Where(sample => sample.At >= from && sample.At < to).Select(sample => sample.Megabytes));
    }
}
