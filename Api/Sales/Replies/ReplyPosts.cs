using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Api.Sales.Replies;

/// <summary>Finds the batch that a post leads to. It never changes, so a front asks once.</summary>
public sealed class ReplyPosts(CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>Most posts that are remembered. Beyond, all are asked for again.</summary>
    public const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<(string Channel, string Post), string> _batches = new();

    /// <summary>The batch; null: there is no such post on the channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="post">The announcement that was posted, by its id.</param>
    /// <param name="since">When the bound of the request began, as a timestamp of <see cref="Stopwatch"/>.</param>
    public async ValueTask<string?> FindBatchAsync(string channel, string post, long since)
    {
        if (_batches.TryGetValue((channel, post), out var known)) return known;
        if (!AnnouncementId.TryParse(post, out var topic, out var number)
            || !await IsThereAsync(topic).AsTask().WaitAsync(retry.LeftSince(since)))
            return null;
        var actor = grains.GetGrain<IAnnouncementsGrain>(topic.Key);
        if (await retry.AskAsync(() => actor.FindBatchAsync(number, channel), since) is not { } batch) return null;
        if (_batches.Count >= MaxRemembered) _batches.Clear();
        return _batches[(channel, post)] = batch;
    }

    // Made-up ids activate nothing.
    private async ValueTask<bool> IsThereAsync(Topic topic) => topic.Kind == TopicKind.Batch
        ? await catalogue.FindAsync(topic.Id) is not null
        : (await catalogue.ListAsync()).Any(batch => batch.Terms.Product.Id == topic.Id);
}
