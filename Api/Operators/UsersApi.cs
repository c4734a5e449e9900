using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators;

/// <summary>Whose sessions to end, and why.</summary>
/// <param name="User">The user, such as <c>weibo:alice</c>.</param>
/// <param name="Reason">For the record: 1–500 characters, one line or several.</param>
public sealed record EndSessionsBody(
    [property: User] string User, [property: Lines(1, 500)] string Reason);

/// <summary>What operators do to users.</summary>
public static class UsersApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapUsers(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/operator/users/end-sessions", EndSessionsAsync).WithTags("Operators").WithSummary("End all sessions of a user")
            .Accepts<EndSessionsBody>("application/json").Produces(204)
            .Described("EndSessions", EndpointDescription.Operators().WithBody());

    private static async Task<IResult> EndSessionsAsync(HttpContext http, Sessions sessions)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorJson.Wire.EndSessionsBody);
        if (invalid is not null) return invalid;
        await sessions.EndAllAsync(body!.User, caller!.User, PlainText.WithLineFeeds(body.Reason));
        return Results.NoContent();
    }
}
