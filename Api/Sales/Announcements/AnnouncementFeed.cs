using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Announcements;

/// <summary>
/// A front's copy of the announcements. While anybody watches a batch, one poll of the index tells what has changed,
/// for all batches together; only that is read anew. Those whose time is still to come are in the copy too, so each
/// appears by the front's own clock. If the actors do not answer, the last copy stays.
/// </summary>
public sealed partial class AnnouncementFeed(
    IGrainFactory grains, TimeProvider timeProvider, ILogger<AnnouncementFeed> log, IHostApplicationLifetime lifetime)
{
    /// <summary>Between two polls of the index, and the oldest copy that a list is answered from.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Polling ends this long after the last viewer.</summary>
    public static readonly TimeSpan InterestLasts = TimeSpan.FromSeconds(3);

    /// <summary>How long a reader waits for a newer copy than the last; for the first one, longer.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(500), FirstWait = TimeSpan.FromSeconds(5);

    /// <summary>Between two tries to read the announcements of a batch or product that could not be read.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Batches and products that are read at a time.</summary>
    public const int MaxReads = 16;

    private readonly TimeProvider _monotonic = TimeProvider.System;

    // As many as batches and products have announcements.
    private readonly ConcurrentDictionary<string, Copy> _copies = new(StringComparer.Ordinal);

    // As many as batches were asked for.
    private readonly ConcurrentDictionary<string, ShownAnnouncements> _shown = new(StringComparer.Ordinal);
    private readonly Outage _outage = new("announcement-feed");
    private readonly Lock _starting = new();
    private Task? _refreshing;

    // Written by the one refresh under way. A reader that sees an older or a half-written one asks once more.
    private Guid _activation;
    private long _position;
    private long? _askedAt;
    private long _interestAt;
    private bool _isPolling;

    /// <summary>For a viewer's stream: what is shown of a batch; it is kept fresh from now on.</summary>
    public ShownAnnouncements ShownAt(BatchTerms batch, DateTimeOffset now)
    {
        ShowInterest();
        return Show(batch, now);
    }

    /// <summary>
    /// The announcements that a batch shows, at most <see cref="PollInterval"/> old. If the actors do not answer at
    /// once, the last copy is the answer. Null: they have never answered.
    /// </summary>
    public async ValueTask<ShownAnnouncements?> ReadAsync(BatchTerms batch)
    {
        var isNew = Want(Topic.OfBatch(batch.Id)) | Want(Topic.OfProduct(batch.Product.Id));
        if (isNew || _askedAt is not { } at || _monotonic.GetElapsedTime(at) > PollInterval)
            await TryRefreshAsync(_askedAt is null ? FirstWait : MaxWait);
        // The refresh that was under way may not have known of the one that is wanted only now.
        if (_askedAt is not null && HasUnread(batch)) await TryRefreshAsync(MaxWait);
        return _askedAt is null ? null : Show(batch, timeProvider.GetUtcNow());
    }

    /// <summary>Takes in what this front has just changed.</summary>
    public async Task CatchUpAsync()
    {
        // One under way may have asked before; the one after it has not.
        await TryRefreshAsync(MaxWait);
        await TryRefreshAsync(MaxWait);
    }

    private ShownAnnouncements Show(BatchTerms batch, DateTimeOffset now)
    {
        var (ofBatch, ofProduct) = (Find(Topic.OfBatch(batch.Id)), Find(Topic.OfProduct(batch.Product.Id)));
        if (ofBatch.Length == 0 && ofProduct.Length == 0) return ShownAnnouncements.None;
        return _shown.TryGetValue(batch.Id, out var last) && last.IsOf(ofBatch, ofProduct, now)
            ? last
            : _shown[batch.Id] = new ShownAnnouncements(ofBatch, ofProduct, now);
    }

    private ShownAnnouncement[] Find(Topic topic)
    {
        if (!_copies.TryGetValue(topic.Key, out var copy)) return [];
        copy.IsWanted = true;
        return copy.Items;
    }

    // Whether it is wanted for the first time.
    private bool Want(Topic topic)
    {
        if (!_copies.TryGetValue(topic.Key, out var copy) || copy.IsWanted) return false;
        return copy.IsWanted = true;
    }

    private bool HasUnread(BatchTerms batch) =>
        new[] { Topic.OfBatch(batch.Id), Topic.OfProduct(batch.Product.Id) }.Any(topic =>
            _copies.TryGetValue(topic.Key, out var copy) && (copy.IsWanted = true) && !copy.IsRead && copy.MayRead);

    private void ShowInterest()
    {
        Volatile.Write(ref _interestAt, _monotonic.GetTimestamp());
        if (Volatile.Read(ref _isPolling) || Interlocked.Exchange(ref _isPolling, true)) return;
        _ = PollAsync();
    }

    // Viewers show their interest again and again, so one that comes while the last poll ends begins the next.
    private async Task PollAsync()
    {
        while (!lifetime.ApplicationStopping.IsCancellationRequested
            && _monotonic.GetElapsedTime(Volatile.Read(ref _interestAt)) < InterestLasts)
        {
            await RefreshAsync();
            await Task.Delay(PollInterval, _monotonic);
        }
        Volatile.Write(ref _isPolling, false);
    }

    private async Task TryRefreshAsync(TimeSpan wait)
    {
        try
        {
            await RefreshAsync().WaitAsync(wait, _monotonic);
        }
        catch (TimeoutException)
        {
            // The last copy stays.
        }
    }

    // Once for all who ask meanwhile.
    private Task RefreshAsync()
    {
        lock (_starting)
        {
            if (_refreshing is { IsCompleted: false } running) return running;
            return _refreshing = Task.Run(AskAsync);
        }
    }

    private async Task AskAsync()
    {
        try
        {
            var asked = _monotonic.GetTimestamp();
            var changes = await grains.GetGrain<IAnnouncementIndexGrain>(IAnnouncementIndexGrain.Key)
                .ReadAsync(_activation, _position);
            foreach (var topic in changes.Topics)
                _copies.GetOrAdd(topic, static _ => new Copy()).IsStale = true;
            (_activation, _position) = (changes.Activation, changes.Position);
            var stale = _copies.Where(copy => copy.Value is { IsWanted: true, IsStale: true, MayRead: true });
            foreach (var group in stale.ToArray().Chunk(MaxReads))
                await Task.WhenAll(group.Select(copy => ReadAsync(copy.Key, copy.Value)));
            _askedAt = asked;
            if (_outage.Succeeds() is { } failures) Log.Works(log, failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested || !_outage.Fails(e.GetType().Name)) return;
            Log.Fails(log, e.Message, LostInfrastructure.Is(e) ? null : e);
        }
    }

    private async Task ReadAsync(string topic, Copy copy)
    {
        copy.IsStale = false;
        try
        {
            var announcements = await grains.GetGrain<IAnnouncementsGrain>(topic).ReadAsync();
            var known = copy.Items.ToDictionary(each => each.Announcement.Id, StringComparer.Ordinal);
            // An announcement is encoded once.
            copy.Items = [.. announcements.Select(
                each => known.GetValueOrDefault(each.Id) ?? new ShownAnnouncement(each))];
            copy.IsRead = true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            (copy.IsStale, copy.FailedAt) = (true, _monotonic.GetTimestamp());
            // The actor has logged that its document is damaged.
            if (e is StorageDamagedException || lifetime.ApplicationStopping.IsCancellationRequested) return;
            if (_outage.Fails(e.GetType().Name)) Log.Fails(log, e.Message, LostInfrastructure.Is(e) ? null : e);
        }
    }

    private sealed class Copy
    {
        private volatile ShownAnnouncement[] _items = [];

        public ShownAnnouncement[] Items
        {
            get => _items;
            set => _items = value;
        }

        public volatile bool IsWanted;
        public volatile bool IsStale;
        public volatile bool IsRead;

        public long? FailedAt { get; set; }

        public bool MayRead =>
            FailedAt is not { } at || TimeProvider.System.GetElapsedTime(at) > RetryInterval;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The announcements cannot be refreshed; the front goes on asking for them: {Reason}")]
        public static partial void Fails(ILogger log, string reason, Exception? exception);

        [LoggerMessage(2, LogLevel.Information, "The announcements are refreshed again, after {Failures} failures")]
        public static partial void Works(ILogger log, int failures);
    }
}
