using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Line;

/// <summary>
/// Places that the end of a sale left waiting: where they are now, and how their buyers leave.
/// </summary>
public sealed class KeptPlaces(
    CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry, TimeProvider timeProvider)
{
    /// <summary>The body of a place, with what became of it after the end of its sale.</summary>
    /// <param name="feed">The batch.</param>
    /// <param name="place">The place, as the batch knows it.</param>
    /// <param name="user">Its buyer.</param>
    public async Task<PlaceBody> TellAsync(BoardFeed feed, PlaceView place, string user)
    {
        var body = PlaceBody.Of(place, user);
        if (!place.InBacklog) return body;
        var range = await FindRangeAsync(feed);
        if (range?.AssignedTo is not { } to)
        {
            return range is { State: BacklogState.Dropped } ? body with { Backlog = null }
                : body with { Backlog = await FindNextAsync(feed, user) };
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
    /// Ends a buyer's place, here or where it was carried to. Conflict while units are held for it.
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
        if (place.Value is not { InBacklog: true } kept) return await retry.AskAsync(() => batch.LeaveLineAsync(buyer));
        if (await LeaveCarriedAsync(feed, kept) is { Refused: not Refusal.NotFound } ended) return ended;
        var left = await retry.AskAsync(() => batch.LeaveLineAsync(buyer));
        if (left.Refused is not null) return left;
        return await LeaveCarriedAsync(feed, kept) is { Refused: not Refusal.NotFound } late ? late : left;
    }

    private async Task<Answer<Effect>> LeaveCarriedAsync(BoardFeed feed, PlaceView place) =>
        await FindRangeAsync(feed) is { AssignedTo: { } to }
            ? await retry.AskAsync(
                () => grains.GetGrain<ISaleBatchGrain>(to).LeaveCarriedAsync(place.Batch, place.Place))
            : Refusal.NotFound;

    private Task<BacklogRange?> FindRangeAsync(BoardFeed feed) => retry.AskAsync(
        () => grains.GetGrain<IBacklogGrain>(feed.Terms.Product.Id).FindAsync(feed.Terms.Id));

    // The next batch that takes places of the backlog, on the buyer's channel.
    private async Task<BacklogBody> FindNextAsync(BoardFeed feed, string user)
    {
        var now = timeProvider.GetUtcNow();
        var next = (await catalogue.ListAsync())
            .Where(other => other.Terms.CarriedUnits > 0 && other.Terms.Product.Id == feed.Terms.Product.Id
                && other.Terms.Id != feed.Terms.Id && other.Terms.IsEligible(user)
                && other.Schedule.SaleOpens > now && other.Current is not { Snapshot.Closed: true })
            .MinBy(other => other.Schedule.SaleOpens);
        return new BacklogBody(next?.Terms.Id, next?.Schedule.SaleOpens);
    }

    private async Task<BacklogBody> DescribeAsync(string batch) =>
        new(batch, (await catalogue.FindAsync(batch))?.Schedule.SaleOpens);
}
