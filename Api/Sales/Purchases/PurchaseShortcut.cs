using System.Text.Json;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Connections;
using OrleansSale.Api.Sales.Tickets;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>
/// The way of almost every purchase: a ticket alone, and a body of nothing but a quantity that has come with its headers.
/// It is taken up before anything else looks at the request, and waits for nothing but its outcome.
/// </summary>
/// <remarks>
/// It answers what <see cref="PurchaseApi"/> would, and what it does not understand at once it leaves to that as it came,
/// the body unread. Nothing in it can fail but for a bug: there are no handlers around it.
/// </remarks>
public sealed class PurchaseShortcut(PurchaseLanes lanes, PurchaseHandler handler, TicketSigner tickets, Draining draining)
{
    /// <summary>Longest body that is read here, in bytes.</summary>
    public const int MaxBodyLength = 256;

    private const string Before = "/api/batches/", After = "/orders";

    /// <summary>Adds it; it is to come first.</summary>
    public static void Use(WebApplication app)
    {
        var shortcut = app.Services.GetRequiredService<PurchaseShortcut>();
        app.Use(next => http => shortcut.Take(http) ?? next(http));
    }

    /// <summary>The answer under way; null: this request is not for here, and as it was.</summary>
    internal Task? Take(HttpContext http)
    {
        var request = http.Request;
        if (!HttpMethods.IsPost(request.Method) || request.PathBase.HasValue || draining.IsDraining) return null;
        if (BatchOf(request.Path.Value) is not { Length: > 0 } batch || lanes.Find(batch) is not { } lane) return null;
        if (request.Headers.Authorization is not [{ } header]
            || !header.StartsWith(PurchaseApi.TicketScheme, StringComparison.OrdinalIgnoreCase)
            || IdempotencyKey.Read(request, out var key) is not null
            || ReadQuantity(request) is not { } quantity)
        {
            return null;
        }
        if (!tickets.TryVerify(header.AsSpan(PurchaseApi.TicketScheme.Length).Trim(), lane.Feed.Terms.Id, out var ticket))
            return handler.RefuseAsync(http, Problem.Of(Refusal.Unauthenticated));
        if (handler.Refuse(lane, ticket.User, quantity) is { } problem) return handler.RefuseAsync(http, problem);
        var purchase = new PurchaseRequest(ticket.User, key, quantity, ticket.Version, ByTicket: true);
        return handler.AskAsync(http, lane, purchase, byTicketAlone: true);
    }

    // Empty: the path is not that of a purchase, as it is usually written.
    private static ReadOnlySpan<char> BatchOf(ReadOnlySpan<char> path) =>
        path.Length > Before.Length + After.Length && path.StartsWith(Before, StringComparison.Ordinal)
            && path.EndsWith(After, StringComparison.Ordinal)
            ? path[Before.Length..^After.Length]
            : default;

    // Null: not here, not yet, or not that simple. The body is then as it was.
    private static int? ReadQuantity(HttpRequest request)
    {
        if (request.ContentLength == 0) return 1;
        if (request.ContentLength is not (> 0 and <= MaxBodyLength) || !request.HasJsonContentType()) return null;
        if (!request.BodyReader.TryRead(out var read)) return null;
        var body = read.Buffer;
        var quantity = body.Length == request.ContentLength && body.IsSingleSegment ? ParseQuantity(body.FirstSpan) : null;
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
