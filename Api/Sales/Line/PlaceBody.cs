using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sales.Line;

/// <summary>A buyer's place in the line of a batch.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="User">The buyer; null: their data were removed.</param>
/// <param name="Place">The place's number, 1 or more. Lower numbers are served first.</param>
/// <param name="Ahead">How many buyers wait before this one; 0 if it does not wait.</param>
/// <param name="Quantity">Units that the buyer asked for.</param>
/// <param name="State">Where the place stands.</param>
/// <param name="JoinedAt">When the buyer joined.</param>
/// <param name="Order">The order that the latest offer made; left out: no offer was made.</param>
/// <param name="Estimate">An estimate of the wait; left out if it does not wait.</param>
/// <param name="Origin">The place in an earlier batch that it was carried over from; left out if it was not.</param>
/// <param name="CarriedTo">The place in a later batch that it became; left out unless it was carried.</param>
/// <param name="Backlog">
/// The batch that it may reach; left out unless it waits in the product's backlog, because the sale ended before its
/// turn came. Also left out as long as the batch that takes the backlog next is not sold on the buyer's channel.
/// </param>
public sealed record PlaceBody(
    string Batch, string? User, long Place, int Ahead, int Quantity,
    [property: JsonConverter(typeof(KebabCase<PlaceState>))] PlaceState State, DateTimeOffset JoinedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Order,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WaitBody? Estimate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OtherPlaceBody? Origin = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OtherPlaceBody? CarriedTo = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BacklogBody? Backlog = null)
{
    /// <summary>
    /// The body of a place. If it is in the backlog, what became of it is not looked up: see <see cref="KeptPlaces"/>.
    /// </summary>
    /// <param name="place">The place.</param>
    /// <param name="user">The buyer; null: nobody knows any more.</param>
    public static PlaceBody Of(PlaceView place, string? user) => new(
        place.Batch, user, place.Place, place.Ahead, place.Quantity, place.State, place.JoinedAt,
        place.Order is { } order ? OrderId.Of(place.Batch, order) : null,
        place.State == PlaceState.Waiting ? new WaitBody(place.Wait.Outlook, place.Wait.Seconds) : null,
        place.OriginBatch is { } origin ? new OtherPlaceBody(origin, place.OriginPlace) : null,
        Backlog: place.InBacklog ? new BacklogBody(null, null) : null);

    /// <summary>Answers a purchase with a place: 202, and its address.</summary>
    public static Task AcceptedAsync(HttpContext http, PlaceView place, string user)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = $"{http.Request.PathBase.Value}/api/batches/{place.Batch}/place";
        return Reply.WriteAsync(
            http.Response, StatusCodes.Status202Accepted, Reply.MediaType,
            JsonSerializer.SerializeToUtf8Bytes(Of(place, user), PlaceJson.Wire.PlaceBody)).AsTask();
    }
}

/// <summary>A place of the same buyer in another batch.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="Place">The place's number there.</param>
public sealed record OtherPlaceBody(string Batch, long Place);

/// <summary>A place that waits in the product's backlog.</summary>
/// <param name="Batch">The batch that it may reach; left out: none is announced yet.</param>
/// <param name="SaleOpens">When that batch opens.</param>
public sealed record BacklogBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Batch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? SaleOpens);

/// <summary>An estimate of a place's wait.</summary>
/// <param name="Outlook">
/// How likely an offer is. Unlikely: at least as many buyers wait before this one as units are held unpaid. Unknown: no
/// unit that came back was offered in the last 10 minutes.
/// </param>
/// <param name="Seconds">
/// About how long, at the pace at which units came back and were offered in the last 10 minutes; left out: none was.
/// </param>
public sealed record WaitBody(
    [property: JsonConverter(typeof(KebabCase<WaitOutlook>))] WaitOutlook Outlook,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Seconds);

/// <summary>Writes places.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(PlaceBody))]
public sealed partial class PlaceJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static PlaceJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
