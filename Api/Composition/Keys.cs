using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansSale.Api.Composition;

/// <summary>The start cannot go on; the message is the one line a person needs.</summary>
public sealed class StartException(string message) : Exception(message);

/// <summary>The secrets of a front. From configuration; in Development made at the first start and kept with the data.</summary>
/// <param name="Signing">Signs and verifies bearer tokens (HS256): 32 bytes or more.</param>
/// <param name="Ticket">Signs and verifies tickets: 32 bytes or more.</param>
public sealed record Keys(byte[] Signing, byte[] Ticket)
{
    /// <summary>Fewest bytes of a key.</summary>
    public const int MinLength = 32;

    /// <summary>The configuration keys, as a person writes them.</summary>
    private const string SigningKey = "Auth:SigningKey", TicketKey = "Sale:TicketKey";

    /// <summary>Reads the keys.</summary>
    /// <param name="configuration">Where they are set.</param>
    /// <param name="developmentFile">Where Development keeps those it makes; null outside Development.</param>
    /// <exception cref="StartException">A key is missing or malformed; the message names it.</exception>
    public static Keys Load(IConfiguration configuration, string? developmentFile)
    {
        var kept = developmentFile is null ? [] : LoadKept(developmentFile);
        // With an authority, tokens are verified by its keys.
        var hasAuthority = configuration["Auth:Authority"] is { Length: > 0 };
        return new Keys(
            hasAuthority ? [] : Read(configuration, kept, SigningKey),
            Read(configuration, kept, TicketKey));
    }

    private static byte[] Read(IConfiguration configuration, Dictionary<string, string> kept, string key)
    {
        var text = configuration[key] is { Length: > 0 } configured ? configured : kept.GetValueOrDefault(key);
        if (text is null) throw new StartException($"{key} is missing: set it to the base64 of {MinLength} random bytes or more.");
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

    // A file only its owner can read. Written whole under another name first, so that a crash leaves no half of it.
    private static Dictionary<string, string> LoadKept(string file)
    {
        if (File.Exists(file)) return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? [];
        var made = new[] { SigningKey, TicketKey }
            .ToDictionary(key => key, _ => Convert.ToBase64String(RandomNumberGenerator.GetBytes(MinLength)));
        var draft = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options)) JsonSerializer.Serialize(stream, made);
        File.Move(draft, file);
        return made;
    }
}
