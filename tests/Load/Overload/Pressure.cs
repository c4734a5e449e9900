using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>A flood of purchases.</summary>
/// <param name="Ledger">At which ledger: <c>slowed</c> or <c>real</c>.</param>
/// <param name="PeakPerSecond">Purchases a second in the closed loop, before.</param>
/// <param name="Factor">Arrivals as a multiple of the peak.</param>
/// <param name="IsFirst">
/// Whether it is the first of its engine, whose heap still grows to its working size: what is allocated between two
/// collections is touched for the first time.
/// </param>
internal sealed record Flood(string Ledger, double PeakPerSecond, int Factor, bool IsFirst)
{
    /// <summary>What it is called in tables and checks, such as <c>2×, first</c>.</summary>
    public string Name => $"{Factor}×{(IsFirst ? ", first" : "")}";
}

/// <summary>What one flood did.</summary>
internal sealed record Pressure
{
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

    /// <summary>From the last request's intended start until the trickle is as before for good; null: never.</summary>
    public required double? NormalAgainSeconds { get; init; }
    public required MemoryRow Resident { get; init; }

    /// <summary>Null: not reported.</summary>
    public required MemoryRow? Managed { get; init; }

    /// <summary>What the ledger's audit found; empty if nothing is wrong.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>The figures of a flood.</summary>
    /// <param name="flood">Its purchases.</param>
    /// <param name="few">Those before, during and after it.</param>
    /// <param name="memory">The engine's memory, in order.</param>
    /// <param name="violations">What the ledger breaks, or lacks of what buyers were told.</param>
    /// <exception cref="InvalidOperationException">It was too short for its memory to be seen.</exception>
    public static Pressure Of(
        Requests flood, Requests few, IReadOnlyList<MemorySample> memory, IReadOnlyList<string> violations)
    {
        return new Pressure
        {
            Accepted = flood.CountOf(Fate.Made),
            Overloaded = flood.CountOf(Fate.Overloaded),
            Undecided = flood.CountOf(Fate.Undecided) + few.CountOf(Fate.Undecided),
            Others = OthersOf(flood, few),
            AcceptedPerSecond = flood.MadePerSecond(flood.Start, flood.End),
            AcceptedMs = LatencyRow.Of(flood.Latencies(Fate.Made)),
            OverloadedMs = LatencyRow.Of(flood.Latencies(Fate.Overloaded)),
            RetryAfter = flood.RetryAfter(),
            NormalAgainSeconds = new Trickle(few, flood.Start, flood.End).NormalAgainSeconds(),
            Resident = Memory(sample => sample.ResidentMegabytes)
                ?? throw new InvalidOperationException("the flood was too short"),
            Managed = memory.All(sample => sample.ManagedMegabytes is not null)
                ? Memory(sample => sample.ManagedMegabytes!.Value)
                : null,
            Violations = violations,
        };

        MemoryRow? Memory(Func<MemorySample, double> megabytes) =>
            MemoryRow.Of([.. memory.Select(sample => (sample.At, megabytes(sample)))], flood.Start, flood.End);
    }

    /// <summary>The answers that are neither a new order nor <c>overloaded</c>, by code.</summary>
    public static SortedDictionary<string, int> OthersOf(params IReadOnlyList<Requests> all)
    {
        var counts = all.SelectMany(one => one.Refusals)
            .Concat(all.Select(one => KeyValuePair.Create("http-200", one.CountOf(Fate.Repeated))))
            .Concat(all.Select(one => KeyValuePair.Create("overloaded", -one.CountOf(Fate.Overloaded))));
        return new(counts.GroupBy(one => one.Key, one => one.Value).Where(code => code.Sum() != 0)
            .ToDictionary(code => code.Key, code => code.Sum()), StringComparer.Ordinal);
    }
}

/// <summary>The engine's memory at a moment, in Stopwatch ticks; managed: null if it is not reported.</summary>
internal readonly record struct MemorySample(long At, double ResidentMegabytes, double? ManagedMegabytes);

/// <summary>The engine's memory over a flood, in megabytes.</summary>
/// <param name="Before">Just before it.</param>
/// <param name="Middle">Median of its second third.</param>
/// <param name="Late">Median of its last third.</param>
/// <param name="Peak">The most, from its start until all was answered.</param>
internal sealed record MemoryRow(double Before, double Middle, double Late, double Peak)
{
    /// <summary>What samples of a flood's memory say, in megabytes and order; null: a part was not seen.</summary>
    public static MemoryRow? Of(IReadOnlyList<(long At, double Megabytes)> samples, long start, long end)
    {
        var third = (end - start) / 3;
        var before = Within(0, start);
        var (middle, late) = (Spread.Of(Within(start + third, end - third)), Spread.Of(Within(end - third, end)));
        return before.Count == 0 || middle is null || late is null
            ? null
            : new MemoryRow(before[^1], middle.Value.Median, late.Value.Median, Within(start, long.MaxValue).Max());

        List<double> Within(long from, long to) =>
            [.. samples.Where(sample => sample.At >= from && sample.At < to).Select(sample => sample.Megabytes)];
    }
}
