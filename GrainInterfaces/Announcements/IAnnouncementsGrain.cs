using OrleansSale.GrainInterfaces.Faults;

namespace OrleansSale.GrainInterfaces.Announcements;

/// <summary>
/// The announcements of a batch or product, and the outbox of their posts. Key: <see cref="Topic.Key"/>.
/// </summary>
[Alias("OrleansSale.IAnnouncementsGrain")]
public interface IAnnouncementsGrain : IGrainWithStringKey
{
    /// <summary>Announces. Under a key an announcement is made once, as long as it is not cancelled.</summary>
    [Alias("AnnounceAsync")]
    Task<AnnounceOutcome> AnnounceAsync(NewAnnouncement announcement);

    /// <summary>
    /// Cancels an announcement whose time is still to come; a repeat changes nothing. Conflict: its time has come.
    /// </summary>
    [Alias("CancelAsync")]
    Task<Answer<Effect>> CancelAsync(int number);

    /// <summary>Tries a delivery again now, once for each key, whatever its state but delivered.</summary>
    [Alias("RetryAsync")]
    Task<Answer<AnnouncementView>> RetryAsync(int number, string channel, string key);

    /// <summary>All of them, also those whose time is still to come, in the order they were made.</summary>
    [Alias("ReadAsync"), ResponseTimeout("00:00:05")]
    Task<Announcement[]> ReadAsync();

    /// <summary>All of them with their deliveries, in the order they were made.</summary>
    [Alias("ListAsync")]
    Task<AnnouncementView[]> ListAsync();

    /// <summary>
    /// The batch that the post of an announcement on a channel leads to; null: it is not shown yet, or there is none.
    /// </summary>
    [Alias("FindBatchAsync"), ResponseTimeout("00:00:05")]
    Task<string?> FindBatchAsync(int number, string channel);

    /// <summary>The channels that do not take its posts now.</summary>
    [Alias("ListFaultsAsync"), ResponseTimeout("00:00:02")]
    Task<Fault[]> ListFaultsAsync();

    /// <summary>Does what is due; returns whether something is left to do later.</summary>
    [Alias("WakeAsync")]
    Task<bool> WakeAsync();
}
