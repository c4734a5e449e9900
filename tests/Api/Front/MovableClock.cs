namespace OrleansSale.Tests.Api.Front;

/// <summary>The real clock, moved ahead by as much as a test says. Timers and timestamps are real.</summary>
internal sealed class MovableClock : TimeProvider
{
    private long _aheadTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _aheadTicks));

    /// <summary>Moves it forward; back if it is less than nothing, as a clock that is set right.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _aheadTicks, by.Ticks);

    /// <summary>Moves it forward to an instant, if it is not past it.</summary>
    public void AdvanceTo(DateTimeOffset instant)
    {
        if (instant > GetUtcNow()) Advance(instant - GetUtcNow());
    }
}
