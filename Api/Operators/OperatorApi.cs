using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators;

/// <summary>
/// The operators' commands to batches. Callers who are not signed in are answered unauthenticated, and callers who are
/// not operators forbidden.
/// </summary>
public static class OperatorApi
{
    private static readonly EndpointDescription Command = EndpointDescription
        .Operators(Refusal.NotFound, Refusal.SaleClosed, Refusal.Conflict).WithBody().WithKey();

    private static readonly EndpointDescription LineCommand = EndpointDescription
        .Operators(Refusal.NotFound, Refusal.SaleClosed, Refusal.Conflict).WithKey();

    /// <summary>Maps the endpoints.</summary>
    public static void MapOperators(this IEndpointRouteBuilder app)
    {
        var batches = app.MapGroup("/api/operator/batches").WithTags("Operators");
        batches.MapPost("", CreateAsync).WithSummary("Create a batch")
            .Accepts<CreateBatchBody>("application/json").Produces<BoardBody>(201).Produces<BoardBody>(200)
            .Described("CreateBatch", EndpointDescription.Operators(Refusal.Conflict).WithBody());
        batches.MapPost("/{batch}/anonymise", AnonymiseAsync)
            .WithSummary("Remove the users' data of a batch that is over")
            .Accepts<ReasonBody>("application/json").Produces(204)
            .Described("AnonymiseBatch",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict, Refusal.Unavailable).WithBody());
        // The others have endpoints of their own.
        OperatorAction[] others = [.. OperatorChangesApi.Actions, OperatorAction.DropBacklog];
        foreach (var action in Enum.GetValues<OperatorAction>().Except(others))
        {
            var name = WireName.Of(action);
            var endpoint = batches.MapPost(
                $"/{{batch}}/{name}", (HttpContext http, string batch, BatchCommands commands) =>
                    OperateAsync(http, batch, action, commands)).Produces<BoardBody>();
            if (IsAboutLine(action))
            {
                endpoint.WithSummary($"{name.Replace('-', ' ')} of a batch")
                    .Described($"{action}", LineCommand);
                continue;
            }
            if (action == OperatorAction.Restock)
            {
                endpoint.Produces<ProposalBody>(202).WithDescription(
                    "202: the command waits for a second operator, who approves it by its key.");
            }
            endpoint.WithSummary($"{action} a batch")
                .Accepts(TakesUnits(action) ? typeof(UnitsBody) : typeof(ReasonBody), "application/json")
                .Described($"{action}Batch", Command);
        }
    }

    private static async Task<IResult> AnonymiseAsync(HttpContext http, string batch, PersonalData data)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.ReasonBody);
        if (invalid is not null) return invalid;
        var answer = await data.AnonymiseAsync(batch, caller!.User, PlainText.WithLineFeeds(body!.Reason));
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : Results.NoContent();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, BatchCreation creation)
    {
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.CreateBatchBody);
        if (invalid is not null) return invalid;
        return await creation.CreateAsync(body!.ToTerms()) switch
        {
            CreationOutcome.Done { IsNew: true } made =>
                Reply.Created(http, $"/api/batches/{made.Board.Id}", made.Board, BoardJson.Wire.BoardBody),
            CreationOutcome.Done repeated => Reply.Ok(repeated.Board, BoardJson.Wire.BoardBody),
            CreationOutcome.Unfit unfit => Problem.Invalid(unfit.Field, unfit.Problem.Detail, unfit.Problem.Fault),
            CreationOutcome.Refused refused => Problem.Of(refused.Refusal, refused.Detail),
            var other => throw new InvalidOperationException($"unknown outcome {other}"),
        };
    }

    private static async Task<IResult> OperateAsync(
        HttpContext http, string batch, OperatorAction action, BatchCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var (units, reason, invalid) = IsAboutLine(action) ? (0, "", null) : await ReadAsync(http, TakesUnits(action));
        if (invalid is not null) return invalid;
        var answer = await commands.OperateAsync(batch, action, units, reason!, caller!.User, key);
        return answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : answer.Value!.Proposal is { } proposal ? Reply.Accepted(proposal, OperatorJson.Wire.ProposalBody)
            : Reply.Ok(answer.Value.Board!, BoardJson.Wire.BoardBody);
    }

    private static async ValueTask<(int Units, string? Reason, Problem? Problem)> ReadAsync(
        HttpContext http, bool takesUnits)
    {
        if (takesUnits)
        {
            var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.UnitsBody);
            return (body?.Units ?? 0, body?.Reason, invalid);
        }
        var (reason, problem) = await RequestBody.ReadAsync(http, OperatorJson.Wire.ReasonBody);
        return (0, reason?.Reason, problem);
    }

    // The record of these keeps no reason, so they take no body.
    private static bool IsAboutLine(OperatorAction action) =>
        action is OperatorAction.SuspendLine or OperatorAction.ResumeLine;

    private static bool TakesUnits(OperatorAction action) =>
        action is OperatorAction.Restock or OperatorAction.Withdraw;
}
