using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Tickets;

/// <summary>The content of a ticket: this user holds this version of a reservation for this batch.</summary>
/// <param name="User">The user.</param>
/// <param name="Alias">What stands for the user in the batch's ledger.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Version">The version, 1 or more.</param>
public readonly record struct Ticket(string User, Alias Alias, string Batch, long Version);

/// <summary>
/// Signs and verifies tickets: <c>v2.&lt;payload&gt;.&lt;mac&gt;</c>, both base64url; the payload is
/// <c>{"u":"weibo:alice","a":"&lt;alias&gt;","b":"mi2-1","v":1}</c>, the mac HMAC-SHA256 over
/// <c>v2.&lt;payload&gt;</c>. A ticket is a credential: its holder can buy as its user, and do nothing else. It carries
/// the alias, so that a purchase need not compute it.
/// </summary>
/// <param name="keys">
/// One or more keys, each of at least 32 secret bytes, the same on every front. The first signs; any of them verifies,
/// so that a key can be replaced while its tickets are in use.
/// </param>
#pragma warning disable CA1001 // It lives as long as its process; what it keeps for a thread goes with the thread.
public sealed class TicketSigner(byte[][] keys)
{
    /// <summary>
    /// Longest ticket, in characters: a longer one cannot be genuine. The longest user takes 1,266: every character of
    /// a subject may be written as an escape of six.
    /// </summary>
    public const int MaxLength = 1_536;

    private const string Version = "v2.";
    private const int MacLength = 43;

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // Each thread keeps one. With a prepared key a mac costs half as much.
    private readonly ThreadLocal<IncrementalHash[]> _macs =
        new(() => [.. keys.Select(key => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key))]);

    /// <summary>The ticket of a reservation. The same reservation has always the same ticket.</summary>
    public string Sign(Ticket ticket)
    {
        var user = JsonSerializer.Serialize(ticket.User, Json);
        var payload = $$"""{"u":{{user}},"a":"{{ticket.Alias}}","b":"{{ticket.Batch}}","v":{{ticket.Version}}}""";
        var signed = Version + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(keys[0], Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>
    /// Reads a ticket if it is genuine and for this batch. The mac is compared in constant time, before the payload is
    /// parsed.
    /// </summary>
    public bool TryVerify(ReadOnlySpan<char> text, string batch, out Ticket ticket)
    {
        ticket = default;
        var dot = text.Length - MacLength - 1;
        if (text.Length > MaxLength || dot <= Version.Length || text[dot] != '.'
            || !text.StartsWith(Version, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[MaxLength];
        if (Ascii.FromUtf16(text, bytes, out var length) != OperationStatus.Done) return false;
        var signed = bytes[..dot];
        Span<byte> given = stackalloc byte[32];
        if (Base64Url.DecodeFromUtf8(bytes[(dot + 1)..length], given, out _, out var written) != OperationStatus.Done
            || written != 32
            || !IsGenuine(signed, given))
        {
            return false;
        }
        return TryReadPayload(signed[Version.Length..], batch, out ticket);
    }

    private bool IsGenuine(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> given)
    {
        Span<byte> mac = stackalloc byte[32];
        foreach (var macs in _macs.Value!)
        {
            macs.AppendData(signed);
            macs.GetHashAndReset(mac);
            if (CryptographicOperations.FixedTimeEquals(mac, given)) return true;
        }
        return false;
    }

    private static bool TryReadPayload(Span<byte> encoded, string batch, out Ticket ticket)
    {
        ticket = default;
        Span<byte> payload = stackalloc byte[MaxLength];
        if (Base64Url.DecodeFromUtf8(encoded, payload, out _, out var length) != OperationStatus.Done) return false;
        try
        {
            string? user = null;
            var (isOfBatch, hasAlias, alias) = (false, false, default(Alias));
            long version = 0;
            var json = new Utf8JsonReader(payload[..length]);
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName) continue;
                if (json.ValueTextEquals("u"u8) && json.Read()) user = json.GetString();
                else if (json.ValueTextEquals("a"u8) && json.Read())
                    hasAlias = Alias.TryRead(json.ValueSpan, out alias);
                else if (json.ValueTextEquals("b"u8) && json.Read()) isOfBatch = json.ValueTextEquals(batch);
                else if (json.ValueTextEquals("v"u8) && json.Read()) version = json.GetInt64();
                else return false;
            }
            if (!isOfBatch || !hasAlias || version <= 0 || !UserId.IsUser(user)) return false;
            ticket = new Ticket(user!, alias, batch, version);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
