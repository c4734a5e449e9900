using System.Text.Json.Serialization;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>Reads purchases.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(PurchaseBody))]
public sealed partial class PurchaseJson : JsonSerializerContext
{
    /// <summary>The context to read with.</summary>
    public static PurchaseJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
