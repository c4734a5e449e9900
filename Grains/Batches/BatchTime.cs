namespace OrleansSale.Grains.Batches;

/// <summary>
/// The instant at which a batch decides: the clock's. While the ledger's last instant is ahead of the clock, it is that
/// instant and the time gone by since, as the monotonic clock measures it.
/// </summary>
/// <remarks>
/// <para>
/// A ledger gets ahead of the clock when the clock jumped ahead, something was written, and the clock was set right
/// again. Time in a ledger never runs backwards, so what happens next cannot be dated by the clock. Time that stood
/// still until the clock is there would keep every hold of that span for as much longer, and nobody could say when a
/// unit is free: a hold's window is an interval that was promised. So it goes on from where it was.
/// </para>
/// <para>
/// The price: what the schedule names is compared with that time too, because an entry must not contradict the schedule
/// by its own date. A sale whose ledger is an hour ahead closes an hour early by the clock. It is told to operators for
/// as long as it lasts. It shrinks by whatever time nobody has the batch: an activation, here or on another silo,
/// starts at the last entry's instant.
/// </para>
/// <para>
/// It is anchored to entries, not to what the clock has said in between: a clock that jumps ahead and back while
/// nothing is written leaves no trace.
/// </para>
/// </remarks>
/// <param name="lastAt">Instant of the last entry, ms; 0: none.</param>
/// <param name="monotonic">The monotonic clock now.</param>
public sealed class BatchTime(long lastAt, TimeSpan monotonic)
{
    /// <summary>A lead up to this is nobody's concern: silos that hand a batch over may differ by half of it.</summary>
    public static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(1);

    private long _lastAt = lastAt;
    private TimeSpan _lastSince = monotonic;
    private TimeSpan _read = monotonic;
    private bool _isAhead;

    /// <summary>The instant now, ms.</summary>
    /// <param name="clock">What the clock says, ms.</param>
    /// <param name="monotonic">What the monotonic clock says.</param>
    public long At(long clock, TimeSpan monotonic)
    {
        _read = monotonic;
        // Only a clock that was seen behind the ledger is compared with the monotonic one: the two need not run at one
        // pace.
        if (!_isAhead && clock >= _lastAt) return clock;
        var goneOn = _lastAt + Math.Max(0, (long)(monotonic - _lastSince).TotalMilliseconds);
        _isAhead = goneOn > clock;
        return Math.Max(clock, goneOn);
    }

    /// <summary>Notes an entry of the instant that was last read.</summary>
    /// <param name="at">Its instant, ms.</param>
    public void Entered(long at) => (_lastAt, _lastSince) = (at, _read);
}
