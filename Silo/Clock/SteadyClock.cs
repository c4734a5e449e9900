namespace OrleansSale.Silo.Clock;

/// <summary>
/// A clock that never jumps: the instant of its making, and the monotonic time since. For Orleans' own plans of when an
/// idle actor leaves memory, which are instants and mean intervals.
/// </summary>
/// <remarks>
/// By a clock that is set back, Orleans (10.4) would wake no new actor until the clock is again where it was: an
/// actor's leave must not lie in what was gone through already. How long an actor is kept alive is compared with the
/// same plans, so both go by this clock. Actors themselves ask the machine's clock, and not this one.
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
