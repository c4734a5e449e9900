using OrleansSale.Silo;
using OrleansSale.Silo.Http;

namespace OrleansSale.Api.Hosting;

/// <summary>The secrets of a front, from configuration.</summary>
/// <param name="Signing">
/// Signs and verifies bearer tokens (HS256): 32 bytes or more; empty when an authority vouches for tokens.
/// </param>
/// <param name="Tickets">Sign and verify tickets, each 32 bytes or more: the first signs, all verify.</param>
public sealed record Keys(byte[] Signing, byte[][] Tickets)
{
    /// <summary>Fewest bytes of a key.</summary>
    public const int MinLength = 32;

    /// <summary>Reads the keys.</summary>
    /// <exception cref="StartException">A key is missing or malformed; the message names it.</exception>
    public static Keys Load(IConfiguration configuration, bool isDevelopment) => new(
        HasAuthority(configuration, isDevelopment) ? [] : Read(configuration, "Auth:SigningKey"),
        ReadSeveral(configuration, "Sale:TicketKey"));

    // Without TLS to the authority, its tokens prove nothing.
    private static bool HasAuthority(IConfiguration configuration, bool isDevelopment)
    {
        const string Key = "Auth:Authority";
        if (configuration[Key] is not { Length: > 0 } text) return false;
        var address = new Uri(text);
        if (WebAddress.Fault(Key, address, isBase: true, isPublic: false) is { } fault) throw new StartException(fault);
        if (!isDevelopment && address.Scheme != Uri.UriSchemeHttps)
            throw new StartException($"{Key} must be an https address outside Development.");
        return true;
    }

    // Separated by spaces, as webhook secrets are.
    private static byte[][] ReadSeveral(IConfiguration configuration, string key) =>
        Text(configuration, key).Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } texts
            ? [.. texts.Select(text => Decode(key, text))]
            : [Decode(key, "")];

    private static byte[] Read(IConfiguration configuration, string key) => Decode(key, Text(configuration, key));

    private static string Text(IConfiguration configuration, string key) => configuration[key] is { Length: > 0 } text
        ? text
        : throw new StartException($"{key} is missing: set it to the base64 of {MinLength} random bytes or more.");

    private static byte[] Decode(string key, string text)
    {
        try
        {
            var bytes = Convert.FromBase64String(text);
            if (bytes.Length >= MinLength) return bytes;
        }
        catch (FormatException)
        {
            // Reported below.
        }
        throw new StartException($"{key} is malformed: it must be the base64 of {MinLength} bytes or more.");
    }
}
