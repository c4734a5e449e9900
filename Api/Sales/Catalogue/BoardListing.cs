using System.Collections.Concurrent;
using OrleansSale.Api.Sales.Boards;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>
/// The boards of all batches that are not hidden, as one copy for all who ask. It is refreshed while somebody asks, at
/// a pace of its own. A board that is due is answered unchanged and refreshed in the background. The answer waits
/// briefly for a board that is twice as old. Phases are computed at the instant of the answer.
/// </summary>
public sealed class BoardListing(CatalogueCopy catalogue, TimeProvider timeProvider) : IDisposable
{
    /// <summary>Calls under way at a time.</summary>
    public const int MaxAsking = 64;

    /// <summary>How long an answer waits for boards that are too old.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long an answer waits for boards that this front has never had. After that they are left out.
    /// </summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan CountedFor = TimeSpan.FromSeconds(1), OrderLasts = TimeSpan.FromSeconds(0.1);

    private readonly ConcurrentDictionary<string, ListedBoard> _listed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(MaxAsking, MaxAsking);
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private Counted? _counted;
    private Ordered? _ordered;

    /// <summary>
    /// A page of boards as of now, and where the next page begins. Null: there is no batch at
    /// <paramref name="after"/>.
    /// </summary>
    /// <param name="after">A <see cref="ListPlace"/>; null: from the first.</param>
    /// <param name="count">Boards in a page.</param>
    public async Task<(BoardText[] Boards, string? Next, DateTimeOffset Now)?> ReadAsync(string? after, int count)
    {
        if (await PageAsync(after, count, feed => !feed.Listed.IsHidden) is not var (page, next)) return null;
        // The text is made last, because the phase must be right at the instant of the answer.
        var now = timeProvider.GetUtcNow();
        // A damaged batch has no board, so it is left out.
        var boards = page.Where(feed => !feed.IsDamaged).Select(feed => feed.TextAt(now)).OfType<BoardText>().ToArray();
        return (boards, next, now);
    }

    /// <summary>
    /// A page of all batches, also hidden and damaged ones, and where the next page begins. Their boards are as new as
    /// those of the list. Null: there is no batch at <paramref name="after"/>.
    /// </summary>
    /// <param name="after">A <see cref="ListPlace"/>; null: from the first.</param>
    /// <param name="count">Batches in a page.</param>
    public Task<(BoardFeed[] Batches, string? Next)?> ReadAllAsync(string? after, int count) =>
        PageAsync(after, count, static _ => true);

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    // A page may begin after a batch that is not listed any more.
    private async Task<(BoardFeed[] Page, string? Next)?> PageAsync(
        string? after, int count, Predicate<BoardFeed> isListed)
    {
        var feeds = await catalogue.ListAsync();
        var place = after is null ? null : ListPlace.Parse(after);
        if (after is not null && place is null) return null;
        var (at, order) = OrderOf(feeds, place?.At);
        var from = place is null ? 0 : Array.FindIndex(order, feed => feed.Terms.Id == place.Batch) + 1;
        if (place is not null && from == 0) return null;
        var rest = order.Skip(from).Where(feed => isListed(feed));
        var page = rest.Take(count).ToArray();
        await RefreshAsync(page, PaceOf(feeds));
        return (page, rest.Skip(count).Any() ? new ListPlace(page[^1].Terms.Id, at).ToString() : null);
    }

    private async Task RefreshAsync(BoardFeed[] page, ListPace pace)
    {
        var now = timeProvider.GetUtcNow();
        var (waiting, isFirst) = (new List<Task>(), false);
        foreach (var feed in page)
        {
            if (Listed(feed).RefreshIfDue(now, pace, _gate) is not { } refreshing) continue;
            waiting.Add(refreshing);
            isFirst |= feed.Current is null;
        }
        if (waiting.Count == 0) return;
        // A batch that does not answer is left out, and the list is still answered.
        await Task.WhenAny(Task.WhenAll(waiting), Task.Delay(isFirst ? FirstWait : MaxWait, _monotonic));
    }

    // The order of now is kept for a moment, so that it is not made for each of many who ask.
    private (DateTimeOffset At, BoardFeed[] Feeds) OrderOf(IReadOnlyList<BoardFeed> feeds, DateTimeOffset? at)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        if (_ordered is { } last && last.Of == feeds
            && (at is null ? (now - last.At).Duration() <= OrderLasts : at == last.At))
        {
            return (last.At, last.Feeds);
        }
        var order = ListOrder.Of(feeds, at ?? now);
        if (at is null) _ordered = new Ordered(feeds, now, order);
        return (at ?? now, order);
    }

    private ListPace PaceOf(IReadOnlyList<BoardFeed> feeds)
    {
        if (_counted is { } last && _monotonic.GetElapsedTime(last.CountedAt) < CountedFor) return last.Pace;
        var now = timeProvider.GetUtcNow();
        var (moving, resting) = (0, 0);
        foreach (var feed in feeds)
        {
            var listed = Listed(feed);
            if (listed.IsMoving(now)) moving++;
            else if (!listed.IsOver(now)) resting++;
        }
        var pace = ListPace.Of(moving, resting);
        _counted = new Counted(pace, _monotonic.GetTimestamp());
        return pace;
    }

    private ListedBoard Listed(BoardFeed feed) =>
        _listed.GetOrAdd(feed.Terms.Id, static (_, added) => new ListedBoard(added), feed);

    private sealed record Ordered(IReadOnlyList<BoardFeed> Of, DateTimeOffset At, BoardFeed[] Feeds);

    private sealed record Counted(ListPace Pace, long CountedAt);
}
