using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;

namespace OrleansSale.Api.Operators.Backlog;

/// <summary>
/// The backlog of a product, for operators: the ranges of places that its batches left waiting, and how to drop one.
/// </summary>
public static partial class BacklogApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapBacklog(this IEndpointRouteBuilder app)
    {
        var backlog = app.MapGroup("/api/operator/products/{product}/backlog").WithTags("Operators");
        backlog.MapGet("", ListAsync).WithSummary("The places that batches of a product left waiting")
            .Produces<BacklogRangeList>()
            .Described("ListBacklog", EndpointDescription.Operators(Refusal.NotFound, Refusal.Unavailable));
        backlog.MapDelete("/{batch}", DropAsync).WithSummary("Drop what a batch left waiting").Produces(204)
            .Described("DropBacklog",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict, Refusal.Unavailable));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, string product, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (!await IsSoldAsync(product, catalogue)) return Problem.Of(Refusal.NotFound);
        var ranges = await retry.AskAsync(() => grains.GetGrain<IBacklogGrain>(product).ListAsync());
        return Reply.Ok(
            new BacklogRangeList(Array.ConvertAll(ranges, BacklogRangeBody.Of)), BacklogJson.Wire.BacklogRangeList);
    }

    private static async Task<IResult> DropAsync(
        HttpContext http, string product, string batch, CatalogueCopy catalogue, IGrainFactory grains,
        ActorRetry retry, ILoggerFactory logs)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (!await IsSoldAsync(product, catalogue)) return Problem.Of(Refusal.NotFound);
        var answer = await retry.AskAsync(() => grains.GetGrain<IBacklogGrain>(product).DropAsync(batch));
        if (answer.Refused is { } refusal) return Problem.Of(refusal, answer.Detail);
        if (answer.Value == Effect.Done)
            Log.Dropped(logs.CreateLogger(typeof(BacklogApi)), batch, product, caller!.User);
        return Results.NoContent();
    }

    // A made-up product activates nothing.
    private static async Task<bool> IsSoldAsync(string product, CatalogueCopy catalogue) =>
        (await catalogue.ListAsync()).Any(feed => feed.Terms.Product.Id == product);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information,
            "What batch {Batch} left waiting was dropped from the backlog of product {Product} by {Operator}")]
        public static partial void Dropped(ILogger log, string batch, string product, string @operator);
    }
}
