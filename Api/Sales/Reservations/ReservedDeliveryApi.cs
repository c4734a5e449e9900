using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Reservations;

namespace OrleansSale.Api.Sales.Reservations;

/// <summary>
/// Where to deliver what a user may buy, said with their reservation, so that nobody has to type at the opening.
/// </summary>
public static class ReservedDeliveryApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapReservedDelivery(this IEndpointRouteBuilder app)
    {
        var delivery = app.MapGroup("/api/batches/{batch}/reservation/delivery").WithTags("Reservations");
        delivery.MapPut("", SetAsync).WithSummary("Say where to deliver, before buying")
            .WithDescription("The details are those of the orders that the caller buys, until an order has its own.")
            .Accepts<DeliveryBody>("application/json").Produces<DeliveryBody>()
            .Described(
                "SetReservedDelivery",
                EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict, Refusal.SaleClosed).WithBody());
        delivery.MapGet("", GetAsync).WithSummary("Where to deliver what is bought; no content: not said yet")
            .Produces<DeliveryBody>().Produces(204)
            .Described("GetReservedDelivery", EndpointDescription.Users(Refusal.NotFound));
        delivery.MapDelete("", RemoveAsync).WithSummary("Remove where to deliver").Produces(204)
            .Described("RemoveReservedDelivery", EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict));
    }

    private static async Task<IResult> SetAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
    {
        var (body, invalid) = await RequestBody.ReadAsync(http, OrderJson.Wire.DeliveryBody);
        if (invalid is not null) return invalid;
        var (actor, problem) = await FindAsync(http, batch, catalogue, grains);
        if (actor is null) return problem ?? Problem.Of(Refusal.NotFound);
        var kept = await retry.AskAsync(() => actor.SetDeliveryAsync(body!.ToDelivery()));
        return DeliveryAnswer.Of(kept!);
    }

    private static async Task<IResult> GetAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
    {
        var (actor, problem) = await FindAsync(http, batch, catalogue, grains);
        if (actor is null) return problem ?? Problem.Of(Refusal.NotFound);
        return DeliveryAnswer.Of(await retry.AskAsync(actor.GetDeliveryAsync));
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
    {
        var (actor, problem) = await FindAsync(http, batch, catalogue, grains);
        if (actor is null) return problem is null ? Results.NoContent() : problem;
        var answer = await retry.AskAsync(actor.RemoveDeliveryAsync);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : Results.NoContent();
    }

    // The caller's reservation, which need not exist. Neither: there can be none.
    private static async ValueTask<(IReservationGrain? Actor, Problem? Problem)> FindAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains)
    {
        var (found, problem) = await ReservationsApi.FindAsync(http, batch, catalogue);
        if (problem is not null) return (null, problem);
        var (caller, feed) = found;
        if (!feed.Terms.IsEligible(caller.User)) return (null, null);
        if (await feed.FindKeyAsync() is { } key)
            return (ReservationsApi.Of(grains, batch, key.AliasOf(caller.User)), null);
        return (null, feed.IsAnonymised ? null : Problem.Of(Refusal.Unavailable));
    }
}
