namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// How often a front polls each of the batches that are bought from or watched: the more there are, the less often, so
/// that together they cost no more than <see cref="MaxPollsPerSecond"/>.
/// </summary>
public sealed class PollPace
{
    /// <summary>Between two polls of a batch, while few are polled: up to 200.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>Polls of a front, of all batches together.</summary>
    public const int MaxPollsPerSecond = 5_000;

    private int _polled;

    /// <summary>Between two polls of a batch now.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(
        Math.Max(MinInterval.TotalSeconds, (double)Volatile.Read(ref _polled) / MaxPollsPerSecond));

    /// <summary>One more batch is polled.</summary>
    public void Began() => Interlocked.Increment(ref _polled);

    /// <summary>A batch is not polled any more.</summary>
    public void Ended() => Interlocked.Decrement(ref _polled);
}
