using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Grains.Webhooks;

/// <summary>An event as it is sent now.</summary>
/// <param name="Event">The event.</param>
/// <param name="Json">The event as JSON.</param>
internal sealed record ComposedEvent(WebhookEvent Event, byte[] Json);

/// <summary>
/// Makes events of entries. Users are looked up each time, so that data that were removed meanwhile are not sent.
/// </summary>
internal sealed class EventComposer(IOrderIndex index, IGrainFactory grains)
{
    /// <summary>The events of entries of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="types">The types that are told; empty: all.</param>
    public async Task<List<ComposedEvent>> ComposeAsync(
        string batch, IReadOnlyList<FollowedEntry> entries, IReadOnlyCollection<string> types)
    {
        var events = entries.Select(entry => WebhookEvent.Read(entry.Seq, entry.Line))
            .Where(one => types.Count == 0 || types.Contains(one.Type)).ToList();
        var buyers = await FindBuyersAsync(batch, events);
        var users = await FindUsersAsync(batch, [.. buyers.OfType<Alias>().Distinct()]);
        return
        [
            .. events.Zip(buyers, (one, buyer) => new ComposedEvent(one, one.ToJson(
                batch, buyer is { } alias ? users.GetValueOrDefault(alias) : null))),
        ];
    }

    // The index has every order that the follower has passed on. It has no places: the batch knows those.
    private async Task<List<Alias?>> FindBuyersAsync(string batch, List<WebhookEvent> events)
    {
        var orders = events.Where(one => one.Buyer is null).Select(one => one.Order).OfType<long>().ToHashSet();
        var rows = orders.Count == 0 ? []
            : (await index.ReadAsync(batch, orders)).ToDictionary(row => row.Seq, row => row.Buyer);
        long[] places =
        [
            .. events.Where(one => one is { Buyer: null, Order: null }).Select(one => one.Place).OfType<long>()
                .Distinct(),
        ];
        var found = places.Length == 0 ? []
            : await grains.GetGrain<ISaleBatchGrain>(batch).FindBuyersAsync(places);
        var ofPlaces = places.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second);
        return
        [
            .. events.Select(one => one switch
            {
                { Buyer: { } buyer } => buyer,
                { Order: { } order } => rows.TryGetValue(order, out var buyer) ? buyer : (Alias?)null,
                { Place: { } place } => ofPlaces[place],
                _ => null,
            }),
        ];
    }

    private async Task<Dictionary<Alias, string>> FindUsersAsync(string batch, Alias[] aliases)
    {
        if (aliases.Length == 0) return [];
        var users = await grains.GetGrain<IRosterGrain>(batch).FindUsersAsync(aliases);
        return aliases.Zip(users).Where(pair => pair.Second is not null)
            .ToDictionary(pair => pair.First, pair => pair.Second!);
    }
}
