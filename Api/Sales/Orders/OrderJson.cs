using System.Text.Json.Serialization;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>Reads and writes the bodies of the orders' endpoints.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(OrderBody))]
[JsonSerializable(typeof(OrderList))]
[JsonSerializable(typeof(CheckoutBody))]
[JsonSerializable(typeof(DeliveryBody))]
[JsonSerializable(typeof(ShipmentBody))]
public sealed partial class OrderJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static OrderJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
