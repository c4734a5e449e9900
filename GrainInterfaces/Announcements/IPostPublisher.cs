namespace OrleansSale.GrainInterfaces.Announcements;

/// <summary>Publishes announcements on the channels that take posts.</summary>
public interface IPostPublisher
{
    /// <summary>How a channel takes posts; null: it takes none.</summary>
    PostPlace? Find(string channel);

    /// <summary>Tries once to publish a post. It never throws: what came of it is the result.</summary>
    Task<PostResult> PublishAsync(Post post, CancellationToken cancellationToken = default);
}

/// <summary>Where a channel takes posts.</summary>
/// <param name="Name">A name of the place, to notice that the settings name another one.</param>
/// <param name="IsRepeatHarmless">Whether the place takes the same post for one, however often it comes.</param>
/// <param name="TakesMessages">
/// Whether it also takes messages to single users. Only a place where a repeat is harmless does.
/// </param>
public sealed record PostPlace(string Name, bool IsRepeatHarmless, bool TakesMessages = false);

/// <summary>An announcement for a channel.</summary>
/// <param name="MessageId">The same for every try, and for no other announcement or channel.</param>
/// <param name="Target">The channel, and the page that it leads to.</param>
/// <param name="Announcement">The announcement.</param>
public sealed record Post(string MessageId, PostTarget Target, Announcement Announcement)
{
    /// <summary>The channel.</summary>
    public string Channel => Target.Channel;
}

/// <summary>What came of a try to publish a post: a closed set.</summary>
public enum PostOutcome
{
    /// <summary>The channel has it.</summary>
    Delivered = 1,

    /// <summary>The channel does not have it, or a repeat is harmless: it is to be tried later.</summary>
    TryLater,

    /// <summary>The channel refused it, and would again.</summary>
    Refused,

    /// <summary>There is no such place any more: no further post is to be sent there.</summary>
    Gone,

    /// <summary>Nobody knows whether the channel has it, and a repeat could post it twice.</summary>
    Unknown,
}

/// <summary>What came of a try to publish a post.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Error">Why not, in few words that are the same every time; null: it was delivered.</param>
/// <param name="RetryAfter">How long the channel asked to be left alone; null: it did not.</param>
public sealed record PostResult(PostOutcome Outcome, string? Error = null, TimeSpan? RetryAfter = null);
