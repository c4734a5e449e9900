using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace OrleansSale.GrainInterfaces.Webhooks;

/// <summary>The finding of <see cref="WebhookSignature.Verify"/>.</summary>
public enum SignatureVerdict
{
    /// <summary>Signed with one of the secrets, and recent.</summary>
    Valid,

    /// <summary>A header is missing, too long, or not of its form.</summary>
    Malformed,

    /// <summary>The timestamp is further than the tolerance from now, in either direction.</summary>
    OutOfTime,

    /// <summary>No signature fits: forged, altered, or made with a secret that is not ours.</summary>
    Mismatch,
}

/// <summary>
/// Signatures of the Standard Webhooks format: HMAC-SHA256 over <c>{id}.{timestamp}.{body}</c>, written
/// <c>v1,{base64}</c>, several separated by spaces.
/// </summary>
public sealed class WebhookSignature
{
    /// <summary>Name of the header with the message's id, the same over all attempts to deliver it.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>Name of the header with the instant of this attempt, in Unix seconds.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>Name of the header with the signatures.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>How far a timestamp may be from the receiver's clock, in either direction.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>The longest message id that is accepted, in characters.</summary>
    public const int MaxIdLength = 256;

    /// <summary>How many signatures of one message are looked at; a message with more is malformed.</summary>
    public const int MaxSignatures = 16;

    private const string Version = "v1,";
    private const int MaxTimestampLength = 15;
    private readonly byte[][] _secrets;

    /// <param name="secrets">
    /// At least one. Any of them verifies, and all of them sign, so that a secret can be replaced without a gap.
    /// </param>
    public WebhookSignature(IEnumerable<byte[]> secrets)
    {
        _secrets = [.. secrets];
        if (_secrets.Length == 0) throw new ArgumentException("A signature needs a secret.", nameof(secrets));
    }

    /// <summary>The value of the timestamp header for <paramref name="at"/>.</summary>
    public static string TimestampOf(DateTimeOffset at) =>
        at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>The value of the signature header.</summary>
    public string Sign(string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var signatures = new string[_secrets.Length];
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var i = 0; i < _secrets.Length; i++)
        {
            Compute(_secrets[i], id, timestamp, body, mac);
            signatures[i] = Version + Convert.ToBase64String(mac);
        }

        return string.Join(' ', signatures);
    }

    /// <summary>A POST of a JSON body with the three headers of the format.</summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="id">The message's id: the same for every attempt.</param>
    /// <param name="body">The body, which the signature covers.</param>
    /// <param name="now">The instant of this attempt.</param>
    public HttpRequestMessage RequestOf(Uri address, string id, byte[] body, DateTimeOffset now)
    {
        var timestamp = TimestampOf(now);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, Sign(id, timestamp, body));
        return request;
    }

    /// <summary>
    /// Whether the message was signed with one of the secrets about <paramref name="now"/>. A null header is a missing
    /// one.
    /// </summary>
    public SignatureVerdict Verify(
        string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(id) || id.Length > MaxIdLength
            || string.IsNullOrEmpty(timestamp) || timestamp.Length > MaxTimestampLength
            || string.IsNullOrEmpty(signatures)
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return SignatureVerdict.Malformed;
        }

        var candidates = signatures.Split(' ', MaxSignatures + 1);
        if (candidates.Length > MaxSignatures) return SignatureVerdict.Malformed;
        // At most 15 digits: the difference can't overflow.
        if (Math.Abs(now.ToUnixTimeSeconds() - seconds) > (long)Tolerance.TotalSeconds)
            return SignatureVerdict.OutOfTime;

        return AnyFits(candidates, id, timestamp, body) ? SignatureVerdict.Valid : SignatureVerdict.Mismatch;
    }

    // Each comparison takes the same time wherever the two differ, and every pair is compared: how long this takes
    // tells a forger nothing about the right signature.
    private bool AnyFits(string[] candidates, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var fits = false;
        foreach (var secret in _secrets)
        {
            Compute(secret, id, timestamp, body, expected);
            foreach (var candidate in candidates)
            {
                if (!candidate.StartsWith(Version, StringComparison.Ordinal)) continue;
                if (!Convert.TryFromBase64Chars(candidate.AsSpan(Version.Length), given, out var length)) continue;
                if (length == given.Length) fits |= CryptographicOperations.FixedTimeEquals(expected, given);
            }
        }

        return fits;
    }

    // The parts can't be shifted against each other: the timestamp is digits only and the body is the rest of the
    // message.
    private static void Compute(byte[] secret, string id, string timestamp, ReadOnlySpan<byte> body, Span<byte> mac)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        hmac.GetHashAndReset(mac);
    }
}
