using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Operators;

/// <summary>Operators' commands that change what buyers were promised: extend, reschedule and recall.</summary>
public static class OperatorChangesApi
{
    /// <summary>The commands that are mapped here, because each has a body of its own.</summary>
    internal static readonly OperatorAction[] Actions =
        [OperatorAction.Extend, OperatorAction.Reschedule, OperatorAction.Recall];

    private const string Extending = "The payBy of every order that awaits payment is later by these seconds, also of "
        + "offers, and of orders whose grace still lasts. Without such an order nothing changes.";

    private const string Rescheduling = "Instants that have passed stay as they are. A new instant must be still to "
        + "come, and the sale never opens earlier. A closing may be moved while the sale is open.";

    private const string Recalling = "The sale is paused at once. The orders that were held before it and not shipped "
        + "are cancelled one after the other, and what was paid is refunded; GET tells how far it is. Until it has "
        + "finished, the sale cannot be resumed. A dry run counts what a recall would cover now, and changes nothing.";

    /// <summary>Maps the endpoints.</summary>
    public static void MapOperatorChanges(this IEndpointRouteBuilder app)
    {
        var batch = app.MapGroup("/api/operator/batches/{batch}").WithTags("Operators");
        var refusals = EndpointDescription.Operators(Refusal.NotFound, Refusal.SaleClosed, Refusal.Conflict)
            .WithBody().WithKey();
        batch.MapPost("/extend", ExtendAsync).WithSummary("Give all who have not paid more time")
            .WithDescription(Extending).Accepts<ExtendBody>("application/json").Produces<BoardBody>()
            .Produces<ProposalBody>(202)
            .Described("ExtendBatch", refusals);
        batch.MapPost("/reschedule", RescheduleAsync).WithSummary("Change the instants that are still to come")
            .WithDescription(Rescheduling).Accepts<RescheduleBody>("application/json").Produces<BoardBody>()
            .Described("RescheduleBatch", refusals);
        batch.MapPost("/recall", RecallAsync).WithSummary("Cancel and refund the orders of a batch")
            .WithDescription(Recalling).Accepts<RecallRequestBody>("application/json").Produces<RecallBody>()
            .Described("RecallBatch", refusals);
        batch.MapGet("/recall", GetRecallAsync).WithSummary("The newest recall, and how far it is")
            .Produces<RecallBody>().Described("GetRecall", EndpointDescription.Operators(Refusal.NotFound));
    }

    private static async Task<IResult> ExtendAsync(HttpContext http, string batch, BatchCommands commands)
    {
        var (by, key, problem) = await ReadCallerAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.ExtendBody);
        if (invalid is not null) return invalid;
        var command = new OperatorCommand(
            OperatorAction.Extend, 0, body!.Reason, default, default, Seconds: body.Seconds);
        return AnswerOf(await commands.OperateAsync(batch, command, by, key));
    }

    private static async Task<IResult> RescheduleAsync(HttpContext http, string batch, BatchCommands commands)
    {
        var (by, key, problem) = await ReadCallerAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.RescheduleBody);
        if (invalid is not null) return invalid;
        var command = new OperatorCommand(
            OperatorAction.Reschedule, 0, body!.Reason, default, default, Schedule: body.Schedule.ToSchedule());
        return AnswerOf(await commands.OperateAsync(batch, command, by, key));
    }

    private static async Task<IResult> RecallAsync(HttpContext http, string batch, BatchRecalls recalls)
    {
        var (by, key, problem) = await ReadCallerAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.RecallRequestBody);
        if (invalid is not null) return invalid;
        var orders = RecalledKindAttribute.KindOf(body!.Orders);
        return AnswerOf(body.DryRun == true
            ? await recalls.CountAsync(batch, orders, body.Reason)
            : await recalls.RecallAsync(batch, orders, body.Reason, by, key));
    }

    private static async Task<IResult> GetRecallAsync(HttpContext http, string batch, BatchRecalls recalls)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        return problem is not null ? problem : AnswerOf(await recalls.FindAsync(batch));
    }

    private static async ValueTask<(string By, string? Key, Problem? Problem)> ReadCallerAsync(HttpContext http)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return ("", null, problem);
        return IdempotencyKey.Read(http.Request, out var key) is { } badKey
            ? ("", null, badKey)
            : (caller!.User, key, null);
    }

    private static IResult AnswerOf(Answer<RecallBody> answer) => answer.Refused is { } refusal
        ? Problem.Of(refusal, answer.Detail)
        : Reply.Ok(answer.Value!, OperatorJson.Wire.RecallBody);

    // The body was within its ranges. The batch's time alone decides what has passed.
    private static IResult AnswerOf(Answer<BatchCommandDone> answer) => answer.Refused switch
    {
        null when answer.Value!.Proposal is { } proposal => Reply.Accepted(proposal, OperatorJson.Wire.ProposalBody),
        null => Reply.Ok(answer.Value.Board!, BoardJson.Wire.BoardBody),
        Refusal.InvalidRequest => Problem.Invalid(answer.Detail!, "is not still to come", FieldFault.Past),
        { } refusal => Problem.Of(refusal, answer.Detail),
    };
}
