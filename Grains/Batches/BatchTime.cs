namespace OrleansSale.Grains.Batches;

/// <summary>
/// The instant at which a batch decides. It is the clock's instant, unless the ledger's last instant is ahead of the
/// clock. Then it is the ledger's last instant plus the time that has passed since, by the monotonic clock.
/// </summary>
/// <remarks>
/// <para>
/// A ledger gets ahead of the clock when the clock jumped ahead, an entry was written, and the clock was corrected.
/// Time in a ledger never runs backwards, so the next entry cannot take the clock's instant. If the batch's time stood
/// still until the clock caught up, every hold would last that much longer than its payment window. So the batch's time
/// goes on from the ledger's last instant.
/// </para>
/// <para>
/// The price: the schedule is compared with that time too, because an entry's own date must not contradict the
/// schedule. A sale whose ledger is an hour ahead closes an hour early by the clock. The lead is reported to operators
/// while it lasts. It shrinks while the batch is not active anywhere, because each activation starts at the last
/// entry's instant.
/// </para>
/// <para>
/// Only entries anchor this time. A clock that jumps ahead and back between two entries has no effect.
/// </para>
/// </remarks>
/// <param name="lastAt">Instant of the last entry, ms; 0: none.</param>
/// <param name="monotonic">The monotonic clock now.</param>
public sealed class BatchTime(long lastAt, TimeSpan monotonic)
{
    /// <summary>
    /// A lead up to this is not reported. The clocks of two silos that hand a batch over may differ by half of it.
    /// </summary>
    public static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(1);

    private long _lastAt = lastAt;
    private TimeSpan _lastSince = monotonic;
    private TimeSpan _read = monotonic;
    private bool _isAhead;

    /// <summary>The instant now, ms.</summary>
    /// <param name="clock">The clock's instant, ms.</param>
    /// <param name="monotonic">The monotonic clock's reading.</param>
    public long At(long clock, TimeSpan monotonic)
    {
        _read = monotonic;
        // Only a clock that was seen behind the ledger is compared with the monotonic clock: the two may run at
        // different speeds.
        if (!_isAhead && clock >= _lastAt) return clock;
        var goneOn = _lastAt + Math.Max(0, (long)(monotonic - _lastSince).TotalMilliseconds);
        _isAhead = goneOn > clock;
        return Math.Max(clock, goneOn);
    }

    /// <summary>Records that an entry was written at the instant that was last read.</summary>
    /// <param name="at">Its instant, ms.</param>
    public void Entered(long at) => (_lastAt, _lastSince) = (at, _read);
}
