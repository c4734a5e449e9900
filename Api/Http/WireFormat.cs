using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansSale.Api.Http;

/// <summary>
/// How answers are written: camelCase, instants in ISO 8601 UTC, numbers as numbers. Each concept has a generated
/// context of its own, made with these options.
/// </summary>
public static class WireFormat
{
    /// <summary>The options of a generated context. They leave names in any script readable.</summary>
    public static JsonSerializerOptions Readable(JsonSerializerOptions generated) =>
        new(generated) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
