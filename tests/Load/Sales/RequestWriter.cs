using System.Globalization;
using System.Text;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Load.Compare.Shoppers;

/// <summary>Writes purchases of one unit, each by a user of its own, as bytes that go over the wire as they are.</summary>
/// <param name="secrets">What credentials are signed with.</param>
/// <param name="credential">What the requests carry.</param>
/// <param name="host">The Host header.</param>
internal sealed class RequestWriter(EngineSecrets secrets, Credential credential, string host)
{
    private readonly TicketWriter _tickets = new(secrets);
    private readonly TokenSigner _tokens = new(secrets);

    /// <summary>The user of that number, <c>weibo:buyer-0000017</c>.</summary>
    public static string UserOf(int number) => $"{BatchPlan.Channel}:{SubjectOf(number)}";

    /// <summary>The request of the user of that number.</summary>
    public byte[] Write(string batch, int number)
    {
        var ticket = credential == Credential.Token ? "" : _tickets.Sign(batch, UserOf(number));
        var authorization = credential == Credential.Ticket
            ? $"Ticket {ticket}"
            : $"Bearer {_tokens.Sign(BatchPlan.Channel, SubjectOf(number))}";
        var body = credential == Credential.TokenAndTicket ? $$"""{"ticket":"{{ticket}}","quantity":1}""" : """{"quantity":1}""";
        return Encoding.ASCII.GetBytes(
            $"POST /api/batches/{batch}/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    /// <summary>The requests of <paramref name="count"/> users from <paramref name="first"/> on.</summary>
    public byte[][] Write(string batch, int first, int count)
    {
        var requests = new byte[count][];
        for (var index = 0; index < count; index++) requests[index] = Write(batch, first + index);
        return requests;
    }

    private static string SubjectOf(int number) => string.Create(CultureInfo.InvariantCulture, $"buyer-{number:d7}");
}
