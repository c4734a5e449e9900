using OrleansSale.Silo;

namespace OrleansSale.Api.Composition;

/// <summary>The secrets of a front, from configuration.</summary>
/// <param name="Signing">
/// Signs and verifies bearer tokens (HS256): 32 bytes or more; empty when an authority vouches for tokens.
/// </param>
/// <param name="Ticket">Signs and verifies tickets: 32 bytes or more.</param>
public sealed record Keys(byte[] Signing, byte[] Ticket)
{
    /// <summary>Fewest bytes of a key.</summary>
    public const int MinLength = 32;

    /// <summary>Reads the keys.</summary>
    /// <exception cref="StartException">A key is missing or malformed; the message names it.</exception>
    public static Keys Load(IConfiguration configuration) => new(
        configuration["Auth:Authority"] is { Length: > 0 } ? [] : Read(configuration, "Auth:SigningKey"),
        Read(configuration, "Sale:TicketKey"));

    private static byte[] Read(IConfiguration configuration, string key)
    {
        if (configuration[key] is not { Length: > 0 } text)
            throw new StartException($"{key} is missing: set it to the base64 of {MinLength} random bytes or more.");
        try
        {
            var bytes = Convert.FromBase64String(text);
            if (bytes.Length >= MinLength) return bytes;
        }
        catch (FormatException)
        {
            // Told below.
        }
        throw new StartException($"{key} is malformed: it must be the base64 of {MinLength} bytes or more.");
    }
}
