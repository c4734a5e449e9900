using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// How fast a batch answers while it is always busy, and hence how many purchases may wait for it. A plain calculation:
/// its caller measures the times.
/// </summary>
/// <remarks>
/// If a batch is slower than its buyers, a longer lane makes no more orders. Everybody would wait longer, those at the
/// end in vain until their bound, and the lane would still be full after the rush. So buyers who would have to wait
/// long are told at once to retry later. Only full calls count: a call with few purchases does not show how fast the
/// batch is. Of the last full calls the fastest counts: a move to another silo, or a short stall of the disk, delays
/// one call, but the batch is not slow.
/// </remarks>
/// <param name="capacity">Most purchases that may ever wait.</param>
/// <param name="longestWait">How long a purchase should have to wait at most.</param>
public sealed class LanePace(int capacity, TimeSpan longestWait)
{
    /// <summary>The batch must have been busy for this long before it is judged.</summary>
    public static readonly TimeSpan JudgedAfter = TimeSpan.FromSeconds(0.5);

    /// <summary>How many of the last full calls are considered.</summary>
    public const int JudgedCalls = 3;

    /// <summary>This many may wait however slow the batch is.</summary>
    public const int MinOpen = 16;

    private readonly double[] _perSecond = new double[JudgedCalls];
    private double _busySeconds;
    private int _calls;
    private int? _judged;

    /// <summary>How many purchases may be under way, including those at the batch.</summary>
    public int MaxOpen => _judged ?? capacity;

    /// <summary>
    /// How many purchases one call may have: at most half of them, so that the next ones gather meanwhile.
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
        // Counts the calls, and so gives the next place. It restarts before it overflows.
        _calls = _calls + 1 < 2 * JudgedCalls ? _calls + 1 : JudgedCalls;
        if (_calls < JudgedCalls || _busySeconds < JudgedAfter.TotalSeconds) return;
        _judged = (int)Math.Clamp(_perSecond.Max() * longestWait.TotalSeconds, Math.Min(MinOpen, capacity), capacity);
    }

    /// <summary>Nothing waits any more. The batch is measured again when it is busy.</summary>
    public void Forget() => (_calls, _busySeconds, _judged) = (0, 0, null);
}
