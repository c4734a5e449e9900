namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// Finds the live hold with the earliest deadline. Most orders arrive in the order of their deadlines, because they get
/// the same window; they need no storage here. The others are in a heap.
/// </summary>
/// <remarks>
/// The argument: call an order early if an order before it has a later deadline. The deadlines of all other orders
/// never decrease from first to last. So the first live order has the earliest deadline of those. Only an early order
/// can be earlier, and every early order is in the heap. An order that was revived has a new deadline: it is in the
/// heap, too, and does not count among the others any more. What the heap had of it before is out of date, as the
/// deadline tells. An extension moves the deadlines of all live holds by the same time, so it changes nothing of this
/// among them.
/// </remarks>
internal sealed class Deadlines(OrderRows rows)
{
    // Of equal deadlines the first order's counts, whatever was taken out before: a replay finds the same one.
    private readonly PriorityQueue<int, (long PayBy, int Place)> _early = new();

    // No order before this place is a live hold, but for those that were revived.
    private int _firstLive;
    private long _latest = long.MinValue;

    /// <summary>Registers the order that was added last.</summary>
    public void TakeLast()
    {
        var place = rows.Count - 1;
        var payBy = rows.At(place).PayBy;
        if (payBy < _latest) _early.Enqueue(place, (payBy, place));
        else _latest = payBy;
    }

    /// <summary>Registers an order that was revived.</summary>
    public void TakeRevived(int place) => _early.Enqueue(place, (rows.At(place).PayBy, place));

    /// <summary>Moves the deadlines of all live holds by the same time.</summary>
    /// <param name="milliseconds">How much later they are.</param>
    public void Extend(int milliseconds)
    {
        var revived = LiveRevived();
        _early.Clear();
        var latest = long.MinValue;
        for (var place = First(); place >= 0 && place < rows.Count; place++)
        {
            ref var row = ref rows.At(place);
            if (row.Hold != HoldState.Live || row.IsRevived) continue;
            Extend(place, milliseconds);
            if (row.PayBy < latest) _early.Enqueue(place, (row.PayBy, place));
            else latest = row.PayBy;
        }
        _latest = Math.Max(_latest, latest);
        foreach (var place in revived)
        {
            Extend(place, milliseconds);
            TakeRevived(place);
        }
    }

    /// <summary>The longest time from a hold to its deadline among the live holds, ms; 0: none is live.</summary>
    public int LongestWindow()
    {
        var longest = 0;
        foreach (var place in LiveRevived()) longest = Math.Max(longest, rows.At(place).WindowMilliseconds);
        for (var place = _firstLive; place < rows.Count; place++)
        {
            ref readonly var row = ref rows.At(place);
            if (row.Hold == HoldState.Live) longest = Math.Max(longest, row.WindowMilliseconds);
        }
        return longest;
    }

    /// <summary>The place of the live hold with the earliest deadline; negative: none.</summary>
    public int First()
    {
        while (_firstLive < rows.Count && (rows.At(_firstLive).Hold != HoldState.Live || rows.At(_firstLive).IsRevived))
            _firstLive++;
        while (_early.TryPeek(out var old, out var said)
            && (rows.At(old).Hold != HoldState.Live || rows.At(old).PayBy != said.PayBy))
            _early.Dequeue();
        var first = _firstLive < rows.Count ? _firstLive : -1;
        return _early.TryPeek(out var early, out var until) && (first < 0 || until.PayBy < rows.At(first).PayBy)
            ? early : first;
    }

    private void Extend(int place, int milliseconds)
    {
        ref var row = ref rows.At(place);
        row.PayBy += milliseconds;
        row.WindowMilliseconds += milliseconds;
    }

    // The heap has all of them, some more than once.
    private HashSet<int> LiveRevived() =>
    [
        .. _early.UnorderedItems.Select(early => early.Element)
            .Where(place => rows.At(place) is { IsRevived: true, Hold: HoldState.Live }),
    ];
}
