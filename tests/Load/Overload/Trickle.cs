using System.Diagnostics;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Overload;

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
            && purchases.DueAt(index) < floodStart && purchases.FateOf(index) == Fate.Made).Milliseconds(50);
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
