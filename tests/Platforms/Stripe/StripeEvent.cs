using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Platforms.Stripe;

/// <summary>Makes and signs events from Stripe's description of them, not with the engine's code.</summary>
public static class StripeEvent
{
    /// <summary>Signs events.</summary>
    public const string Secret = "whsec_of_the_double_1";
    /// <summary>What signed them before: it still does while it is replaced.</summary>
    public const string OlderSecret = "whsec_of_the_double_0";

    private static int _count;

    /// <summary>The body of an event of a type about a session, a payment or a refund.</summary>
    public static string Of(string type, JsonObject subject, DateTimeOffset at) => new JsonObject
    {
        ["id"] = $"evt_{Interlocked.Increment(ref _count)}",
        ["object"] = "event",
        ["api_version"] = "2026-10-28.endive",
        ["created"] = at.ToUnixTimeSeconds(),
        ["type"] = type,
        ["livemode"] = false,
        ["pending_webhooks"] = 1,
        ["data"] = new JsonObject { ["object"] = subject.DeepClone() },
    }.ToJsonString();

    /// <summary>The value of the header <c>Stripe-Signature</c>.</summary>
    public static string Sign(string body, DateTimeOffset at, string secret = Secret)
    {
        var mac = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{at.ToUnixTimeSeconds()}.{body}"));
        return $"t={at.ToUnixTimeSeconds()},v1={Convert.ToHexStringLower(mac)},v0=00";
    }
}
