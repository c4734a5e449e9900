using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSale.Api.Http;

/// <summary>Closed sets on the wire: kebab-case names.</summary>
public sealed class KebabCase<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
