using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansSale.Tests.Engine;

/// <summary>Tickets, from the design's description of them: <c>v1.payload.mac</c>.</summary>
public static class Ticket
{
    /// <summary>Signs one, as the engine does at a reservation.</summary>
    /// <param name="key">The engine's.</param>
    /// <param name="user">Whose it is.</param>
    /// <param name="batch">For which batch.</param>
    /// <param name="version">The reservation's version.</param>
    public static string Sign(byte[] key, string user, string batch, long version = 1)
    {
        var payload = $$"""{"u":{{JsonSerializer.Serialize(user)}},"b":"{{batch}}","v":{{version}}}""";
        var signed = "v1." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The version of the reservation that the ticket states. Anybody can read it.</summary>
    /// <exception cref="FormatException">It is not a ticket.</exception>
    public static long VersionOf(string ticket)
    {
        var parts = ticket.Split('.');
        if (parts.Length != 3 || parts[0] != "v1") throw new FormatException($"not a ticket: {ticket}");
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        return payload.RootElement.GetProperty("v").GetInt64();
    }
}
