using System.Buffers.Text;
using System.Text.Json;

namespace OrleansSale.Tests.Engine;

/// <summary>Reads tickets, as anybody can: <c>v1.payload.mac</c>.</summary>
public static class Ticket
{
    /// <summary>The version of the reservation that the ticket states.</summary>
    /// <exception cref="FormatException">It is not a ticket.</exception>
    public static long VersionOf(string ticket)
    {
        var parts = ticket.Split('.');
        if (parts.Length != 3 || parts[0] != "v1") throw new FormatException($"not a ticket: {ticket}");
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        return payload.RootElement.GetProperty("v").GetInt64();
    }
}
