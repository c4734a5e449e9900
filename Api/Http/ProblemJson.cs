using System.Text.Json.Serialization;

namespace OrleansSale.Api.Http;

/// <summary>Writes problems.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(ProblemBody))]
public sealed partial class ProblemJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static ProblemJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
