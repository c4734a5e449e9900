using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Operators;

/// <summary>A search in the orders of all batches. An order must fit every member that is given.</summary>
/// <param name="User">Of this user; null: of anybody.</param>
/// <param name="Status">In this state; null: in any.</param>
/// <param name="Batch">Of this batch, which exists; null: of all.</param>
/// <param name="Unit">That have or had this unit; null: any.</param>
/// <param name="After">The order before them; null: from the first.</param>
/// <param name="Limit">Most orders: 1 to 1,000.</param>
public sealed record OrderSearchTerms(
    string? User, OrderStatus? Status, string? Batch, int? Unit, FoundOrder? After, int Limit);

/// <summary>A page of orders that were found.</summary>
/// <param name="Orders">The orders.</param>
/// <param name="Next">Where the next page begins; null: that was all.</param>
/// <param name="Damaged">Batches whose orders may be missing, because something of theirs cannot be read.</param>
public sealed record OrderSearchPage(OperatorOrderBody[] Orders, string? Next, IReadOnlyCollection<string> Damaged);

/// <summary>
/// Finds orders over all batches: which ones by the index, and what they are now by their batches.
/// </summary>
public sealed class OrderSearch(CatalogueCopy catalogue, BatchExports exports, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>Orders that are asked for at a time, and keys of batches.</summary>
    public const int MaxAsked = 32;

    /// <summary>A page of orders, batch by batch.</summary>
    public async Task<OrderSearchPage> FindAsync(OrderSearchTerms terms)
    {
        var damaged = new SortedSet<string>(StringComparer.Ordinal);
        var buyers = terms.User is { } user ? await BuyersOfAsync(user, terms.Batch, damaged) : null;
        var query = new OrderQuery(buyers, terms.Status, terms.Batch, terms.Unit, terms.After, terms.Limit);
        var found = await retry.AskAsync(() => grains.GetGrain<IOrderIndexGrain>(0).FindAsync(query));
        var orders = new List<OperatorOrderBody>(found.Length);
        foreach (var ofBatch in found.GroupBy(order => order.Batch, StringComparer.Ordinal))
        {
            try
            {
                var views = await ReadAsync(ofBatch);
                // The index may be about a second behind.
                orders.AddRange(await exports.JoinAsync(ofBatch.Key,
                    [.. views.Where(order => terms.Status is null || order.Status == terms.Status)]));
            }
            catch (StorageDamagedException)
            {
                damaged.Add(ofBatch.Key);
            }
        }
        return new OrderSearchPage([.. orders], found.Length == terms.Limit ? found[^1].Id : null, damaged);
    }

    // A batch with another alias for the user in each: the index knows no users.
    private async Task<BatchBuyer[]> BuyersOfAsync(string user, string? batch, SortedSet<string> damaged)
    {
        var feeds = batch is null ? await catalogue.ListAsync()
            : await catalogue.FindAsync(batch) is { } one ? [one] : [];
        var buyers = new List<BatchBuyer>();
        foreach (var group in feeds.Where(feed => feed.Terms.IsEligible(user)).Chunk(MaxAsked))
        {
            foreach (var (feed, key) in group.Zip(await Task.WhenAll(group.Select(FindKeyAsync))))
            {
                if (key is not null) buyers.Add(new BatchBuyer(feed.Terms.Id, key.AliasOf(user)));
                else if (!feed.IsAnonymised) damaged.Add(feed.Terms.Id);
            }
        }
        return [.. buyers];
    }

    private static async Task<BatchKey?> FindKeyAsync(BoardFeed feed)
    {
        try
        {
            return await feed.FindKeyAsync();
        }
        catch (StorageDamagedException)
        {
            return null;
        }
    }

    private async Task<OrderView[]> ReadAsync(IGrouping<string, FoundOrder> orders)
    {
        var batch = grains.GetGrain<ISaleBatchGrain>(orders.Key);
        var views = new List<OrderView>();
        foreach (var group in orders.Chunk(MaxAsked))
        {
            var answers = await retry.AskAsync(
                () => Task.WhenAll(group.Select(order => batch.GetOrderAsync(order.Seq, null))));
            views.AddRange(answers.Select(answer => answer.Value).OfType<OrderView>());
        }
        return [.. views];
    }
}
