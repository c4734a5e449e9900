using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Webhooks;

/// <summary>An entry of a ledger as webhooks tell it, without its user.</summary>
/// <param name="Seq">Its sequence.</param>
/// <param name="Type">Its type.</param>
/// <param name="Keys">What it concerns: events that share one of these come in the ledger's order.</param>
/// <param name="Order">The sequence of the order that it concerns; null: none.</param>
/// <param name="Place">The number of the place that it concerns; null: none.</param>
/// <param name="Buyer">The buyer that it names; null: none.</param>
/// <param name="At">Its instant, as in the ledger.</param>
/// <param name="Data">Its members as a JSON object, without those that webhooks do not tell.</param>
internal sealed record WebhookEvent(
    long Seq, string Type, long[] Keys, long? Order, long? Place, Alias? Buyer, string At, byte[] Data)
{
    // What concerns the batch as a whole.
    private const long OfBatch = 0;

    // Hashes, which tell the merchant's systems nothing.
    private static readonly string[] LeftOut = ["key", "keyHash", "secretHash"];

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a line of a ledger. It passes on members that it does not know.</summary>
    /// <exception cref="JsonException">The line is no JSON.</exception>
    public static WebhookEvent Read(long seq, ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var (root, keys) = (document.RootElement, new List<long>());
        var data = root.GetProperty("data");
        long? order = null, place = null;
        if (data.TryGetProperty("order", out var named) && OrderId.TryParse(named.GetString(), out _, out var number))
            keys.Add(KeyOfOrder((order = number).Value));
        if (data.TryGetProperty("from", out var from) && OrderId.TryParse(from.GetString(), out _, out var former))
            keys.Add(KeyOfOrder(former));
        if (data.TryGetProperty("place", out var ofPlace)) keys.Add((2 * (place = ofPlace.GetInt64()).Value) + 1);
        Alias? buyer = data.TryGetProperty("alias", out var alias) && Alias.TryParse(alias.GetString(), out var parsed)
            ? parsed : null;
        // Joining, and the end of a place by a cancelled reservation, name the buyer only.
        if (order is null && buyer is { } who) keys.Add((long)who.High);
        if (keys.Count == 0) keys.Add(OfBatch);
        return new WebhookEvent(
            seq, root.GetProperty("type").GetString()!, [.. keys], order, place, buyer,
            root.GetProperty("at").GetString()!, MembersOf(data));
    }

    /// <summary>The event as it is sent.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="user">The user that it concerns; null: none, or nobody knows them any more.</param>
    public byte[] ToJson(string batch, string? user)
    {
        var json = Write(batch, user, isWhole: true);
        return json.Length <= WebhookRules.MaxEventBytes ? json : Write(batch, user, isWhole: false);
    }

    private static long KeyOfOrder(long order) => 2 * order;

    private byte[] Write(string batch, string? user, bool isWhole)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Plain))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, OrderId.Of(batch, Seq));
            json.WriteNumber("seq"u8, Seq);
            json.WriteString("type"u8, Type);
            json.WriteString("at"u8, At);
            if (user is not null) json.WriteString("user"u8, user);
            if (isWhole)
            {
                json.WritePropertyName("data"u8);
                json.WriteRawValue(Data, skipInputValidation: true);
            }
            else json.WriteBoolean("isCut"u8, true);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static byte[] MembersOf(JsonElement data)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Plain))
        {
            json.WriteStartObject();
            foreach (var member in data.EnumerateObject().Where(member => !LeftOut.Contains(member.Name)))
                member.WriteTo(json);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
