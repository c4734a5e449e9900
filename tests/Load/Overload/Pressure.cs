namespace OrleansSale.Tests.Load.Overload;

/// <summary>A flood of purchases.</summary>
/// <param name="Ledger">At which ledger: <c>slowed</c> or <c>real</c>.</param>
/// <param name="IsFirst">Whether it is the first of its engine, whose heap still grows to its working size.</param>
internal sealed record Flood(string Ledger, double PeakPerSecond, int Factor, bool IsFirst)
{
    /// <summary>The ledger that the harness slows.</summary>
    public const string Slowed = "slowed";

    /// <summary>What it is called in tables and checks, such as <c>2×, first</c>.</summary>
    public string Name => $"{Factor}×{(IsFirst ? ", first" : "")}";
}

/// <summary>What one flood did.</summary>
/// <param name="Undecided">Purchases without an answer, the trickle's included.</param>
/// <param name="Others">Answers that are neither a new order nor <c>overloaded</c>, by code.</param>
/// <param name="AcceptedPerSecond">Orders told in a second while the flood lasted.</param>
/// <param name="RetryAfter">Seconds of Retry-After (0: it had none) and how many were told each.</param>
/// <param name="NormalAgainSeconds">
/// From the last request's intended start until the trickle is as before for good; null: never.
/// </param>
/// <param name="Violations">What the ledger breaks, or lacks of what buyers were told.</param>
internal sealed record Pressure(
    int Accepted, int Overloaded, int Undecided, SortedDictionary<string, int> Others, double AcceptedPerSecond,
    LatencyRow AcceptedMs, LatencyRow OverloadedMs, SortedDictionary<int, int> RetryAfter, double? NormalAgainSeconds,
    MemoryRow Resident, MemoryRow Managed, IReadOnlyList<string> Violations)
{
    public static Pressure Of(
        Requests flood, Requests few, IReadOnlyList<MemorySample> memory, IReadOnlyList<string> violations)
    {
        return new Pressure(
            flood.CountOf(Fate.Made), flood.CountOf(Fate.Overloaded),
            flood.CountOf(Fate.Undecided) + few.CountOf(Fate.Undecided), OthersOf(flood, few),
            flood.MadePerSecondMeanwhile(), flood.Latencies(Fate.Made),
            flood.Latencies(Fate.Overloaded), flood.RetryAfter(),
            new Trickle(few, flood.Start, flood.End).NormalAgainSeconds(), Memory(sample => sample.ResidentMegabytes),
            Memory(sample => sample.ManagedMegabytes), violations);

        MemoryRow Memory(Func<MemorySample, double> megabytes) =>
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

/// <summary>The engine's memory at a moment, in Stopwatch ticks.</summary>
internal readonly record struct MemorySample(long At, double ResidentMegabytes, double ManagedMegabytes);

/// <summary>The engine's memory over a flood, in megabytes.</summary>
/// <param name="Before">Just before it.</param>
/// <param name="Middle">Median of its second third.</param>
/// <param name="Late">Median of its last third.</param>
/// <param name="Peak">The most, from its start until all was answered.</param>
internal sealed record MemoryRow(double Before, double Middle, double Late, double Peak)
{
    public double Growth() => Peak - Before;

    /// <summary>What samples of a flood's memory say, in megabytes and order.</summary>
    /// <exception cref="EngineException">A part of the flood was not seen.</exception>
    public static MemoryRow Of(IReadOnlyList<(long At, double Megabytes)> samples, long start, long end)
    {
        var third = (end - start) / 3;
        var before = Within(0, start);
        var (middle, late) = (Spread.Of(Within(start + third, end - third)), Spread.Of(Within(end - third, end)));
        return before.Count == 0 || middle is null || late is null
            ? throw new EngineException("the flood was too short for its memory to be seen")
            : new MemoryRow(before[^1], middle.Value.Median, late.Value.Median, Within(start, long.MaxValue).Max());

        List<double> Within(long from, long to) =>
            [.. samples.Where(sample => sample.At >= from && sample.At < to).Select(sample => sample.Megabytes)];
    }
}

/// <summary>
/// A few purchases a second before, during and after a flood: they tell how the engine is to somebody who comes at that
/// moment.
/// </summary>
internal sealed class Trickle(Requests purchases, long floodStart, long floodEnd)
{
    /// <summary>Above the median before the flood by this factor, and by this many ms, it is not as before.</summary>
    private const double LevelFactor = 2, LevelMargin = 25;

    /// <summary>The latency is judged over windows of this length: a moment's pause is no overload.</summary>
    private const double WindowSeconds = 0.5;

    public const double PerSecond = 50;

    /// <summary>How long it lasts before and after the flood.</summary>
    public static readonly TimeSpan Before = TimeSpan.FromSeconds(5), After = TimeSpan.FromSeconds(8);

    /// <summary>The first purchases meet connections that are opened only now, and do not count.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    public double? NormalAgainSeconds()
    {
        var settled = purchases.Start + (long)(Settling.TotalSeconds * Stopwatch.Frequency);
        var before = purchases.Latencies(index => purchases.DueAt(index) >= settled
            && purchases.DueAt(index) < floodStart && purchases.FateOf(index) == Fate.Made).P50;
        var after = Enumerable.Range(0, purchases.Count).Where(index => purchases.DueAt(index) >= floodEnd);
        return NormalAgainSeconds(
        [
            .. after.Select(index => (
                Stopwatch.GetElapsedTime(floodEnd, purchases.DueAt(index)).TotalSeconds,
                purchases.FateOf(index) == Fate.Made
                    ? purchases.LatencyOf(index)!.Value.TotalMilliseconds
                    : double.PositiveInfinity)),
        ],
        Math.Max(before * LevelFactor, before + LevelMargin));
    }

    /// <summary>
    /// When the first half second began from which on every one is as before: half of its purchases and more are
    /// accepted within the level, and none is refused.
    /// </summary>
    public static double? NormalAgainSeconds(IReadOnlyList<(double Due, double Latency)> after, double level)
    {
        var windows = after.GroupBy(purchase => (int)(purchase.Due / WindowSeconds)).OrderBy(window => window.Key)
            .ToList();
        var last = windows.FindLastIndex(window => window.Any(purchase => double.IsInfinity(purchase.Latency))
            || Spread.Of(window.Select(purchase => purchase.Latency))!.Value.Median > level);
        if (last == windows.Count - 1) return null;
        return last < 0 ? 0 : windows[last + 1].Key * WindowSeconds;
    }
}
