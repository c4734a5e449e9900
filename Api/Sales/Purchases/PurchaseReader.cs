using System.Text.Json;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Tickets;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>The proof of a reservation that a purchase brings.</summary>
public enum ReservationProof
{
    /// <summary>A ticket, which is the whole credential.</summary>
    TicketAlone,

    /// <summary>The caller's own ticket, beside their token.</summary>
    Ticket,

    /// <summary>A ticket beside a token that is not genuine, another user's or another batch's.</summary>
    FalseTicket,

    /// <summary>No ticket: the reservation has to be looked up.</summary>
    None,
}

/// <summary>The content of a request to buy.</summary>
/// <param name="User">The buyer; null: there is no valid credential.</param>
/// <param name="Alias">The user's alias, as the ticket says it; without meaning if there is no ticket.</param>
/// <param name="Key">The Idempotency-Key; null: none.</param>
/// <param name="Quantity">Units wanted, 1 or more.</param>
/// <param name="Version">The version of the reservation that the ticket states; 0 without a ticket.</param>
/// <param name="Proof">The kind of ticket.</param>
public readonly record struct PurchaseAsk(
    string? User, Alias Alias, string? Key, int Quantity, long Version, ReservationProof Proof);

/// <summary>
/// Reads the key, the body and the credential of a purchase, for the endpoint and for the shortcut.
/// </summary>
public sealed class PurchaseReader(TicketSigner tickets)
{
    /// <summary>Longest body that is read without waiting, in bytes.</summary>
    public const int MaxLengthAtOnce = 256;

    private const string TicketScheme = "Ticket ";

    /// <summary>
    /// Reads the usual kind of purchase: its only credential is a ticket, and its body has only a quantity and arrived
    /// with the headers. It never waits. False: the request is of another kind, and it is unchanged.
    /// </summary>
    public bool TryRead(HttpRequest request, string batch, out PurchaseAsk ask)
    {
        ask = default;
        if (TicketIn(request) is not { } header
            || IdempotencyKey.Read(request, out var key) is not null
            || ReadQuantity(request) is not { } quantity)
        {
            return false;
        }
        ask = OfTicket(header, batch, key, quantity);
        return true;
    }

    /// <summary>Reads any purchase; the problem if the request is malformed.</summary>
    public async ValueTask<(PurchaseAsk Ask, Problem? Problem)> ReadAsync(HttpContext http, string batch)
    {
        if (TryRead(http.Request, batch, out var simple)) return (simple, null);
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return (default, badKey);
        var (body, invalid) = await RequestBody.ReadAsync(http, PurchaseJson.Wire.PurchaseBody);
        if (invalid is not null) return (default, invalid);
        var quantity = body!.Quantity ?? 1;
        return TicketIn(http.Request) is { } header
            ? (OfTicket(header, batch, key, quantity), null)
            : (OfToken(await Callers.FindAsync(http), body.Ticket, batch, key, quantity), null);
    }

    private static string? TicketIn(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
        && header.StartsWith(TicketScheme, StringComparison.OrdinalIgnoreCase)
            ? header
            : null;

    // The ticket is the only credential, so an invalid ticket means no credential.
    private PurchaseAsk OfTicket(string header, string batch, string? key, int quantity) =>
        tickets.TryVerify(header.AsSpan(TicketScheme.Length).Trim(), batch, out var ticket)
            ? new PurchaseAsk(ticket.User, ticket.Alias, key, quantity, ticket.Version, ReservationProof.TicketAlone)
            : default;

    // A ticket beside a token is a claim that can be wrong.
    private PurchaseAsk OfToken(Caller? caller, string? ticketText, string batch, string? key, int quantity)
    {
        if (caller is null) return default;
        if (ticketText is null) return new PurchaseAsk(caller.User, default, key, quantity, 0, ReservationProof.None);
        var isGood = tickets.TryVerify(ticketText, batch, out var ticket) && ticket.User == caller.User;
        return new PurchaseAsk(
            caller.User, ticket.Alias, key, quantity, ticket.Version,
            isGood ? ReservationProof.Ticket : ReservationProof.FalseTicket);
    }

    // Null: the body has not arrived, or is not that simple. It is unchanged then.
    private static int? ReadQuantity(HttpRequest request)
    {
        if (request.ContentLength == 0) return 1;
        if (request.ContentLength is not (> 0 and <= MaxLengthAtOnce) || !request.HasJsonContentType()) return null;
        if (!request.BodyReader.TryRead(out var read)) return null;
        var body = read.Buffer;
        var isWhole = body.Length == request.ContentLength && body.IsSingleSegment;
        var quantity = isWhole ? ParseQuantity(body.FirstSpan) : null;
        request.BodyReader.AdvanceTo(quantity is null ? body.Start : body.End);
        return quantity;
    }

    private static int? ParseQuantity(ReadOnlySpan<byte> body)
    {
        try
        {
            var json = new Utf8JsonReader(body);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject || !json.Read()) return null;
            var quantity = 1;
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                if (!json.ValueTextEquals("quantity"u8) || !json.Read() || json.TokenType != JsonTokenType.Number
                    || !json.TryGetInt32(out quantity) || quantity is < 1 or > BatchTerms.MaxStock || !json.Read())
                {
                    return null;
                }
            }
            return json.TokenType == JsonTokenType.EndObject && !json.Read() ? quantity : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
