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
/// deadline tells.
/// </remarks>
internal sealed class Deadlines(OrderRows rows)
{
    private readonly PriorityQueue<int, long> _early = new();

    // No order before this place is a live hold, but for those that were revived.
    private int _firstLive;
    private long _latest = long.MinValue;

    /// <summary>Registers the order that was added last.</summary>
    public void TakeLast()
    {
        var place = rows.Count - 1;
        var payBy = rows.At(place).PayBy;
        if (payBy < _latest) _early.Enqueue(place, payBy);
        else _latest = payBy;
    }

    /// <summary>Registers an order that was revived.</summary>
    public void TakeRevived(int place) => _early.Enqueue(place, rows.At(place).PayBy);

    /// <summary>The place of the live hold with the earliest deadline; negative: none.</summary>
    public int First()
    {
        while (_firstLive < rows.Count && (rows.At(_firstLive).Hold != HoldState.Live || rows.At(_firstLive).IsRevived))
            _firstLive++;
        while (_early.TryPeek(out var old, out var until)
            && (rows.At(old).Hold != HoldState.Live || rows.At(old).PayBy != until))
            _early.Dequeue();
        var first = _firstLive < rows.Count ? _firstLive : -1;
        return _early.TryPeek(out var early, out var payBy) && (first < 0 || payBy < rows.At(first).PayBy)
            ? early : first;
    }
}
