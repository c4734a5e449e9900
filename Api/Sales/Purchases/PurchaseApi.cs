using System.ComponentModel.DataAnnotations;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.Sales.Tickets;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>The body of a purchase; it may be left out.</summary>
/// <param name="Ticket">
/// The buyer's ticket, when the credential is a bearer token; without one the reservation is looked up.
/// </param>
/// <param name="Quantity">Units wanted, 1 by default; all or nothing.</param>
public sealed record PurchaseBody(
    string? Ticket = null, [property: Range(1, BatchTerms.MaxStock)] int? Quantity = null);

/// <summary>The purchase in all its forms. Almost every one takes the <see cref="PurchaseShortcut"/> instead.</summary>
public sealed class PurchaseApi(
    CatalogueCopy catalogue, PurchaseLanes lanes, PurchaseHandler handler, TicketSigner tickets, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>The scheme of a ticket that is the whole credential.</summary>
    internal const string TicketScheme = "Ticket ";

    private static readonly EndpointDescription Described = new EndpointDescription(
        [EndpointDescription.Bearer, EndpointDescription.Ticket],
        [
            Refusal.Unauthenticated, Refusal.NotFound, Refusal.NotEligible, Refusal.TicketInvalid, Refusal.SaleClosed,
            Refusal.SaleNotOpen, Refusal.Paused, Refusal.LimitReached, Refusal.SoldOut, Refusal.NotReserved,
            Refusal.Overloaded, Refusal.Unavailable, Refusal.Conflict,
        ],
        TakesKey: true).WithBody();

    /// <summary>
    /// Maps the endpoint. It finds out by itself who asks, so nothing that comes after routing has to look at a purchase;
    /// and it is made once, so that no request needs a scope of services.
    /// </summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<PurchaseApi>();
        app.MapPost("/api/batches/{batch}/orders", (HttpContext http, string batch) => api.PurchaseAsync(http, batch))
            .WithTags("Orders").WithSummary("Buy")
            .Accepts<PurchaseBody>(isOptional: true, "application/json").Produces<OrderBody>(201).Produces<OrderBody>(200)
            .Described("Buy", Described)
            .ShortCircuit();
    }

    private async Task PurchaseAsync(HttpContext http, string batch)
    {
        var (body, invalid) = await ReadAsync(http);
        if (invalid is not null)
        {
            await handler.RefuseAsync(http, invalid);
            return;
        }
        var (buyer, refused) = await IdentifyAsync(http, batch, body.Ticket);
        var (lane, problem) = await FindAsync(batch, buyer, refused);
        problem ??= handler.Refuse(lane!, buyer.User, body.Quantity);
        if (problem is not null)
        {
            await handler.RefuseAsync(http, problem);
            return;
        }
        var version = buyer.LooksUp ? await LookUpAsync(batch, buyer.User) : buyer.Version;
        await handler.AskAsync(
            http, lane!, new PurchaseRequest(buyer.User, body.Key, body.Quantity, version, !buyer.LooksUp), buyer.ByTicketAlone);
    }

    // What is wrong with the credential is told in two places: nobody at all comes first, a wrong claim last.
    private async ValueTask<(PurchaseLane? Lane, Problem? Problem)> FindAsync(string batch, Buyer buyer, Refusal? refused)
    {
        if (refused is { } nobody && nobody == Refusal.Unauthenticated) return (null, Problem.Of(nobody));
        if (await catalogue.FindAsync(batch) is not { } feed) return (null, Problem.Of(Refusal.NotFound));
        if (!feed.Terms.IsEligible(buyer.User)) return (null, Problem.Of(Refusal.NotEligible));
        return refused is { } no ? (null, Problem.Of(no)) : (lanes.Of(feed), null);
    }

    private async ValueTask<long> LookUpAsync(string batch, string user)
    {
        var reservation = grains.GetGrain<IReservationGrain>(IReservationGrain.KeyOf(batch, user));
        return (await retry.AskAsync(() => reservation.GetAsync(user))).Value?.Version ?? 0;
    }

    private static async ValueTask<((string? Ticket, int Quantity, string? Key) Body, Problem? Problem)> ReadAsync(HttpContext http)
    {
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return (default, badKey);
        var (json, problem) = await RequestBody.ReadAsync(http);
        if (problem is not null) return (default, problem);
        if (json is null) return ((null, 1, key), null);
        using var _ = json;
        var fields = new Fields(json);
        var ticket = fields.OptionalLine("ticket", 1, TicketSigner.MaxLength);
        var quantity = (int)fields.Number("quantity", 1, BatchTerms.MaxStock, otherwise: 1);
        return ((ticket, quantity, key), fields.Problem);
    }

    // A ticket alone is the whole credential, so one that does not hold is none. Beside a token it is a claim that can
    // be wrong.
    private async ValueTask<(Buyer Buyer, Refusal? Refused)> IdentifyAsync(HttpContext http, string batch, string? ticketText)
    {
        var authorization = http.Request.Headers.Authorization;
        if (authorization is [{ } header] && header.StartsWith(TicketScheme, StringComparison.OrdinalIgnoreCase))
        {
            return tickets.TryVerify(header.AsSpan(TicketScheme.Length).Trim(), batch, out var alone)
                ? (new Buyer(alone.User, alone.Version, ByTicketAlone: true, LooksUp: false), null)
                : (default, Refusal.Unauthenticated);
        }
        if (await Callers.FindAsync(http) is not { } caller) return (default, Refusal.Unauthenticated);
        if (ticketText is null) return (new Buyer(caller.User, 0, ByTicketAlone: false, LooksUp: true), null);
        var isGood = tickets.TryVerify(ticketText, batch, out var ticket) && ticket.User == caller.User;
        return (new Buyer(caller.User, ticket.Version, ByTicketAlone: false, LooksUp: false), isGood ? null : Refusal.TicketInvalid);
    }

    private readonly record struct Buyer(string User, long Version, bool ByTicketAlone, bool LooksUp);
}
