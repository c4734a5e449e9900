using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Tests.Load.Sales;

internal enum Credential
{
    Ticket,
    Token,
    TokenAndTicket,

    /// <summary>None of the buyer's: the platform signs.</summary>
    Signature,
}

/// <summary>
/// Writes reservations, purchases of one unit, replies that buy one, checkouts and the provider's notifications, each
/// of another user, as bytes of HTTP/1.1.
/// </summary>
internal sealed class RequestWriter(EngineSecrets secrets, string host)
{
    private const int AliasBytes = 16;

    private readonly TokenSigner _tokens = new(secrets);
    private readonly WebhookSignature _platform = new(WebhookSecrets.Parse(secrets.RepliesSecret)!),
        _provider = new(WebhookSecrets.Parse(secrets.WebhookSecret)!);

    public static string UserOf(int number) => $"{BatchPlan.Channel}:{SubjectOf(number)}";

    /// <summary>What the ticket of such a user states as their alias. No engine made it.</summary>
    public static string AliasOf(string user) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(user)).AsSpan(0, AliasBytes));

    /// <summary>The purchase of the user of that number. Its ticket is signed here.</summary>
    public byte[] Purchase(string batch, int number, Credential credential = Credential.Ticket) => credential switch
    {
        Credential.Ticket => Purchase(batch, $"Ticket {TicketOf(batch, number)}", """{"quantity":1}"""),
        Credential.Token => Purchase(batch, Bearer(number), """{"quantity":1}"""),
        _ => Purchase(batch, Bearer(number), $$"""{"ticket":"{{TicketOf(batch, number)}}","quantity":1}"""),
    };

    public byte[] Purchase(string batch, string authorization, string body, string? key = null) => Write(
        $"POST /api/batches/{batch}/orders",
        $"Authorization: {authorization}\r\n{(key is null ? "" : $"{EngineClient.KeyHeader}: {key}\r\n")}", body);

    /// <summary>Opens the stream that everybody may watch.</summary>
    public byte[] Watch(string batch) =>
        Encoding.ASCII.GetBytes($"GET /api/batches/{batch}/live HTTP/1.1\r\nHost: {host}\r\n\r\n");

    /// <summary>Opens the stream of the user of that number.</summary>
    public byte[] WatchOwn(string batch, int number) => Encoding.ASCII.GetBytes(
        $"GET /api/me/live?batch={batch} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {Bearer(number)}\r\n\r\n");

    /// <summary>Asks for a path as a browser does.</summary>
    public byte[] Read(string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n");

    public byte[] Reservation(string batch, int number) =>
        Write($"PUT /api/batches/{batch}/reservation", $"Authorization: {Bearer(number)}\r\n", "");

    /// <summary>The reply of the user of that number to a batch's first post. It is signed here, now.</summary>
    public byte[] Reply(string batch, int number)
    {
        var body = $$"""{"id":"reply-{{number}}","user":"{{SubjectOf(number)}}","post":"{{PostOf(batch)}}",""" +
            "\"text\":\"buy\"}";
        return Signed($"POST /api/channels/{BatchPlan.Channel}/replies", _platform, $"message-{number}", body);
    }

    /// <summary>Opens the checkout of an order of the user of that number.</summary>
    public byte[] CheckOut(string order, int number) =>
        Write($"POST /api/orders/{order}/checkout", $"Authorization: {Bearer(number)}\r\n", "");

    /// <summary>The payment of an order of one unit, as the only provider tells it. It is signed here, now.</summary>
    public byte[] Captured(string order, string user, string checkout, string payment)
    {
        var body = JsonSerializer.Serialize(new
        {
            type = "payment.captured",
            timestamp = DateTime.UtcNow,
            data = new
            {
                payment,
                checkout,
                order,
                user,
                amount = new { amount = BatchPlan.Price, currency = BatchPlan.Currency },
            },
        });
        return Signed("POST /api/payments/notifications", _provider, $"message-{payment}", body);
    }

    /// <summary>The id of a batch's first announcement.</summary>
    public static string PostOf(string batch) => $"batch-{batch}.1";

    public static byte[][] Many(int first, int count, Func<int, byte[]> request) =>
        [.. Enumerable.Range(first, count).Select(request)];

    private static string SubjectOf(int number) => string.Create(CultureInfo.InvariantCulture, $"buyer-{number:d7}");

    private byte[] Write(string line, string headers, string body)
    {
        var type = body.Length == 0 ? "" : "Content-Type: application/json\r\n";
        return Encoding.ASCII.GetBytes(
            $"{line} HTTP/1.1\r\nHost: {host}\r\n{headers}{type}Content-Length: {body.Length}\r\n\r\n{body}");
    }

    private byte[] Signed(string line, WebhookSignature signer, string id, string body)
    {
        var timestamp = WebhookSignature.TimestampOf(DateTimeOffset.UtcNow);
        return Write(
            line,
            $"{WebhookSignature.IdHeader}: {id}\r\n{WebhookSignature.TimestampHeader}: {timestamp}\r\n" +
            $"{WebhookSignature.SignatureHeader}: {signer.Sign(id, timestamp, Encoding.ASCII.GetBytes(body))}\r\n",
            body);
    }

    private string TicketOf(string batch, int number) =>
        Ticket.Sign(secrets.TicketKey, UserOf(number), batch, AliasOf(UserOf(number)));

    private string Bearer(int number) => $"Bearer {_tokens.Sign(BatchPlan.Channel, SubjectOf(number))}";
}

/// <summary>An order of one unit, as a client was told of it or as it is stored.</summary>
/// <param name="Unit">The unit's number; 0: it was not told.</param>
internal readonly record struct OrderTold(string Id, string User, int Unit)
{
    /// <summary>Whether it was told of that order, as far as it was told.</summary>
    public bool IsOf(OrderTold stored) => this == (Unit == 0 ? stored with { Unit = 0 } : stored);

    public static OrderTold Of(ReadOnlyMemory<byte> body)
    {
        var order = JsonElement.Parse(body.Span);
        return new OrderTold(Text(order, "id"), Text(order, "user"), order.GetProperty("units")[0].GetInt32());
    }

    /// <summary>Of a reply to a post: its answer has the order's id alone; the platform knows who replied.</summary>
    public static OrderTold OfReply(ReadOnlyMemory<byte> body, string user) =>
        new(Text(JsonElement.Parse(body.Span), "order"), user, 0);

    /// <summary>Of a reservation: the alias in its ticket takes the place of an id, and it has no unit.</summary>
    public static OrderTold OfReservation(ReadOnlyMemory<byte> body) => new(
        Ticket.AliasOf(TicketOf(body)), Text(JsonElement.Parse(body.Span), "user"), 0);

    public static string TicketOf(ReadOnlyMemory<byte> reservation) =>
        Text(JsonElement.Parse(reservation.Span), "ticket");

    private static string Text(JsonElement body, string name) => body.GetProperty(name).GetString()!;
}
