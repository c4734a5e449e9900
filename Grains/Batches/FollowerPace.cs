namespace OrleansSale.Grains.Batches;

/// <summary>
/// When a batch tells its follower of new entries. A follower has no part in a purchase, but it works on the same
/// processors: indexing an order costs about a quarter of selling it. So it waits while many entries come, at most
/// <see cref="MaxLag"/>. Search and webhooks are that much later then.
/// </summary>
public sealed class FollowerPace
{
    /// <summary>Entries since the last look from which on it is a rush: 1,000 a second at the batch's period.</summary>
    public const int RushEntries = 500;

    /// <summary>The longest that a follower waits for the end of a rush.</summary>
    public static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(10);

    private long? _seen;
    private long _told;
    private DateTimeOffset? _waitsSince;

    /// <summary>Whether the follower is to be told now. It is asked at every tick of the batch.</summary>
    /// <param name="committed">The last entry that is durable.</param>
    /// <param name="now">The time.</param>
    public bool IsDue(long committed, DateTimeOffset now)
    {
        var isRush = committed - (_seen ?? committed) >= RushEntries;
        _seen = committed;
        if (committed <= _told) return false;
        _waitsSince ??= now;
        return !isRush || now - _waitsSince >= MaxLag;
    }

    /// <summary>The follower knows of the entries up to this one.</summary>
    public void NoteTold(long seq) => (_told, _waitsSince) = (Math.Max(_told, seq), null);
}
