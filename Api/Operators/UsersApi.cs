using System.ComponentModel.DataAnnotations;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Operators;

/// <summary>Whose sessions to end, and why.</summary>
/// <param name="User">The user, such as <c>weibo:alice</c>.</param>
/// <param name="Reason">For the record: 1–500 characters, one line or several.</param>
public sealed record EndSessionsBody(string User, [property: StringLength(500, MinimumLength = 1)] string Reason);

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
        var (json, invalid) = await RequestBody.ReadAsync(http);
        if (invalid is not null) return invalid;
        using var _ = json;
        var fields = new Fields(json);
        var user = fields.Text("user", text => UserId.IsUser(text), "a user such as weibo:alice");
        var reason = fields.Lines("reason", 1, 500);
        if (fields.Problem is { } malformed) return malformed;
        await sessions.EndAllAsync(user, caller!.User, reason);
        return Results.NoContent();
    }
}
