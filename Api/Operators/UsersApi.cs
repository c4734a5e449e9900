using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators;

/// <summary>A user, and the reason for a command about them.</summary>
/// <param name="User">The user, such as <c>weibo:alice</c>.</param>
/// <param name="Reason">For the record: 1–500 characters, one line or several.</param>
public sealed record UserReasonBody(
    [property: User] string User, [property: Lines(1, 500)] string Reason);

/// <summary>What was removed.</summary>
/// <param name="Batches">The batches in which there was something of the user.</param>
public sealed record ErasedBody(string[] Batches);

/// <summary>The operators' commands about users.</summary>
public static class UsersApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/operator/users/erase", EraseAsync).WithTags("Operators").WithSummary("Remove a user's data")
            .Accepts<UserReasonBody>("application/json").Produces<ErasedBody>()
            .Described("EraseUser", EndpointDescription.Operators(Refusal.Conflict, Refusal.Unavailable).WithBody());
        app.MapPost("/api/operator/users/end-sessions", EndSessionsAsync).WithTags("Operators")
            .WithSummary("End all sessions of a user")
            .Accepts<UserReasonBody>("application/json").Produces(204)
            .Described("EndSessions", EndpointDescription.Operators().WithBody());
    }

    private static async Task<IResult> EraseAsync(HttpContext http, PersonalData data)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.UserReasonBody);
        if (invalid is not null) return invalid;
        var answer = await data.EraseAsync(body!.User, caller!.User, PlainText.WithLineFeeds(body.Reason));
        return answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(new ErasedBody(answer.Value!), OperatorJson.Wire.ErasedBody);
    }

    private static async Task<IResult> EndSessionsAsync(HttpContext http, Sessions sessions)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.UserReasonBody);
        if (invalid is not null) return invalid;
        await sessions.EndAllAsync(body!.User, caller!.User, PlainText.WithLineFeeds(body.Reason));
        return Results.NoContent();
    }
}
