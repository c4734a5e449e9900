using System.Globalization;
using System.Text;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Sales;

/// <summary>What a purchase proves its buyer with.</summary>
internal enum Credential
{
    Ticket,
    Token,
    TokenAndTicket,
}

/// <summary>Writes purchases of one unit and reservations, each by another user, as bytes of HTTP/1.1.</summary>
/// <param name="secrets">What credentials are signed with.</param>
/// <param name="host">The Host header.</param>
internal sealed class RequestWriter(EngineSecrets secrets, string host)
{
    private readonly TokenSigner _tokens = new(secrets);

    /// <summary>The user of that number, <c>weibo:buyer-0000017</c>.</summary>
    public static string UserOf(int number) => $"{BatchPlan.Channel}:{SubjectOf(number)}";

    /// <summary>The purchase of the user of that number. Its ticket is signed here.</summary>
    public byte[] Purchase(string batch, int number, Credential credential = Credential.Ticket)
    {
        var ticket = credential == Credential.Token ? "" : Ticket.Sign(secrets.TicketKey, UserOf(number), batch);
        return credential switch
        {
            Credential.Ticket => Purchase(batch, $"Ticket {ticket}", """{"quantity":1}"""),
            Credential.Token => Purchase(batch, Bearer(number), """{"quantity":1}"""),
            _ => Purchase(batch, Bearer(number), $$"""{"ticket":"{{ticket}}","quantity":1}"""),
        };
    }

    /// <summary>A purchase.</summary>
    /// <param name="batch">Of this batch.</param>
    /// <param name="authorization">The credential.</param>
    /// <param name="body">The body.</param>
    /// <param name="key">The Idempotency-Key; null: none.</param>
    public byte[] Purchase(string batch, string authorization, string body, string? key = null) =>
        Encoding.ASCII.GetBytes(
        $"POST /api/batches/{batch}/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n" +
        $"{(key is null ? "" : $"{EngineClient.KeyHeader}: {key}\r\n")}" +
        $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    /// <summary>The reservation of the user of that number, with a token.</summary>
    public byte[] Reservation(string batch, int number) => Encoding.ASCII.GetBytes(
        $"PUT /api/batches/{batch}/reservation HTTP/1.1\r\nHost: {host}\r\nAuthorization: {Bearer(number)}\r\n" +
        "Content-Length: 0\r\n\r\n");

    /// <summary>The requests of <paramref name="count"/> users from <paramref name="first"/> on.</summary>
    public static byte[][] Many(int first, int count, Func<int, byte[]> request)
    {
        var requests = new byte[count][];
        for (var index = 0; index < count; index++) requests[index] = request(first + index);
        return requests;
    }

    private static string SubjectOf(int number) => string.Create(CultureInfo.InvariantCulture, $"buyer-{number:d7}");

    private string Bearer(int number) => $"Bearer {_tokens.Sign(BatchPlan.Channel, SubjectOf(number))}";
}
