using System.Text.Json.Serialization;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>Writes boards.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(BoardBody))]
public sealed partial class BoardJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static BoardJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
