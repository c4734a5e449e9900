namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// Which live hold's deadline comes first. Most orders come in the order of their deadlines, for they get the same
/// window; those cost nothing here. The others are in a heap.
/// </summary>
/// <remarks>
/// The argument: call an order early if one before it has a later deadline. All others have deadlines that only grow,
/// from the first to the last. So of those at or after the first live order, that one is the earliest, unless an early
/// one is earlier; and every early one is in the heap.
/// </remarks>
internal sealed class Deadlines(OrderRows rows)
{
    private readonly PriorityQueue<int, long> _early = new();

    // All orders before this place have ended or are paid for ever: what ended does not live again.
    private int _firstLive;
    private long _latest = long.MinValue;

    /// <summary>Takes in the order that was added last.</summary>
    public void TakeLast()
    {
        var place = rows.Count - 1;
        var payBy = rows.At(place).PayBy;
        if (payBy < _latest) _early.Enqueue(place, payBy);
        else _latest = payBy;
    }

    /// <summary>
    /// The place of the order whose deadline comes first among the live holds; below 0: there is none.
    /// </summary>
    public int First()
    {
        while (_firstLive < rows.Count && rows.At(_firstLive).Hold != HoldState.Live) _firstLive++;
        while (_early.TryPeek(out var ended, out _) && rows.At(ended).Hold != HoldState.Live) _early.Dequeue();
        var first = _firstLive < rows.Count ? _firstLive : -1;
        return _early.TryPeek(out var early, out var payBy) && (first < 0 || payBy < rows.At(first).PayBy)
            ? early : first;
    }
}
