using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Operators.Backlog;

/// <summary>
/// The backlog of a product, for operators: the ranges of places that its batches left waiting, and how to drop one.
/// </summary>
public static class BacklogApi
{
    private static readonly LinesAttribute Reason = new(1, 500);

    /// <summary>Maps the endpoints.</summary>
    public static void MapBacklog(this IEndpointRouteBuilder app)
    {
        var backlog = app.MapGroup("/api/operator/products/{product}/backlog").WithTags("Operators");
        backlog.MapGet("", ListAsync).WithSummary("The places that batches of a product left waiting")
            .Produces<BacklogRangeList>()
            .Described("ListBacklog", EndpointDescription.Operators(
                Refusal.InvalidRequest, Refusal.NotFound, Refusal.Unavailable));
        backlog.MapDelete("/{batch}", DropAsync).WithSummary("Drop what a batch left waiting").Produces(204)
            .WithDescription("The ledger of the batch keeps the reason: 1–500 characters, one line or several.")
            .Described("DropBacklog", EndpointDescription.Operators(
                Refusal.InvalidRequest, Refusal.NotFound, Refusal.Conflict, Refusal.Unavailable).WithKey());
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, string product, string? after, string? limit, CatalogueCopy catalogue, IGrainFactory grains,
        ActorRetry retry)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (!await IsSoldAsync(product, catalogue)) return Problem.Of(Refusal.NotFound);
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        var ranges = await retry.AskAsync(() => grains.GetGrain<IBacklogGrain>(product).ListAsync());
        var from = after is null ? 0 : Array.FindIndex(ranges, range => range.Batch == after) + 1;
        if (after is not null && from == 0) return Problem.Invalid("after", "must be a batch of the list");
        var (page, next) = Paging.Take(ranges.Skip(from), count, range => range.Batch);
        return Reply.Ok(
            new BacklogRangeList(Array.ConvertAll(page, BacklogRangeBody.Of), next),
            BacklogJson.Wire.BacklogRangeList);
    }

    private static async Task<IResult> DropAsync(
        HttpContext http, string product, string batch, string? reason, CatalogueCopy catalogue,
        BatchCommands commands, IGrainFactory grains, ActorRetry retry)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (reason is null) return Problem.Invalid("reason", "is missing", FieldFault.Missing);
        if (Reason.Check(reason) is { } fault) return Problem.Invalid("reason", fault.Detail, fault.Fault);
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        if (!await IsSoldAsync(product, catalogue)) return Problem.Of(Refusal.NotFound);
        var answer = await retry.AskAsync(() => grains.GetGrain<IBacklogGrain>(product).DropAsync(batch));
        if (answer.Refused is { } refusal) return Problem.Of(refusal, answer.Detail);
        // The backlog decides, so that no batch takes the places meanwhile. Then the ledger says who dropped them and
        // why; a repeat writes it if a crash came between.
        var command = new OperatorCommand(OperatorAction.DropBacklog, 0, reason, default, default);
        var recorded = await commands.OperateAsync(batch, command, caller!.User, key);
        // A batch whose users were removed since, or that is gone, records nothing any more.
        return recorded.Refused is { } no and not (Refusal.SaleClosed or Refusal.NotFound)
            ? Problem.Of(no, recorded.Detail) : Results.NoContent();
    }

    // A made-up product activates nothing.
    private static async Task<bool> IsSoldAsync(string product, CatalogueCopy catalogue) =>
        (await catalogue.ListAsync()).Any(feed => feed.Terms.Product.Id == product);
}
