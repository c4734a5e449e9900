namespace OrleansSale.Silo.Clock;

/// <summary>
/// A clock that never jumps: the instant of its making, and the monotonic time since. Orleans uses it to plan when an
/// idle actor leaves memory: these plans are instants, but mean intervals.
/// </summary>
/// <remarks>
/// If Orleans (10.4) used a clock that is set back, it would activate no new actor until that clock had caught up,
/// because it refuses plans for instants that it has already processed. The time that an actor is kept alive is
/// compared with the same plans, so it uses this clock too. Actors themselves use the machine's clock.
/// </remarks>
public sealed class SteadyClock(TimeProvider timeProvider) : TimeProvider
{
    private readonly DateTimeOffset _start = timeProvider.GetUtcNow();
    private readonly long _startedAt = timeProvider.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => timeProvider.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + timeProvider.GetElapsedTime(_startedAt);

    /// <inheritdoc/>
    public override long GetTimestamp() => timeProvider.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        timeProvider.CreateTimer(callback, state, dueTime, period);
}
