using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Purchases;

/// <summary>
/// How fast a batch answers while there is always more for it to do, and so how many purchases may wait for it. A plain
/// calculation: times are told to it.
/// </summary>
/// <remarks>
/// Once a batch is slower than its buyers, a longer lane makes no more orders. It makes everybody wait, those at its end up to
/// their bound and for nothing, and it goes on when the rush is over. So whoever would have to wait long is told at once to
/// come back. Only full calls count: one with few purchases in it shows how few there were, not how fast the batch is.
/// </remarks>
/// <param name="capacity">Most purchases that may ever wait.</param>
/// <param name="longestWait">How long a purchase should have to wait at most.</param>
public sealed class LanePace(int capacity, TimeSpan longestWait)
{
    /// <summary>The batch must have been busy for this long before it is judged.</summary>
    public static readonly TimeSpan JudgedAfter = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a time the judgement looks back on; what is older fades.</summary>
    public static readonly TimeSpan LooksBack = TimeSpan.FromSeconds(1);

    /// <summary>So many may wait however slow the batch is.</summary>
    public const int Least = 16;

    private double _seconds, _answered;
    private int? _judged;

    /// <summary>How many purchases may be under way, those at the batch included.</summary>
    public int MostOpen => _judged ?? capacity;

    /// <summary>How many go to the batch in one call: half of them at most, so that the next ones gather meanwhile.</summary>
    public int MostInCall => Math.Clamp(MostOpen / 2, 1, PurchaseCall.MaxCount);

    /// <summary>The batch has answered a call.</summary>
    /// <param name="count">Purchases in it.</param>
    /// <param name="wasFull">Whether it was as large as calls may be.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Answered(int count, bool wasFull, TimeSpan elapsed)
    {
        if (!wasFull)
        {
            Forget();
            return;
        }
        _answered += count;
        _seconds += elapsed.TotalSeconds;
        if (_seconds < JudgedAfter.TotalSeconds) return;
        var fade = Math.Min(1, LooksBack.TotalSeconds / _seconds);
        (_answered, _seconds) = (_answered * fade, _seconds * fade);
        _judged = (int)Math.Clamp(_answered / _seconds * longestWait.TotalSeconds, Math.Min(Least, capacity), capacity);
    }

    /// <summary>Nothing waits any more: how fast the batch is will show when it is busy again.</summary>
    public void Forget() => (_answered, _seconds, _judged) = (0, 0, null);
}
