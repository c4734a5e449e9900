using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// How fast a batch answers while there is always more for it to do, and so how many purchases may wait for it. A plain
/// calculation: its caller measures the times.
/// </summary>
/// <remarks>
/// Once a batch is slower than its buyers, a longer lane makes no more orders. It makes everybody wait, those at its
/// end up to their bound and for nothing, and it goes on when the rush is over. So buyers who would have to wait long
/// are answered at once that they should come back. Only full calls count: one with few purchases in it shows how few
/// there were, not how fast the batch is. And of the last ones the fastest counts: a batch that moves to another silo,
/// or a disk that hangs for a moment, is late once and not slow.
/// </remarks>
/// <param name="capacity">Most purchases that may ever wait.</param>
/// <param name="longestWait">How long a purchase should have to wait at most.</param>
public sealed class LanePace(int capacity, TimeSpan longestWait)
{
    /// <summary>The batch must have been busy for this long before it is judged.</summary>
    public static readonly TimeSpan JudgedAfter = TimeSpan.FromSeconds(0.5);

    /// <summary>Full calls, one after the other, that the judgement looks back on.</summary>
    public const int JudgedCalls = 3;

    /// <summary>So many may wait however slow the batch is.</summary>
    public const int MinOpen = 16;

    private readonly double[] _perSecond = new double[JudgedCalls];
    private double _busySeconds;
    private int _calls;
    private int? _judged;

    /// <summary>How many purchases may be under way, those at the batch included.</summary>
    public int MaxOpen => _judged ?? capacity;

    /// <summary>
    /// How many go to the batch in one call: half of them at most, so that the next ones gather meanwhile.
    /// </summary>
    public int MaxInCall => Math.Clamp(MaxOpen / 2, 1, PurchaseCall.MaxCount);

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
        _busySeconds += elapsed.TotalSeconds;
        _perSecond[_calls % JudgedCalls] = count / Math.Max(elapsed.TotalSeconds, double.Epsilon);
        // Which place is next, and whether there are enough: it starts over before it overflows.
        _calls = _calls + 1 < 2 * JudgedCalls ? _calls + 1 : JudgedCalls;
        if (_calls < JudgedCalls || _busySeconds < JudgedAfter.TotalSeconds) return;
        _judged = (int)Math.Clamp(_perSecond.Max() * longestWait.TotalSeconds, Math.Min(MinOpen, capacity), capacity);
    }

    /// <summary>Nothing waits any more: how fast the batch is will show when it is busy again.</summary>
    public void Forget() => (_calls, _busySeconds, _judged) = (0, 0, null);
}
