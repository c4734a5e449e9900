using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Platforms.Protocol;

/// <summary>A notification, signed from the description of Standard Webhooks and not with the engine's code.</summary>
/// <param name="Id">The same for every attempt.</param>
/// <param name="Body">JSON.</param>
public sealed record ProtocolMessage(string Id, string Body)
{
    /// <summary>What it tells.</summary>
    public string Type => (string)JsonNode.Parse(Body)!["type"]!;

    /// <summary>The payment that it tells of.</summary>
    public string Payment => (string)JsonNode.Parse(Body)!["data"]!["payment"]!;

    /// <summary>The headers of an attempt.</summary>
    /// <param name="secret">Signs it.</param>
    /// <param name="at">When it is sent.</param>
    public (string Name, string Value)[] Headers(byte[] secret, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{Id}.{timestamp}.{Body}"));
        return
        [
            ("webhook-id", Id), ("webhook-timestamp", timestamp),
            ("webhook-signature", $"v1,{Convert.ToBase64String(mac)}"),
        ];
    }

    internal static ProtocolMessage Of(string id, string type, JsonObject data) => new(id, new JsonObject
    {
        ["type"] = type,
        ["timestamp"] = "2012-12-21T04:00:00Z",
        ["data"] = data,
    }.ToJsonString());
}
