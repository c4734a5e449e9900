using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Line;

/// <summary>
/// Places that the end of a sale left waiting: where they are now, and how their buyers leave.
/// </summary>
public sealed class KeptPlaces(
    CatalogueCopy catalogue, WaitingRanges waiting, IGrainFactory grains, ActorRetry retry, TimeProvider timeProvider)
{
    // From the opening of a batch until every front knows that it has got the backlog.
    private static readonly TimeSpan TakenWithin = TimeSpan.FromSeconds(5);

    /// <summary>The body of a place, with what became of it after the end of its sale.</summary>
    /// <param name="feed">The batch.</param>
    /// <param name="place">The place, as the batch knows it.</param>
    /// <param name="user">Its buyer.</param>
    public async Task<PlaceBody> TellAsync(BoardFeed feed, PlaceView place, string user)
    {
        var body = PlaceBody.Of(place, user);
        if (!place.InBacklog) return body;
        var range = await FindRangeAsync(feed.Terms.Product.Id, feed.Terms.Id);
        if (range?.AssignedTo is not { } to)
        {
            return range is { State: BacklogState.Dropped } ? body with { Backlog = null }
                : body with { Backlog = await TellNextAsync(feed.Terms.Product.Id, user) };
        }
        var carried = await retry.AskAsync(
            () => grains.GetGrain<ISaleBatchGrain>(to).FindCarriedAsync(place.Batch, place.Place));
        return carried.Value is { } there
            ? body with
            {
                State = PlaceState.Carried,
                CarriedTo = new OtherPlaceBody(to, there.Place),
                Backlog = null,
            }
            : range.State == BacklogState.Assigned ? body with { Backlog = await DescribeAsync(to) }
            : body with { Backlog = null };
    }

    /// <summary>
    /// The place that a buyer keeps from an earlier batch, and that this one carries in at its opening. Null: none, or
    /// it has opened.
    /// </summary>
    /// <param name="feed">The batch.</param>
    /// <param name="user">The buyer.</param>
    public async Task<PlaceBody?> FindKeptAsync(BoardFeed feed, string user)
    {
        if (feed.Terms.CarriedUnits == 0 || feed.Schedule.SaleOpens <= timeProvider.GetUtcNow()) return null;
        var product = feed.Terms.Product.Id;
        if ((await FindTakerAsync(product))?.Terms.Id != feed.Terms.Id) return null;
        var ranges = await waiting.ReadAsync(product);
        // The first one counts, as when they are carried.
        foreach (var range in ranges.Ranges)
        {
            if (await catalogue.FindAsync(range.Batch) is not { } origin
                || await FindOfAsync(origin, user, ranges.AskedAt) is not { InBacklog: true } place)
                continue;
            return PlaceBody.Of(place, user) with { Backlog = new BacklogBody(feed.Terms.Id, feed.Schedule.SaleOpens) };
        }
        return null;
    }

    /// <summary>
    /// Ends a buyer's place, here or where it was carried to, however far. Conflict while units are held for it.
    /// </summary>
    /// <remarks>
    /// The place may be carried at any instant between these steps. The batch that it goes to reads this batch again
    /// after it has carried everybody. So it is asked before, and after this batch knows that the buyer has left:
    /// either it sees that, or it has the place by then.
    /// </remarks>
    public async Task<Answer<Effect>> LeaveAsync(BoardFeed feed, Alias buyer)
    {
        var batch = grains.GetGrain<ISaleBatchGrain>(feed.Terms.Id);
        var place = await retry.AskAsync(() => batch.GetPlaceAsync(buyer));
        Task<Answer<Effect>> LeaveHereAsync() => retry.AskAsync(() => batch.LeaveLineAsync(buyer));
        return place.Value is { } known
            ? await LeaveAsync(feed.Terms.Product.Id, known, LeaveHereAsync) : await LeaveHereAsync();
    }

    /// <summary>
    /// Where a place lives that was carried: the last batch that it came to, in which it waits, is offered units, or is
    /// kept for a next one. Null: it was not carried, or has ended there.
    /// </summary>
    /// <param name="product">The product.</param>
    /// <param name="place">The place, as its batch knows it, or knew it.</param>
    public async Task<PlaceView?> FindLiveAsync(string product, PlaceView place)
    {
        PlaceView? last = null;
        for (var next = await FindCarriedAsync(product, place); next is not null;
            next = await FindCarriedAsync(product, next))
            last = next;
        return last is { InBacklog: true } or { State: PlaceState.Waiting or PlaceState.Offered } ? last : null;
    }

    // Most who ask have no place there, and the front knows that: a copy that is no older than the list of the ranges
    // has everybody who waited at the end.
    private async Task<PlaceView?> FindOfAsync(BoardFeed feed, string user, long listedAt)
    {
        if (!feed.Terms.IsEligible(user) || await feed.FindKeyAsync() is not { } key) return null;
        var alias = key.AliasOf(user);
        var isCurrent = feed.Current?.AskedAt >= listedAt || await feed.CatchUpAsync();
        if (isCurrent && !feed.AnsweredByBatch.MayContain(alias.High)) return null;
        var place = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(feed.Terms.Id).GetPlaceAsync(alias));
        return place.Value;
    }

    private async Task<Answer<Effect>> LeaveAsync(
        string product, PlaceView place, Func<Task<Answer<Effect>>> leaveHereAsync)
    {
        if (await LeaveNextAsync(product, place) is { Refused: not Refusal.NotFound } ended) return ended;
        var left = await leaveHereAsync();
        if (left.Refused is not null) return left;
        return await LeaveNextAsync(product, place) is { Refused: not Refusal.NotFound } late ? late : left;
    }

    private async Task<Answer<Effect>> LeaveNextAsync(string product, PlaceView place) =>
        await FindCarriedAsync(product, place) is { } next
            ? await LeaveAsync(product, next, () => retry.AskAsync(
                () => grains.GetGrain<ISaleBatchGrain>(next.Batch).LeaveCarriedAsync(place.Batch, place.Place)))
            : Refusal.NotFound;

    // A place that has left was perhaps carried before. One that waits or is offered units here was not.
    private async Task<PlaceView?> FindCarriedAsync(string product, PlaceView place)
    {
        if (place.State is PlaceState.Waiting or PlaceState.Offered
            || await FindRangeAsync(product, place.Batch) is not { AssignedTo: { } to })
            return null;
        var carried = await retry.AskAsync(
            () => grains.GetGrain<ISaleBatchGrain>(to).FindCarriedAsync(place.Batch, place.Place));
        return carried.Value;
    }

    private Task<BacklogRange?> FindRangeAsync(string product, string batch) =>
        retry.AskAsync(() => grains.GetGrain<IBacklogGrain>(product).FindAsync(batch));

    // What a buyer is told who waits in the backlog. Null: the batch that takes it is not sold on their channel.
    private async Task<BacklogBody?> TellNextAsync(string product, string user) =>
        await FindTakerAsync(product) is not { } taker ? new BacklogBody(null, null)
        : !taker.Terms.IsEligible(user) ? null
        : taker.IsHidden ? new BacklogBody(null, null)
        : new BacklogBody(taker.Terms.Id, taker.SaleOpens);

    // One that has just opened is still taking what waits: another one is not the next before that is done.
    private async Task<BacklogTaker?> FindTakerAsync(string product)
    {
        var from = timeProvider.GetUtcNow() - TakenWithin;
        var upcoming = (await catalogue.ListAsync()).Where(feed => feed.Terms.Takes(product) && MayOpen(feed, from));
        return BacklogTaker.Find(await Task.WhenAll(upcoming.Select(TakerOfAsync)), product, from);
    }

    // Of the two schedules either may be the newer one. Those that have opened are many, and are not asked.
    private static bool MayOpen(BoardFeed feed, DateTimeOffset from) =>
        feed.Current is not { Snapshot.Closed: true }
        && (feed.Schedule.SaleOpens > from || feed.Listed.Schedule.SaleOpens > from);

    // An operator may have closed it, or changed its schedule, at another front.
    private static async Task<BacklogTaker> TakerOfAsync(BoardFeed feed)
    {
        BoardCopy? copy;
        try
        {
            copy = await feed.ReadAsync();
        }
        catch (StorageDamagedException)
        {
            // It does not open, but it may be restored before.
            copy = feed.Current;
        }
        return new BacklogTaker(
            feed.Terms, feed.Schedule.SaleOpens, copy is { Snapshot.Closed: true }, feed.Listed.IsHidden);
    }

    private async Task<BacklogBody> DescribeAsync(string batch) =>
        new(batch, (await catalogue.FindAsync(batch))?.Schedule.SaleOpens);
}
