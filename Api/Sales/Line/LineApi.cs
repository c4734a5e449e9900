using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Line;

/// <summary>
/// The caller's place in the line of a batch. A purchase with <c>standby</c> makes it; to decline an offer is to cancel
/// its order.
/// </summary>
public static class LineApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapLine(this IEndpointRouteBuilder app)
    {
        var place = app.MapGroup("/api/batches/{batch}/place").WithTags("Line");
        place.MapGet("", GetAsync).WithSummary("The caller's place in the line").Produces<PlaceBody>()
            .Produces(204).Described("GetPlace", EndpointDescription.Users(Refusal.NotFound));
        place.MapGet("/kept", GetKeptAsync)
            .WithSummary("The caller's place in an earlier batch that this one carries in at its opening")
            .Produces<PlaceBody>().Produces(204)
            .Described("GetKeptPlace", EndpointDescription.Users(Refusal.NotFound));
        place.MapDelete("", LeaveAsync).WithSummary("Leave the line").Produces(204)
            .Described("LeaveLine", EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict));
    }

    private static async Task<IResult> GetAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry,
        KeptPlaces kept)
    {
        var (found, problem) = await FindAsync(http, batch, catalogue);
        if (problem is not null) return problem;
        if (found.Alias is not { } alias) return Results.NoContent();
        var answer = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).GetPlaceAsync(alias));
        return answer.Refused switch
        {
            null => Reply.Ok(
                await kept.TellAsync(found.Feed, answer.Value!, found.Caller.User), PlaceJson.Wire.PlaceBody),
            // Pages ask for everybody, and browsers log a 404 as an error.
            Refusal.NotFound => Results.NoContent(),
            { } refusal => Problem.Of(refusal, answer.Detail),
        };
    }

    private static async Task<IResult> GetKeptAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, KeptPlaces kept)
    {
        var (found, problem) = await FindAsync(http, batch, catalogue);
        if (problem is not null) return problem;
        return found.Alias is not null && await kept.FindKeptAsync(found.Feed, found.Caller.User) is { } place
            ? Reply.Ok(place, PlaceJson.Wire.PlaceBody) : Results.NoContent();
    }

    private static async Task<IResult> LeaveAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, KeptPlaces kept)
    {
        var (found, problem) = await FindAsync(http, batch, catalogue);
        if (problem is not null) return problem;
        if (found.Alias is not { } alias) return Results.NoContent();
        var answer = await kept.LeaveAsync(found.Feed, alias);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : Results.NoContent();
    }

    // No alias: the caller can have no place there, because they are of another channel, or the batch was anonymised.
    private static async ValueTask<(PlaceOwner Found, Problem? Problem)> FindAsync(
        HttpContext http, string batch, CatalogueCopy catalogue)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await Callers.FindAsync(http) is not { } caller) return (default, Problem.Of(Refusal.Unauthenticated));
        if (await catalogue.FindAsync(batch) is not { } feed) return (default, Problem.Of(Refusal.NotFound));
        var owner = new PlaceOwner(caller, null, feed);
        if (!feed.Terms.IsEligible(caller.User)) return (owner, null);
        if (await feed.FindKeyAsync() is { } key) return (owner with { Alias = key.AliasOf(caller.User) }, null);
        return feed.IsAnonymised ? (owner, null) : (default, Problem.Of(Refusal.Unavailable));
    }

    private readonly record struct PlaceOwner(Caller Caller, Alias? Alias, BoardFeed Feed);
}
