using System.Text.Json;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Line;
using OrleansSale.Api.Sales.Orders;

namespace OrleansSale.Api.Sales.Live;

/// <summary>
/// The events about a buyer's own orders and place in the line: each at the beginning, and whenever it has changed.
/// </summary>
/// <param name="buyer">The buyer, who watches.</param>
/// <param name="user">Their user.</param>
internal sealed class OrderEvents(WatchedBuyer buyer, string user)
{
    // The last event of each order, by its sequence. A user has few orders in a batch.
    private readonly Dictionary<long, byte[]> _sent = [];
    private OrdersReading _latest = buyer.Latest;
    private byte[]? _sentPlace;

    /// <summary>Completes when there may be something new.</summary>
    public Task Changed => _latest.Superseded;

    /// <summary>Writes what is new.</summary>
    public async Task WriteNewAsync(EventWriter events)
    {
        _latest = buyer.Latest;
        foreach (var order in _latest.Orders)
        {
            var data = JsonSerializer.SerializeToUtf8Bytes(OrderBody.Of(order, user), OrderJson.Wire.OrderBody);
            if (_sent.TryGetValue(order.Seq, out var last) && last.AsSpan().SequenceEqual(data)) continue;
            await events.WriteAsync("order", data);
            _sent[order.Seq] = data;
        }
        if (_latest.Place is not { } place) return;
        var placed = JsonSerializer.SerializeToUtf8Bytes(PlaceBody.Of(place, user), PlaceJson.Wire.PlaceBody);
        if (_sentPlace is { } sent && sent.AsSpan().SequenceEqual(placed)) return;
        await events.WriteAsync("place", placed);
        _sentPlace = placed;
    }
}
