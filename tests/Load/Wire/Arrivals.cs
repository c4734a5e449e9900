using System.Diagnostics;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>Hands out requests when they are due: first those in their order, then repeats.</summary>
internal sealed class Arrivals(IWireWork work)
{
    /// <summary>How often an idle connection looks whether a repeat has become due.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMilliseconds(5);

    private readonly PriorityQueue<int, long> _repeats = new();
    private int _next;
    private int _left = work.Count;
    private int _repeatCount;

    /// <summary>The next request, when it is due; −1 when all are done.</summary>
    public async ValueTask<int> NextAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _left) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Volatile.Read(ref _repeatCount) > 0 && TryTakeRepeat(out var repeated)) return repeated;
            if (!TryTakeFirst(out var index))
            {
                await Task.Delay(IdleInterval, cancellationToken);
                continue;
            }

            // A timer may fire a moment early by this clock.
            while (work.DueAt(index) - Stopwatch.GetTimestamp() is var wait and > 0)
                await Task.Delay(DelayFor(wait), cancellationToken);
            return index;
        }

        return -1;
    }

    /// <summary>
    /// A delay that ends when so many ticks of Stopwatch have gone by, or up to a millisecond later: timers count whole
    /// ones.
    /// </summary>
    /// <remarks>
    /// Cut to 0 of them it would be no delay: the waiting loop would take a core, until the request is due, from those
    /// whose speed is measured.
    /// </remarks>
    public static TimeSpan DelayFor(long ticks) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(ticks * 1e3 / Stopwatch.Frequency));

    /// <summary>The request is to be sent again after this time.</summary>
    public void Again(int index, TimeSpan after)
    {
        var dueAt = Stopwatch.GetTimestamp() + (long)(after.TotalSeconds * Stopwatch.Frequency);
        lock (_repeats) _repeats.Enqueue(index, dueAt);
        Interlocked.Increment(ref _repeatCount);
    }

    /// <summary>A request is done.</summary>
    public void Done() => Interlocked.Decrement(ref _left);

    private bool TryTakeFirst(out int index)
    {
        index = work.Count;
        if (Volatile.Read(ref _next) < work.Count) index = Interlocked.Increment(ref _next) - 1;
        return index < work.Count;
    }

    private bool TryTakeRepeat(out int index)
    {
        lock (_repeats)
        {
            if (!_repeats.TryPeek(out index, out var dueAt) || dueAt > Stopwatch.GetTimestamp()) return false;
            _repeats.Dequeue();
        }

        Interlocked.Decrement(ref _repeatCount);
        return true;
    }
}
