using System.Diagnostics;
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
/// <param name="Standby">Whether they take a place in the line if the units are gone.</param>
/// <param name="Since">When it was read, as a timestamp of <see cref="Stopwatch"/>: its bound begins then.</param>
public readonly record struct PurchaseAsk(
    string? User, Alias Alias, string? Key, int Quantity, long Version, ReservationProof Proof, bool Standby,
    long Since);

/// <summary>
/// Reads the key, the body and the credential of a purchase, for the endpoint and for the shortcut.
/// </summary>
public sealed class PurchaseReader(TicketSigner tickets)
{
    /// <summary>Longest body that is read without waiting, in bytes.</summary>
    public const int MaxLengthAtOnce = 256;

    private const string TicketScheme = "Ticket ";

    /// <summary>
    /// Reads the usual kind of purchase: its only credential is a ticket, and its body has only a quantity and a wish
    /// to stand by, and arrived with the headers. It never waits. False: the request is of another kind, and it is
    /// unchanged.
    /// </summary>
    public bool TryRead(HttpRequest request, string batch, out PurchaseAsk ask)
    {
        ask = default;
        if (TicketIn(request) is not { } header
            || IdempotencyKey.Read(request, out var key) is not null
            || ReadWanted(request) is not { } wanted)
        {
            return false;
        }
        ask = OfTicket(header, batch, key, wanted);
        return true;
    }

    /// <summary>Reads any purchase; the problem if the request is malformed.</summary>
    public async ValueTask<(PurchaseAsk Ask, Problem? Problem)> ReadAsync(HttpContext http, string batch)
    {
        if (TryRead(http.Request, batch, out var simple)) return (simple, null);
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return (default, badKey);
        var (body, invalid) = await RequestBody.ReadAsync(http, PurchaseJson.Wire.PurchaseBody);
        if (invalid is not null) return (default, invalid);
        var wanted = new Wanted(body!.Quantity ?? 1, body.Standby ?? false);
        var since = Stopwatch.GetTimestamp();
        return TicketIn(http.Request) is { } header
            ? (OfTicket(header, batch, key, wanted), null)
            : (OfToken(await Callers.FindAsync(http), body.Ticket, batch, key, wanted, since), null);
    }

    private static string? TicketIn(HttpRequest request) =>
        request.Headers.Authorization is [{ } header]
        && header.StartsWith(TicketScheme, StringComparison.OrdinalIgnoreCase)
            ? header
            : null;

    // The ticket is the only credential, so an invalid ticket means no credential.
    private PurchaseAsk OfTicket(string header, string batch, string? key, Wanted wanted) =>
        tickets.TryVerify(header.AsSpan(TicketScheme.Length).Trim(), batch, out var ticket)
            ? new PurchaseAsk(
                ticket.User, ticket.Alias, key, wanted.Quantity, ticket.Version, ReservationProof.TicketAlone,
                wanted.Standby, Stopwatch.GetTimestamp())
            : default;

    // A ticket beside a token is a claim that can be wrong.
    private PurchaseAsk OfToken(
        Caller? caller, string? ticketText, string batch, string? key, Wanted wanted, long since)
    {
        if (caller is null) return default;
        var (quantity, standby) = wanted;
        if (ticketText is null)
            return new PurchaseAsk(caller.User, default, key, quantity, 0, ReservationProof.None, standby, since);
        var isGood = tickets.TryVerify(ticketText, batch, out var ticket) && ticket.User == caller.User;
        return new PurchaseAsk(
            caller.User, ticket.Alias, key, quantity, ticket.Version,
            isGood ? ReservationProof.Ticket : ReservationProof.FalseTicket, standby, since);
    }

    // Null: the body has not arrived, or is not that simple. It is unchanged then.
    private static Wanted? ReadWanted(HttpRequest request)
    {
        if (request.ContentLength == 0) return new Wanted(1, false);
        if (request.ContentLength is not (> 0 and <= MaxLengthAtOnce) || !request.HasJsonContentType()) return null;
        if (!request.BodyReader.TryRead(out var read)) return null;
        var body = read.Buffer;
        var isWhole = body.Length == request.ContentLength && body.IsSingleSegment;
        var wanted = isWhole ? ParseWanted(body.FirstSpan) : null;
        request.BodyReader.AdvanceTo(wanted is null ? body.Start : body.End);
        return wanted;
    }

    private static Wanted? ParseWanted(ReadOnlySpan<byte> body)
    {
        try
        {
            var json = new Utf8JsonReader(body);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject || !json.Read()) return null;
            (int? quantity, bool? standby) = (null, null);
            while (json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("quantity"u8) && quantity is null)
                {
                    if (!json.Read() || json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out var given)
                        || given is < 1 or > BatchTerms.MaxStock)
                        return null;
                    quantity = given;
                }
                else if (json.ValueTextEquals("standby"u8) && standby is null)
                {
                    if (!json.Read() || json.TokenType is not (JsonTokenType.True or JsonTokenType.False)) return null;
                    standby = json.GetBoolean();
                }
                else return null;
                if (!json.Read()) return null;
            }
            return json.TokenType == JsonTokenType.EndObject && !json.Read()
                ? new Wanted(quantity ?? 1, standby ?? false) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private readonly record struct Wanted(int Quantity, bool Standby);
}
