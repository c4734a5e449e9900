using System.Text;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Front;

/// <summary>
/// Signs credentials from the design's description of them, not with the engine's code. Tokens do not expire unless
/// they say so: the tests move the engine's clock.
/// </summary>
/// <param name="secrets">The engine's secrets.</param>
/// <param name="keyOf">
/// The key of a batch. Null: it is not known here, and tickets name an alias that is nobody's.
/// </param>
internal sealed class Signing(EngineSecrets secrets, Func<string, byte[]?>? keyOf = null)
{
    public const string Operator = "op";

    /// <summary>The Authorization header of a user.</summary>
    public string Bearer(string user)
    {
        var (channel, subject) = Split(user);
        return "Bearer " + Token(new JsonObject { ["sub"] = subject, ["channel"] = channel });
    }

    /// <summary>The Authorization header of an operator.</summary>
    public string OperatorBearer() =>
        "Bearer " + Token(new JsonObject
        {
            ["sub"] = Operator,
            ["channel"] = "staff",
            ["roles"] = new JsonArray("operator")
        });

    /// <summary>A token with these claims; issuer and audience are the right ones unless given.</summary>
    public string Token(JsonObject claims, byte[]? signingKey = null, string algorithm = "HS256")
    {
        foreach (var name in (string[])["iss", "aud"]) if (!claims.ContainsKey(name)) claims[name] = "sale";
        var payload = Encoding.UTF8.GetBytes(claims.ToJsonString());
        return TokenSigner.Sign(payload, signingKey ?? secrets.SigningKey, algorithm);
    }

    /// <summary>
    /// A ticket. One that was never given out is as good as a real one: that is what makes the hot path hot.
    /// </summary>
    public string Ticket(string user, string batch, long version = 1, byte[]? key = null) =>
        Ticket(user, batch, AliasOf(user, batch), version, key);

    /// <summary>A ticket with this alias, or without any.</summary>
    public string Ticket(string user, string batch, string? alias, long version = 1, byte[]? key = null) =>
        Engine.Ticket.Sign(key ?? secrets.TicketKey, user, batch, alias, version);

    /// <summary>What stands for a user in a batch's ledger.</summary>
    public string AliasOf(string user, string batch) =>
        Engine.Ticket.AliasOf(keyOf?.Invoke(batch) ?? new byte[32], user);

    private static (string Channel, string Subject) Split(string user)
    {
        var colon = user.IndexOf(':', StringComparison.Ordinal);
        return (user[..colon], user[(colon + 1)..]);
    }
}
