using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansSale.Tests.Engine;

/// <summary>Tickets, from the design's description of them: <c>v2.payload.mac</c>.</summary>
public static class Ticket
{
    /// <summary>Signs one, as the engine does at a reservation.</summary>
    /// <param name="key">The engine's.</param>
    /// <param name="user">Whose it is.</param>
    /// <param name="batch">For which batch.</param>
    /// <param name="alias">What stands for the user in the batch's ledger; null: the ticket names none.</param>
    /// <param name="version">The reservation's version.</param>
    public static string Sign(byte[] key, string user, string batch, string? alias, long version = 1)
    {
        var named = alias is null ? "" : $"\"a\":\"{alias}\",";
        var payload = $$"""{"u":{{JsonSerializer.Serialize(user)}},{{named}}"b":"{{batch}}","v":{{version}}}""";
        var signed = "v2." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>What stands for a user in the ledger of the batch with this key.</summary>
    /// <param name="batchKey">
    /// The batch's key: 32 bytes. With another one the alias is nobody's, and buys all the same.
    /// </param>
    /// <param name="user">The user.</param>
    public static string AliasOf(byte[] batchKey, string user)
    {
        var bytes = Encoding.UTF8.GetBytes(user);
        var salt = HMACSHA256.HashData(batchKey, bytes).AsSpan(0, 16);
        return Base64Url.EncodeToString(SHA256.HashData([.. salt, .. bytes]).AsSpan(0, 16));
    }

    /// <summary>The version of the reservation that the ticket states. Anybody can read it.</summary>
    /// <exception cref="FormatException">It is not a ticket.</exception>
    public static long VersionOf(string ticket)
    {
        using var payload = PayloadOf(ticket);
        return payload.RootElement.GetProperty("v").GetInt64();
    }

    /// <summary>What stands for its user in the batch's ledger.</summary>
    /// <exception cref="FormatException">It is not a ticket.</exception>
    public static string AliasOf(string ticket)
    {
        using var payload = PayloadOf(ticket);
        return payload.RootElement.GetProperty("a").GetString()!;
    }

    private static JsonDocument PayloadOf(string ticket)
    {
        var parts = ticket.Split('.');
        if (parts.Length != 3 || parts[0] != "v2") throw new FormatException($"not a ticket: {ticket}");
        return JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
    }
}
