using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators.Announcements;

/// <summary>Makes announcements, cancels them, lists them, and tries their posts again.</summary>
public sealed partial class AnnouncementCommands(
    CatalogueCopy catalogue, AnnouncementFeed feed, IGrainFactory grains, ActorRetry retry,
    ILogger<AnnouncementCommands> log)
{
    /// <summary>Batches and products that are asked at a time.</summary>
    public const int MaxAsked = 32;

    /// <summary>Announces, once for each key. Null: there is no such batch or product.</summary>
    /// <param name="topic">The batch or product.</param>
    /// <param name="text">What it says.</param>
    /// <param name="imageUrl">A picture; null: none.</param>
    /// <param name="at">From when on; null: now.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">
    /// The client's Idempotency-Key; null: a new one, so that only the retries of this call repeat it.
    /// </param>
    public async Task<AnnounceOutcome?> AnnounceAsync(
        Topic topic, LanguageText text, string? imageUrl, DateTimeOffset? at, string by, string? key)
    {
        if (await FindBatchesAsync(topic) is not { Count: > 0 } batches) return null;
        var announcement = new NewAnnouncement(text, imageUrl, at, TargetsOf(batches), OperatorKey.HashOf(by, key));
        var outcome = await retry.AskAsync(() => ActorOf(topic).AnnounceAsync(announcement));
        if (outcome.Result == AnnounceResult.Made) Log.Announced(log, outcome.Made!.Announcement.Id, by);
        if (outcome.Result == AnnounceResult.Made) await feed.CatchUpAsync();
        return outcome;
    }

    /// <summary>Cancels one whose time is still to come.</summary>
    public async Task<Answer<Effect>> CancelAsync(string announcement, string by)
    {
        if (await FindAsync(announcement) is not var (topic, number)) return Refusal.NotFound;
        var answer = await retry.AskAsync(() => ActorOf(topic).CancelAsync(number));
        if (answer.Value == Effect.Done) Log.Cancelled(log, announcement, by);
        // Nor does this front show it when its time comes.
        if (answer.Refused is null) await feed.CatchUpAsync();
        return answer;
    }

    /// <summary>Tries to post one on a channel again, once for each key.</summary>
    public async Task<Answer<AnnouncementView>> RetryAsync(string announcement, string channel, string by, string? key)
    {
        if (await FindAsync(announcement) is not var (topic, number)) return Refusal.NotFound;
        var hash = OperatorKey.HashOf(by, key);
        return await retry.AskAsync(() => ActorOf(topic).RetryAsync(number, channel, hash));
    }

    /// <summary>
    /// Those of a batch or product, or all, the newest first; null: there is no such batch or product.
    /// </summary>
    /// <exception cref="StorageDamagedException">Those that were asked for cannot be read.</exception>
    public async Task<ListedAnnouncements?> ListAsync(Topic? topic)
    {
        if (topic is { } one)
        {
            return await FindBatchesAsync(one) is { Count: > 0 }
                ? new(NewestFirst(await retry.AskAsync(() => ActorOf(one).ListAsync())), []) : null;
        }
        var (all, damaged) = (new List<AnnouncementView>(), new List<string>());
        foreach (var group in (await retry.AskAsync(IndexedAsync)).Chunk(MaxAsked))
        {
            foreach (var (key, list) in group.Zip(await Task.WhenAll(group.Select(FindReadableAsync))))
            {
                if (list is null) damaged.Add(key);
                else all.AddRange(list);
            }
        }
        damaged.Sort(StringComparer.Ordinal);
        return new(NewestFirst(all), damaged);
    }

    // Null: its document is damaged, which must not fail the others.
    private async Task<AnnouncementView[]?> FindReadableAsync(string topic)
    {
        try
        {
            return await retry.AskAsync(() => grains.GetGrain<IAnnouncementsGrain>(topic).ListAsync());
        }
        catch (StorageDamagedException)
        {
            return null;
        }
    }

    private static IReadOnlyList<AnnouncementView> NewestFirst(IEnumerable<AnnouncementView> views) =>
    [
        .. views.OrderByDescending(view => view.Announcement.At)
            .ThenByDescending(view => view.Announcement.Id, StringComparer.Ordinal),
    ];

    private async Task<string[]> IndexedAsync() =>
        (await grains.GetGrain<IAnnouncementIndexGrain>(IAnnouncementIndexGrain.Key).ReadAsync(Guid.Empty, 0)).Topics;

    // Made-up ids activate nothing.
    private async Task<(Topic Topic, int Number)?> FindAsync(string announcement) =>
        AnnouncementId.TryParse(announcement, out var topic, out var number)
        && await FindBatchesAsync(topic) is { Count: > 0 } ? (topic, number) : null;

    private async Task<IReadOnlyList<BoardFeed>> FindBatchesAsync(Topic topic)
    {
        if (topic.Kind == TopicKind.Batch) return await catalogue.FindAsync(topic.Id) is { } one ? [one] : [];
        return [.. (await catalogue.ListAsync()).Where(batch => batch.Terms.Product.Id == topic.Id)];
    }

    // On each channel the post leads to the batch that was created last, and to a hidden one only if there is no other.
    private static PostTarget[] TargetsOf(IEnumerable<BoardFeed> batches)
    {
        var targets = new SortedDictionary<string, PostTarget>(StringComparer.Ordinal);
        foreach (var batch in batches.OrderByDescending(batch => batch.Listed.IsHidden))
            foreach (var channel in batch.Terms.Channels)
                targets[channel] = new PostTarget(channel, batch.Terms.Id, LinkCard.Of(batch.Terms, batch.Schedule));
        return [.. targets.Values];
    }

    private IAnnouncementsGrain ActorOf(Topic topic) => grains.GetGrain<IAnnouncementsGrain>(topic.Key);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Announcement {Announcement} was made by {Operator}")]
        public static partial void Announced(ILogger log, string announcement, string @operator);

        [LoggerMessage(2, LogLevel.Information, "Announcement {Announcement} was cancelled by {Operator}")]
        public static partial void Cancelled(ILogger log, string announcement, string @operator);
    }
}

/// <summary>Announcements, and what is missing among them.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="Damaged">
/// The batches and products, as <see cref="Topic.Key"/>, whose announcements cannot be read because their document is
/// damaged.
/// </param>
public sealed record ListedAnnouncements(IReadOnlyList<AnnouncementView> Items, IReadOnlyList<string> Damaged);
