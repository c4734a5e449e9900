namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// How often a front polls each batch that has buyers or viewers. The more batches there are, the rarer the polls, so
/// that together they do not exceed <see cref="MaxPollsPerSecond"/>.
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
