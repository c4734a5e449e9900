namespace OrleansSale.Tests.Load.Overload;

/// <summary>What must hold under overload.</summary>
internal static class OverloadFindings
{
    /// <summary>How long after a flood everything must be as before.</summary>
    private const double NormalWithinSeconds = 2;

    /// <summary>Of the slowed peak, what must be accepted under overload.</summary>
    private const double LeastThroughput = 0.9;

    /// <summary>The engine's bound of an answer, <c>Sale:AnswerWithinSeconds</c>; its default.</summary>
    private const int AnswerWithinSeconds = 10;

    /// <summary>How fast a buyer who is not served must be told so, at the 99.9th percentile.</summary>
    private const double OverloadedWithinSeconds = 1;

    /// <summary>Resident memory that a connection with a purchase under way may take, in KB.</summary>
    private const double ConnectionKilobytes = 32;

    /// <summary>Resident memory that collections may leave for later, and the orders of the flood, in MB.</summary>
    private const double SlackMegabytes = 256;

    /// <summary>
    /// What memory may grow by in the last third of a flood, as a factor: no more than the orders kept. Judged from an
    /// engine's second flood on: in the first, resident memory grows for most of a minute, and then no more (floods of
    /// 120 s: 1.03, 1.01).
    /// </summary>
    private const double LateGrowth = 1.15;

    private const int LongestRetryAfterSeconds = 10;

    /// <summary>All checks. At the real ledger the socket is the limit, so only what is stored is judged.</summary>
    public static IEnumerable<Check> Judge(Flood flood, Pressure seen, int connections) => flood.Ledger == Flood.Slowed
        ? JudgeSlowed(flood, seen, connections * ConnectionKilobytes / 1e3 + SlackMegabytes)
        : [Check.AtMost("real ledger, promises broken", seen.Violations.Count, 0)];

    private static IEnumerable<Check> JudgeSlowed(Flood flood, Pressure seen, double mostMegabytes)
    {
        var resident = seen.Resident;
        var told = seen.RetryAfter.Where(one => one.Key is >= 1 and <= LongestRetryAfterSeconds).ToList();
        var values = string.Join(", ", told.Select(one => $"{one.Key} s: {one.Value}"));
        List<Check> checks =
        [
            Check.AtMost("undecided", seen.Undecided, 0),
            Check.AtMost("answers that are neither an order nor overloaded", seen.Others.Values.Sum(), 0),
            Check.AtLeast("overloaded, or it was no overload", seen.Overloaded, 1),
            Check.AtMost("accepted, slowest", seen.AcceptedMs.Max / 1e3, AnswerWithinSeconds, "s"),
            Check.AtMost("overloaded, p99.9", seen.OverloadedMs.P999 / 1e3, OverloadedWithinSeconds, "s"),
            Check.AtMost("overloaded without a Retry-After", seen.Overloaded - told.Sum(one => one.Value), 0),
            Check.AtLeast($"values of Retry-After ({values})", told.Count, 2),
            Check.AtLeast("accepted ÷ slowed peak", seen.AcceptedPerSecond / flood.PeakPerSecond, LeastThroughput),
            Check.AtMost("resident memory, most, above before", resident.Growth(), mostMegabytes, "MB"),
            Check.AtMost("managed heap, most, above before", seen.Managed.Growth(), mostMegabytes, "MB"),
            Check.AtMost("normal again after", seen.NormalAgainSeconds, NormalWithinSeconds, "s"),
            Check.AtMost("promises broken, by the ledger", seen.Violations.Count, 0),
        ];
        if (!flood.IsFirst)
            checks.Add(Check.AtMost(
                "resident memory, last third ÷ second third", resident.Late / resident.Middle, LateGrowth));
        return checks.Select(check => check with { Name = $"{flood.Name} {check.Name}" });
    }
}
