namespace OrleansSale.Api.Sandbox;

/// <summary>When a notification is sent again after an attempt that was not answered 2xx.</summary>
/// <param name="First">The waits after the first attempts, in order.</param>
/// <param name="Then">The wait after each later attempt.</param>
/// <param name="GiveUpAfter">From the event on: an attempt that would come later is not made any more.</param>
public sealed record RetrySchedule(IReadOnlyList<TimeSpan> First, TimeSpan Then, TimeSpan GiveUpAfter)
{
    /// <summary>0.2, 1, 2, 5, 10 and 30 seconds, then every minute for three days.</summary>
    public static RetrySchedule Default { get; } = new(
        [
            TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2),
            TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30),
        ],
        TimeSpan.FromMinutes(1),
        TimeSpan.FromHours(72));

    /// <summary>When the next attempt is due, or null to give up.</summary>
    /// <param name="attempts">Attempts made so far, 1 or more.</param>
    /// <param name="happenedAt">When the event happened that the notification tells of.</param>
    /// <param name="now">The end of the last attempt.</param>
    public DateTimeOffset? Next(int attempts, DateTimeOffset happenedAt, DateTimeOffset now)
    {
        var next = now + (attempts <= First.Count ? First[attempts - 1] : Then);
        return next - happenedAt <= GiveUpAfter ? next : null;
    }
}
