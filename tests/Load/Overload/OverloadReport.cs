using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>What was seen under overload. Written as JSON with camelCase names.</summary>
internal sealed record OverloadReport
{
    public required string Machine { get; init; }

    /// <summary>What the slowed ledger takes in a second.</summary>
    public required int LedgerPerSecond { get; init; }

    public required int Connections { get; init; }

    /// <summary>Every flood, in order.</summary>
    public required IReadOnlyList<Pressure> Floods { get; init; }

    public required IReadOnlyList<Check> Checks { get; init; }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, OverloadJson.Default.OverloadReport);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OverloadReport))]
internal sealed partial class OverloadJson : JsonSerializerContext;
