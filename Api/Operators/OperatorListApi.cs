using System.Text.Json.Serialization;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Catalogue;

namespace OrleansSale.Api.Operators;

/// <summary>A batch as operators see it.</summary>
/// <param name="Id">Batch id.</param>
/// <param name="Hidden">Whether it is left out of the public list.</param>
/// <param name="Board">Its board; left out: its ledger is damaged, or it did not answer.</param>
public sealed record OperatorBatchBody(
    string Id, bool Hidden,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BoardBody? Board);

/// <summary>Batches, also hidden ones.</summary>
/// <param name="Items">In the order of the public list.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record OperatorBatchList(
    OperatorBatchBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>The operators' list of batches, and what the public list leaves out.</summary>
/// <remarks>
/// A hidden batch is still reachable by its address. Hiding is the catalogue's and not the ledger's: it changes nothing
/// of the sale, and has no Idempotency-Key, because a repeat changes nothing.
/// </remarks>
public static class OperatorListApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapOperatorList(this IEndpointRouteBuilder app)
    {
        var batches = app.MapGroup("/api/operator/batches").WithTags("Operators");
        batches.MapGet("", ListAsync).WithSummary("All batches, also hidden ones").Produces<OperatorBatchList>()
            .Described("ListAllBatches", EndpointDescription.Operators(Refusal.InvalidRequest));
        batches.MapPost("/{batch}/hide",
                (HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry) =>
                    SetHiddenAsync(http, batch, isHidden: true, catalogue, grains, retry))
            .WithSummary("Leave a batch out of the public list").Produces(204)
            .Described("HideBatch", EndpointDescription.Operators(Refusal.NotFound));
        batches.MapPost("/{batch}/show",
                (HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry) =>
                    SetHiddenAsync(http, batch, isHidden: false, catalogue, grains, retry))
            .WithSummary("List a hidden batch again").Produces(204)
            .Described("ShowBatch", EndpointDescription.Operators(Refusal.NotFound));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, string? after, string? limit, BoardListing listing, TimeProvider timeProvider)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (await listing.ReadAllAsync(after, count) is not var (batches, next))
            return Problem.Invalid("after", "must be a batch, or the next of a page");
        var now = timeProvider.GetUtcNow();
        var items = batches.Select(feed => new OperatorBatchBody(
            feed.Terms.Id, feed.Listed.IsHidden, feed is { IsDamaged: false, Current: { } copy }
                ? BoardBody.Of(feed.Terms, copy.Snapshot, now) : null));
        return Reply.Ok(new OperatorBatchList([.. items], next), OperatorJson.Wire.OperatorBatchList);
    }

    private static async Task<IResult> SetHiddenAsync(
        HttpContext http, string batch, bool isHidden, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
    {
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (await catalogue.FindAsync(batch) is null) return Problem.Of(Refusal.NotFound);
        var answer = await retry.AskAsync(
            () => grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).SetHiddenAsync(batch, isHidden));
        if (answer.Refused is { } refusal) return Problem.Of(refusal, answer.Detail);
        // The operator's next look at this front has it.
        await retry.AskAsync(async () =>
        {
            await catalogue.CatchUpAsync();
            return true;
        });
        return Results.NoContent();
    }
}
