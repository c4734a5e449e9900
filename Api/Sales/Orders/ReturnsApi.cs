using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>
/// Returns of paid orders. Only the owner may return an order. An operator has no special right here: they refund it.
/// </summary>
public static class ReturnsApi
{
    /// <summary>Maps the endpoints of one order.</summary>
    public static void MapReturns(this IEndpointRouteBuilder order)
    {
        order.MapPost("/return", OfferAsync)
            .WithSummary("Offer a paid order to the line; it is refunded once the next in line has paid")
            .Produces<OrderBody>()
            .Described("ReturnOrder",
                EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict, Refusal.SaleClosed));
        order.MapDelete("/return", CancelAsync)
            .WithSummary("Keep an order that was offered to the line, unless the one who is offered it now pays")
            .Produces<OrderBody>()
            .Described("KeepOrder", EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict));
    }

    private static async Task<IResult> OfferAsync(
        HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        if (found.Alias is not { } owner) return Problem.Of(Refusal.NotFound);
        return await OrdersApi.AnswerAsync(
            orders, found, await retry.AskAsync(() => found.Batch.OfferReturnAsync(found.Seq, owner)));
    }

    private static async Task<IResult> CancelAsync(
        HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        if (found.Alias is not { } owner) return Problem.Of(Refusal.NotFound);
        return await OrdersApi.AnswerAsync(
            orders, found, await retry.AskAsync(() => found.Batch.CancelReturnAsync(found.Seq, owner)));
    }
}
