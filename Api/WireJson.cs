using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.Api.Batches;
using OrleansSale.Api.Operators;
using OrleansSale.Api.Orders;
using OrleansSale.Api.Problems;
using OrleansSale.Api.Requests;
using OrleansSale.Api.Reservations;
using OrleansSale.Api.SignIn;

namespace OrleansSale.Api;

/// <summary>How answers are written: camelCase, instants in ISO 8601 UTC, numbers as numbers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(BoardBody))]
[JsonSerializable(typeof(BoardList))]
[JsonSerializable(typeof(OrderBody))]
[JsonSerializable(typeof(OrderList))]
[JsonSerializable(typeof(CheckoutBody))]
[JsonSerializable(typeof(DeliveryBody))]
[JsonSerializable(typeof(ReservationBody))]
[JsonSerializable(typeof(OperatorOrderList))]
[JsonSerializable(typeof(OperatorReservationList))]
[JsonSerializable(typeof(FaultList))]
[JsonSerializable(typeof(MeBody))]
[JsonSerializable(typeof(TokenBody))]
public sealed partial class WireJson : JsonSerializerContext;

/// <summary>The context to write with.</summary>
public static class Wire
{
    /// <summary>As generated, but names in any script stay readable.</summary>
    public static WireJson Json { get; } =
        new(new JsonSerializerOptions(WireJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
