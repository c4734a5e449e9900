using Orleans.Concurrency;

namespace OrleansSale.GrainInterfaces.Announcements;

/// <summary>
/// Which batches and products have announcements, and which of them have changed: one actor, key <see cref="Key"/>. A
/// front asks it alone for what is new, however many batches are watched.
/// </summary>
[Alias("OrleansSale.IAnnouncementIndexGrain")]
public interface IAnnouncementIndexGrain : IGrainWithStringKey
{
    /// <summary>Its only key.</summary>
    const string Key = "announcements";

    /// <summary>Notes that the announcements of a batch or product have changed, and how they stand.</summary>
    [Alias("NoteAsync")]
    Task NoteAsync(string topic, TopicState state);

    /// <summary>
    /// The changes since a position that this activation gave. For a position of another activation, everything counts
    /// as changed.
    /// </summary>
    [AlwaysInterleave, Alias("ReadAsync"), ResponseTimeout("00:00:02")]
    Task<TopicChanges> ReadAsync(Guid activation, long position);

    /// <summary>The batches and products whose posts do not arrive.</summary>
    [AlwaysInterleave, Alias("ListTroubledAsync"), ResponseTimeout("00:00:02")]
    Task<string[]> ListTroubledAsync();

    /// <summary>Wakes all that have something to do; returns how many.</summary>
    [AlwaysInterleave, Alias("WakeAllAsync"), ResponseTimeout("00:10:00")]
    Task<int> WakeAllAsync();
}

/// <summary>How the announcements of a batch or product stand.</summary>
/// <param name="HasWork">Whether one is still to be shown or posted, so that a start must wake them.</param>
/// <param name="HasTrouble">Whether a post does not arrive.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.TopicState")]
public sealed record TopicState([property: Id(0)] bool HasWork, [property: Id(1)] bool HasTrouble);

/// <summary>The batches and products whose announcements have changed.</summary>
/// <param name="Activation">Which activation answered: a position means the same to one activation only.</param>
/// <param name="Position">The position after them.</param>
/// <param name="Topics">Their keys.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.TopicChanges")]
public sealed record TopicChanges(
    [property: Id(0)] Guid Activation, [property: Id(1)] long Position, [property: Id(2)] string[] Topics);
