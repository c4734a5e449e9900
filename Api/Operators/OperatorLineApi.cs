using System.Globalization;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;

namespace OrleansSale.Api.Operators;

/// <summary>The line of a batch, for operators: its places, and their removal.</summary>
public static class OperatorLineApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapOperatorLine(this IEndpointRouteBuilder app)
    {
        var line = app.MapGroup("/api/operator/batches/{batch}/line").WithTags("Operators");
        line.MapGet("", ListAsync).WithSummary("The places of the line, in their order").Produces<OperatorPlaceList>()
            .Described("ListLine", EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));
        line.MapDelete("/{place}", RemoveAsync).WithSummary("Remove a place from the line").Produces(204)
            .Produces<ProposalBody>(202)
            .WithDescription("202: the command waits for a second operator, who approves it by its key.")
            .Described("RemovePlace", EndpointDescription.Operators(
                Refusal.InvalidRequest, Refusal.NotFound, Refusal.Conflict).WithKey());
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, string batch, string? after, string? limit, CatalogueCopy catalogue, IGrainFactory grains,
        ActorRetry retry)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (await catalogue.FindAsync(batch) is null) return Problem.Of(Refusal.NotFound);
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterNumber(after, out var place) is { } badAfter) return badAfter;
        var page = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).ListLineAsync(place, count));
        var aliases = page.Places.Select(each => each.Buyer).Distinct().ToArray();
        var found = aliases.Length == 0
            ? [] : await retry.AskAsync(() => grains.GetGrain<IRosterGrain>(batch).FindUsersAsync(aliases));
        var users = aliases.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second);
        var items = page.Places.Select(each => OperatorPlaceBody.Of(each, users[each.Buyer])).ToArray();
        var next = items.Length == count ? items[^1].Place.ToString(CultureInfo.InvariantCulture) : null;
        return Reply.Ok(new OperatorPlaceList(items, next), OperatorJson.Wire.OperatorPlaceList);
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http, string batch, string place, string? reason, BuyerCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (!TryReadPlace(place, out var number)) return Problem.Of(Refusal.NotFound);
        if (ReasonNames.Read(reason, out var why) is { } badReason) return badReason;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var answer = await commands.RemovePlaceAsync(batch, number, why, caller!.User, key);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail)
            : answer.Value!.Proposal is { } proposal ? Reply.Accepted(proposal, OperatorJson.Wire.ProposalBody)
            : Results.NoContent();
    }

    private static bool TryReadPlace(string text, out long place) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out place);
}
