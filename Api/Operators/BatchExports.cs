using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Ledger;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Operators;

/// <summary>Reads the orders, the payments, the reservations and the ledger of a batch, page by page.</summary>
public sealed class BatchExports(CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>Orders whose documents are read at a time.</summary>
    public const int MaxReading = 32;

    /// <summary>Whether there is such a batch. The other methods are for batches that exist.</summary>
    public async ValueTask<bool> ExistsAsync(string batch) => await catalogue.FindAsync(batch) is not null;

    /// <summary>Orders with their delivery addresses, in the order they were made.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="after">The sequence of the order before them; 0: from the first.</param>
    /// <param name="limit">Most orders: 1 to 1,000.</param>
    public async Task<OperatorOrderBody[]> ReadOrdersAsync(string batch, long after, int limit)
    {
        var grain = grains.GetGrain<ISaleBatchGrain>(batch);
        return await JoinAsync(batch, (await retry.AskAsync(() => grain.ListOrdersAsync(after, limit))).Orders);
    }

    /// <summary>The orders of one user with their delivery addresses, in the order they were made.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="user">The user.</param>
    /// <param name="after">The sequence of the order before them; 0: from the first.</param>
    /// <param name="limit">Most orders: 1 to 1,000.</param>
    /// <returns>None if the batch was anonymised. Unavailable: its key is missing.</returns>
    public async Task<Answer<OperatorOrderBody[]>> ReadOrdersOfAsync(string batch, string user, long after, int limit)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Array.Empty<OperatorOrderBody>();
        if (await feed.FindKeyAsync() is not { } key)
            return feed.IsAnonymised ? Array.Empty<OperatorOrderBody>() : Refusal.Unavailable;
        var grain = grains.GetGrain<ISaleBatchGrain>(batch);
        var all = await retry.AskAsync(() => grain.ListOrdersOfAsync(key.AliasOf(user)));
        return await JoinAsync(batch, [.. all.Orders.Where(order => order.Seq > after).Take(limit)]);
    }

    /// <summary>One order, with its delivery address.</summary>
    /// <param name="order">The order, as its batch knows it.</param>
    public async Task<OperatorOrderBody> ReadOrderAsync(OrderView order) => (await JoinAsync(order.Batch, [order]))[0];

    /// <summary>
    /// Orders as operators see them: the batch knows aliases, the reservations know users, and the orders' own actors
    /// know delivery addresses.
    /// </summary>
    public async Task<OperatorOrderBody[]> JoinAsync(string batch, OrderView[] orders)
    {
        var users = await FindUsersAsync(batch, orders.Select(order => order.Buyer));
        var bodies = new List<OperatorOrderBody>(orders.Length);
        foreach (var group in orders.Chunk(MaxReading))
        {
            var documents = await retry.AskAsync(() => Task.WhenAll(
                group.Select(ReadDocumentsAsync)));
            bodies.AddRange(group.Zip(
                documents, (order, read) => OperatorOrderBody.Of(order, users[order.Buyer], read)));
        }
        return [.. bodies];
    }

    /// <summary>Captured payments, in the order of their captures.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="after">The number of the payment before them; 0: from the first.</param>
    /// <param name="limit">Most payments: 1 to 1,000.</param>
    public async Task<PaymentView[]> ReadPaymentsAsync(string batch, int after, int limit)
    {
        var grain = grains.GetGrain<ISaleBatchGrain>(batch);
        return (await retry.AskAsync(() => grain.ListPaymentsAsync(after, limit))).Payments;
    }

    /// <summary>The users whom aliases stand for; null: their data were removed, or cannot be read.</summary>
    public async Task<Dictionary<Alias, string?>> FindUsersAsync(string batch, IEnumerable<Alias> aliases)
    {
        var asked = aliases.Distinct().ToArray();
        var found = asked.Length == 0
            ? [] : await retry.AskAsync(() => grains.GetGrain<IRosterGrain>(batch).FindUsersAsync(asked));
        return asked.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>Reservations, by alias.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="after">The alias before them; null: from the first.</param>
    /// <param name="limit">Most reservations: 1 to 1,000.</param>
    public Task<RosterPage> ReadReservationsAsync(string batch, Alias? after, int limit) =>
        retry.AskAsync(() => grains.GetGrain<IRosterGrain>(batch).ListAsync(after, limit));

    /// <summary>Lines of the ledger from an entry on; none: that was all.</summary>
    /// <exception cref="StorageDamagedException">The ledger cannot be read from there.</exception>
    public Task<LedgerPage> ReadLedgerAsync(string batch, long fromSeq) =>
        retry.AskAsync(() => grains.GetGrain<ILedgerExportGrain>(batch).ReadAsync(fromSeq));

    // Damaged documents of one order do not fail the list.
    private async Task<OrderPapers> ReadDocumentsAsync(OrderView order)
    {
        try
        {
            var actor = grains.GetGrain<IOrderGrain>(order.Id);
            var tracking = order.Shipment is null ? null : await actor.FindTrackingAsync();
            return new OrderPapers(await actor.FindDeliveryAsync(order), tracking);
        }
        catch (StorageDamagedException)
        {
            return new OrderPapers(null, null, IsDamaged: true);
        }
    }
}

/// <summary>What an order's own actor keeps for operators.</summary>
/// <param name="Delivery">Where to deliver; null: not said, removed or damaged.</param>
/// <param name="Tracking">The tracking reference of the last shipment; null: not shipped, removed or damaged.</param>
/// <param name="IsDamaged">Whether the documents exist but cannot be read.</param>
public sealed record OrderPapers(Delivery? Delivery, string? Tracking, bool IsDamaged = false);
