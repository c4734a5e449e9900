using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces.Reservations;

namespace OrleansSale.Api.Sales.Live;

/// <summary>
/// The events about what a buyer has themselves: each order at the beginning and whenever it has changed, and each
/// change of their reservation.
/// </summary>
/// <param name="batch">The batch.</param>
/// <param name="buyer">The buyer, who watches.</param>
/// <param name="user">Their user.</param>
internal sealed class BuyerEvents(string batch, WatchedBuyer buyer, string user)
{
    // The last event of each order, by its sequence. A user has few orders in a batch.
    private readonly Dictionary<long, byte[]> _sent = [];
    private BuyerReading _latest = buyer.Latest;
    private ReservationChange? _told = buyer.Latest.Reservation;

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
        if (_latest.Reservation is not { } change || change == _told) return;
        var told = new ReservationEventBody(batch, change.ReservedAt);
        await events.WriteAsync(
            "reservation", JsonSerializer.SerializeToUtf8Bytes(told, LiveJson.Wire.ReservationEventBody));
        _told = change;
    }
}

/// <summary>A reservation was made or cancelled.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="ReservedAt">When it was made; left out: it was cancelled.</param>
public sealed record ReservationEventBody(
    string Batch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ReservedAt);

/// <summary>Writes the bodies of events.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(ReservationEventBody))]
public sealed partial class LiveJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static LiveJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
