using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.GrainInterfaces.Announcements;

/// <summary>An announcement.</summary>
/// <param name="Id">Its id: <see cref="AnnouncementId"/>.</param>
/// <param name="Text">What it says.</param>
/// <param name="ImageUrl">An https or site-relative address of a picture; null: it has none.</param>
/// <param name="At">The instant from which it is shown.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Announcement")]
public sealed record Announcement(
    [property: Id(0)] string Id, [property: Id(1)] LanguageText Text, [property: Id(2)] string? ImageUrl,
    [property: Id(3)] DateTimeOffset At)
{
    /// <summary>Longest text of a language, in UTF-16 code units.</summary>
    public const int MaxTextLength = 2_000;

    /// <summary>Most announcements of a batch or product, those to come included.</summary>
    public const int MaxCount = 100;
}

/// <summary>An announcement to be made.</summary>
/// <param name="Text">What it says.</param>
/// <param name="ImageUrl">A picture; null: none.</param>
/// <param name="At">The instant from which it is to be shown; null: now.</param>
/// <param name="Targets">The channels it is to be posted on, if they take posts.</param>
/// <param name="Key">A hash of the operator and their Idempotency-Key.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.NewAnnouncement")]
public sealed record NewAnnouncement(
    [property: Id(0)] LanguageText Text, [property: Id(1)] string? ImageUrl, [property: Id(2)] DateTimeOffset? At,
    [property: Id(3)] PostTarget[] Targets, [property: Id(4)] string Key);

/// <summary>Where an announcement is to be posted.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Batch">The batch whose page the post leads to.</param>
/// <param name="Card">What the post shows of that page.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.PostTarget")]
public sealed record PostTarget(
    [property: Id(0)] string Channel, [property: Id(1)] string Batch, [property: Id(2)] LinkCard Card);

/// <summary>What came of an announcement: a closed set.</summary>
public enum AnnounceResult
{
    /// <summary>It is made.</summary>
    Made = 1,

    /// <summary>It was made before, under the same key.</summary>
    Repeated,

    /// <summary>Its instant has passed.</summary>
    Past,

    /// <summary>Another one was made under the key.</summary>
    OtherUnderKey,

    /// <summary>There are <see cref="Announcement.MaxCount"/> already.</summary>
    Full,
}

/// <summary>What came of an announcement.</summary>
/// <param name="Result">What.</param>
/// <param name="Made">The announcement, if it is there.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.AnnounceOutcome")]
public sealed record AnnounceOutcome(
    [property: Id(0)] AnnounceResult Result, [property: Id(1)] AnnouncementView? Made = null);

/// <summary>An announcement as operators see it.</summary>
/// <param name="Announcement">The announcement.</param>
/// <param name="Deliveries">Its deliveries; none before its time has come.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.AnnouncementView")]
public sealed record AnnouncementView(
    [property: Id(0)] Announcement Announcement, [property: Id(1)] DeliveryView[] Deliveries);

/// <summary>How the delivery of an announcement or a message to a channel stands: a closed set.</summary>
public enum DeliveryState
{
    /// <summary>It is to be tried, or to be tried again.</summary>
    Waiting = 1,

    /// <summary>The channel has it.</summary>
    Delivered,

    /// <summary>
    /// Nobody knows whether the channel has it, and a repeat could post it twice: only an operator tries again.
    /// </summary>
    Unknown,

    /// <summary>The channel refused it: only an operator tries again.</summary>
    Failed,

    /// <summary>It was tried for <c>DeliveryRules.GiveUpAfter</c> in vain: only an operator tries again.</summary>
    Dead,

    /// <summary>A message whose user is not known any more: their personal data were removed.</summary>
    Undeliverable,
}

/// <summary>The delivery of an announcement or a message to a channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="State">How it stands.</param>
/// <param name="Tries">How many times it was tried.</param>
/// <param name="LastError">What came of the last try; null: it succeeded, or there was none.</param>
/// <param name="LastTry">When the last try began; null: there was none.</param>
/// <param name="NextTry">When it is tried next; null: not by itself.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.DeliveryView")]
public sealed record DeliveryView(
    [property: Id(0)] string Channel, [property: Id(1)] DeliveryState State, [property: Id(2)] int Tries,
    [property: Id(3)] string? LastError, [property: Id(4)] DateTimeOffset? LastTry,
    [property: Id(5)] DateTimeOffset? NextTry);
