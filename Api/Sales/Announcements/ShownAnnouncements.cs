using System.Text.Json;
using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Api.Sales.Announcements;

/// <summary>An announcement as a front shows it, encoded once for all viewers.</summary>
/// <param name="announcement">The announcement.</param>
public sealed class ShownAnnouncement(Announcement announcement)
{
    /// <summary>The announcement.</summary>
    public Announcement Announcement => announcement;

    /// <summary>It in JSON.</summary>
    public byte[] Data => field ??= JsonSerializer.SerializeToUtf8Bytes(
        AnnouncementBody.Of(announcement), AnnouncementJson.Wire.AnnouncementBody);
}

/// <summary>
/// The announcements of a batch whose time has come, those of its product included. One whose time has come cannot be
/// cancelled. But a front whose copy is old may show one that was cancelled just before its time. A newer copy lacks
/// it.
/// </summary>
public sealed class ShownAnnouncements
{
    /// <summary>Most events to a viewer at a time: the newest ones.</summary>
    public const int MaxAtOnce = 10;

    /// <summary>No announcements.</summary>
    public static readonly ShownAnnouncements None = new([], [], DateTimeOffset.MinValue);

    private readonly ShownAnnouncement[] _ofBatch;
    private readonly ShownAnnouncement[] _ofProduct;
    private readonly DateTimeOffset _nextAt;

    /// <summary>Those of a batch and of its product whose time has come.</summary>
    public ShownAnnouncements(ShownAnnouncement[] ofBatch, ShownAnnouncement[] ofProduct, DateTimeOffset now)
    {
        (_ofBatch, _ofProduct) = (ofBatch, ofProduct);
        var all = ofBatch.Concat(ofProduct).ToList();
        Items =
        [
            .. all.Where(each => each.Announcement.At <= now).OrderByDescending(each => each.Announcement.At)
                .ThenByDescending(each => each.Announcement.Id, StringComparer.Ordinal),
        ];
        _nextAt = all.Where(each => each.Announcement.At > now).Select(each => each.Announcement.At)
            .DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<ShownAnnouncement> Items { get; }

    /// <summary>Whether it is what these copies show at this instant.</summary>
    public bool IsOf(ShownAnnouncement[] ofBatch, ShownAnnouncement[] ofProduct, DateTimeOffset now) =>
        ReferenceEquals(ofBatch, _ofBatch) && ReferenceEquals(ofProduct, _ofProduct) && now < _nextAt;

    /// <summary>
    /// What a viewer who has seen others is to be told, the oldest first; beyond <see cref="MaxAtOnce"/> the older ones
    /// are left to the list.
    /// </summary>
    public IReadOnlyList<ShownAnnouncement> NewSince(ShownAnnouncements seen)
    {
        if (ReferenceEquals(seen, this)) return [];
        var known = seen.Items.Select(each => each.Announcement.Id).ToHashSet(StringComparer.Ordinal);
        return [.. Items.Where(each => !known.Contains(each.Announcement.Id)).Take(MaxAtOnce).Reverse()];
    }
}
