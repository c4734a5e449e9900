using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Line;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.Sales.Tickets;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Purchases;

/// <summary>The body of a purchase; it may be left out.</summary>
/// <param name="Ticket">
/// The buyer's ticket, when the credential is a bearer token; without one the reservation is looked up.
/// </param>
/// <param name="Quantity">Units wanted, 1 by default; all or nothing.</param>
/// <param name="Standby">
/// Whether the buyer takes a place in the line if the units are gone; false by default. The answer is 202 then.
/// </param>
public sealed record PurchaseBody(
    [property: Line(1, TicketSigner.MaxLength)] string? Ticket = null,
    [property: WholeNumber(1, BatchTerms.MaxStock)] int? Quantity = null,
    bool? Standby = null);

/// <summary>
/// The endpoint for purchases in all their forms. The <see cref="PurchaseShortcut"/> handles almost all of them.
/// </summary>
public sealed class PurchaseApi(
    CatalogueCopy catalogue, PurchaseLanes lanes, PurchaseReader reader, PurchaseHandler handler,
    PurchaseCounter counter, ActorRetry retry)
{
    private static readonly EndpointDescription Described = new EndpointDescription(
        [EndpointDescription.Bearer, EndpointDescription.Ticket],
        [
            Refusal.Unauthenticated, Refusal.NotFound, Refusal.NotEligible, Refusal.TicketInvalid, Refusal.SaleClosed,
            Refusal.SaleNotOpen, Refusal.Paused, Refusal.LimitReached, Refusal.SoldOut, Refusal.NotReserved,
            Refusal.Overloaded, Refusal.Unavailable, Refusal.Conflict, Refusal.LineFull,
        ]).WithBody().WithKey();

    /// <summary>
    /// Maps the endpoint. The endpoint identifies the caller itself, so purchases skip all middleware after routing. It
    /// is created once, so no request needs a scope of services.
    /// </summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<PurchaseApi>();
        app.MapPost("/api/batches/{batch}/orders", (HttpContext http, string batch) => api.PurchaseAsync(http, batch))
            .WithTags("Orders").WithSummary("Buy")
            .Accepts<PurchaseBody>(isOptional: true, "application/json")
            .Produces<OrderBody>(201).Produces<OrderBody>(200).Produces<PlaceBody>(202)
            .Described("Buy", Described)
            .ShortCircuit();
    }

    private async Task PurchaseAsync(HttpContext http, string batch)
    {
        var (ask, invalid) = await reader.ReadAsync(http, batch);
        if (invalid is not null)
        {
            await handler.RefuseAsync(http, invalid);
            return;
        }
        try
        {
            // Without a credential a request does not look a batch up.
            var feed = ask.User is null
                ? null : await catalogue.FindAsync(batch).AsTask().WaitAsync(retry.LeftSince(ask.Since));
            await handler.AnswerAsync(http, feed is null ? null : lanes.Of(feed), ask);
        }
        catch (StorageDamagedException)
        {
            await handler.RefuseAsync(http, Problem.Of(Refusal.Unavailable));
        }
        catch (Exception e) when (
            LostInfrastructure.Is(e) && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            // The front's handler of failures answers it.
            counter.CountRefusal(Refusal.Overloaded);
            throw;
        }
    }
}
