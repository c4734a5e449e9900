using Microsoft.Extensions.Time.Testing;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// A clock that only a test moves, which knows whether the grain timers it has fired are through with their tick.
/// </summary>
/// <remarks>
/// A grain timer is armed for one tick at a time, and armed again when that tick is over. So a tick is under way from
/// the firing of a timer to its next arming or its end, and <see cref="AdvanceAsync"/> can wait for exactly that.
/// </remarks>
public sealed class SaleClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    /// <summary>Noon in Beijing on the Friday of the first sale.</summary>
    public static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private TimeSpan _jumped;
    private int _ticking;
    private int _grainTimers;

    /// <summary>Grain timers that exist now.</summary>
    public int GrainTimers => Volatile.Read(ref _grainTimers);

    /// <summary>The instant it shows.</summary>
    public DateTimeOffset Now => GetUtcNow();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _jumped;

    /// <inheritdoc/>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets the clock ahead or back, as a person or a wrong time server does: no time goes by.</summary>
    public void Jump(TimeSpan by) => _jumped += by;

    /// <summary>
    /// Moves the clock and waits until every tick this sets off is over; what a tick starts beside itself may go on.
    /// </summary>
    public async Task AdvanceAsync(TimeSpan span)
    {
        Advance(span);
        await Eventually.HoldsAsync(() => Volatile.Read(ref _ticking) == 0, "the ticks are over");
    }

    /// <summary>Moves the clock to an instant and waits likewise.</summary>
    public Task AdvanceToAsync(DateTimeOffset instant) => AdvanceAsync(instant - Now);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (state is not IGrainTimer) return base.CreateTimer(callback, state, dueTime, period);
        var timer = new WatchedTimer(this);
        timer.Inner = base.CreateTimer(
            fired =>
            {
                timer.Fire();
                callback(fired);
            },
            state, dueTime, period);
        Interlocked.Increment(ref _grainTimers);
        return timer;
    }

    private sealed class WatchedTimer(SaleClock clock) : ITimer
    {
        private int _isFiring;
        private int _isDisposed;

        public ITimer Inner { get; set; } = null!;

        public void Fire()
        {
            if (Interlocked.Exchange(ref _isFiring, 1) == 0) Interlocked.Increment(ref clock._ticking);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = Inner.Change(dueTime, period);
            Rest();
            return changed;
        }

        public void Dispose()
        {
            Inner.Dispose();
            Rest();
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0) Interlocked.Decrement(ref clock._grainTimers);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Rest()
        {
            if (Interlocked.Exchange(ref _isFiring, 0) == 1) Interlocked.Decrement(ref clock._ticking);
        }
    }
}
