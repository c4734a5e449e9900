using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;

namespace OrleansSale.Api.Operators;

/// <summary>
/// What operators do to batches. Who is not signed in learns nothing; who is no operator learns that.
/// </summary>
public static class OperatorApi
{
    private static readonly EndpointDescription Command =
        EndpointDescription.Operators(Refusal.NotFound, Refusal.SaleClosed, Refusal.Conflict).WithBody() with { TakesKey = true };

    /// <summary>Maps the endpoints.</summary>
    public static void MapOperators(this IEndpointRouteBuilder app)
    {
        var batches = app.MapGroup("/api/operator/batches").WithTags("Operators");
        batches.MapPost("", CreateAsync).WithSummary("Create a batch")
            .Accepts<CreateBatchBody>("application/json").Produces<BoardBody>(201).Produces<BoardBody>(200)
            .Described("CreateBatch", EndpointDescription.Operators(Refusal.Conflict).WithBody());
        foreach (var action in Enum.GetValues<OperatorAction>())
        {
            var takesUnits = action is OperatorAction.Restock or OperatorAction.Withdraw;
            var name = action.ToString().ToLowerInvariant();
            batches.MapPost($"/{{batch}}/{name}",
                    (HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry, TimeProvider time) =>
                        OperateAsync(http, batch, action, catalogue, grains, retry, time))
                .WithSummary($"{action} a batch")
                .Accepts(takesUnits ? typeof(UnitsBody) : typeof(ReasonBody), "application/json")
                .Produces<BoardBody>().Described($"{action}Batch", Command);
        }
    }

    private static async Task<IResult> CreateAsync(
        HttpContext http, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry, TimeProvider time)
    {
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (json, invalid) = await RequestBody.ReadAsync(http);
        if (invalid is not null) return invalid;
        using var _ = json;
        var fields = new Fields(json);
        var terms = TermsInput.Read(fields);
        if (fields.Problem is { } malformed) return malformed;

        // A batch that may not be created now may be there already: a repeat of its creation finds it.
        var batch = grains.GetGrain<ISaleBatchGrain>(terms.Id);
        if (NewBatchRules.Refuse(terms, time.GetUtcNow()) is { } refused
            && await retry.AskAsync(() => batch.ReadBoardAsync(0)) is null)
        {
            return Problem.Invalid(refused.Field, refused.Detail, refused.Fault);
        }
        var answer = await retry.AskAsync(() => batch.CreateAsync(terms));
        if (answer.Refused is { } refusal) return Problem.Of(refusal, answer.Detail);
        // The catalogue after the ledger: cut off in between, a repeat or the next start completes it.
        await retry.AskAsync(() => AddAsync(grains, terms));
        var feed = catalogue.Add(terms);
        if (await feed.ReadNewAsync() is not { } copy) return Problem.Of(Refusal.Overloaded);
        var board = BoardBody.Of(terms, copy.Snapshot, time.GetUtcNow());
        return answer.Value
            ? Reply.Created(http, $"/api/batches/{terms.Id}", board, BoardJson.Wire.BoardBody)
            : Reply.Ok(board, BoardJson.Wire.BoardBody);
    }

    private static async Task<IResult> OperateAsync(
        HttpContext http, string batch, OperatorAction action, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry,
        TimeProvider time)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var (json, invalid) = await RequestBody.ReadAsync(http);
        if (invalid is not null) return invalid;
        using var _ = json;
        var fields = new Fields(json);
        var units = action is OperatorAction.Restock or OperatorAction.Withdraw ? fields.Number("units", 1, BatchTerms.MaxStock) : 0;
        // Made if absent, here: the front's own repeats of the call must be repeats.
        var command = new OperatorCommand(
            action, (int)units, fields.Lines("reason", 1, 500), caller!.User, key ?? Guid.CreateVersion7().ToString("N"));
        if (fields.Problem is { } malformed) return malformed;
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);

        var answer = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).OperateAsync(command));
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : await BatchesApi.AnswerAsync(feed, time);
    }

    private static async Task<bool> AddAsync(IGrainFactory grains, BatchTerms terms)
    {
        await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(terms);
        return true;
    }
}
