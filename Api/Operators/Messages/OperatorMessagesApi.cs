using System.Globalization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Operators.Messages;

/// <summary>The messages to buyers, for operators.</summary>
public static class OperatorMessagesApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapOperatorMessages(this IEndpointRouteBuilder app)
    {
        var messages = app.MapGroup("/api/operator/batches/{batch}/messages").WithTags("Operators");
        messages.MapGet("", ListAsync).WithSummary("The messages to buyers that are not delivered")
            .WithDescription("Those that wait, and the last 100 that ended in vain. What a channel has is not listed.")
            .Produces<OperatorMessageList>()
            .Described("ListMessages", EndpointDescription.Operators(
                Refusal.InvalidRequest, Refusal.NotFound, Refusal.Unavailable));
        messages.MapPost("/{message}/retry", RetryAsync).WithSummary("Try to send a message again")
            .Produces<OperatorMessageBody>()
            .Described("RetryMessage",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict, Refusal.Unavailable).WithKey());
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, string batch, string? after, string? limit, MessageCommands commands)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterNumber(after, out var from) is { } badAfter) return badAfter;
        if (await commands.ListAsync(batch) is not { } all) return Problem.Of(Refusal.NotFound);
        var (page, next) = Paging.Take(all.Where(message => message.Seq > from), count, message => message.Seq);
        return Reply.Ok(
            new OperatorMessageList(Array.ConvertAll(page, OperatorMessageBody.Of), next),
            OperatorMessageJson.Wire.OperatorMessageList);
    }

    private static async Task<IResult> RetryAsync(
        HttpContext http, string batch, string message, MessageCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        if (!long.TryParse(message, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            return Problem.Of(Refusal.NotFound);
        var answer = await commands.RetryAsync(batch, seq, caller!.User, key);
        return answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(OperatorMessageBody.Of(answer.Value!), OperatorMessageJson.Wire.OperatorMessageBody);
    }
}
