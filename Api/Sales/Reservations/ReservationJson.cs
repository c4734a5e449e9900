using System.Text.Json.Serialization;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Sales.Reservations;

/// <summary>Writes reservations.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(ReservationBody))]
[JsonSerializable(typeof(MyReservationBody))]
public sealed partial class ReservationJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static ReservationJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
