using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.SignIn;

/// <summary>The visitor of a page.</summary>
/// <param name="User">The user; null: not signed in.</param>
/// <param name="Name">Their name.</param>
/// <param name="Channel">Their platform.</param>
/// <param name="Roles">Their roles.</param>
public sealed record MeBody(string? User, string? Name, string? Channel, string[] Roles);

/// <summary>A token for an API client.</summary>
public sealed record TokenBody(string Token);

/// <summary>A user of a token in Development.</summary>
/// <param name="User">Subject, 1–128 printable characters without <c>/</c> and <c>:</c>.</param>
/// <param name="Channel">Channel, <c>[a-z0-9-]{1,32}</c>.</param>
/// <param name="Roles">Roles; <c>operator</c> runs sales.</param>
/// <param name="Name">Their name.</param>
public sealed record DevelopmentUser(
    [property: Subject] string User, [property: Channel] string Channel,
    [property: Roles, JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(OneOrManyFormat))]
    string[]? Roles,
    [property: Line(1, Caller.MaxNameLength), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Name);

/// <summary>
/// The endpoints that tell a caller who they are. In Development there is also one that gives tokens of any user to API
/// clients.
/// </summary>
public static class SignInApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder app, bool isDevelopment)
    {
        app.MapGet("/api/me", (Delegate)(async (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-store";
            var caller = await Callers.FindAsync(http);
            var me = new MeBody(caller?.User, caller?.Name, caller?.Channel, caller?.Roles ?? []);
            return Reply.Ok(me, SignInJson.Wire.MeBody);
        })).WithTags("Sign-in").WithSummary("Who the caller is").Produces<MeBody>()
            .Described("GetMe", EndpointDescription.Anybody(Refusal.Overloaded));
        app.MapDelete("/api/me/session", (Delegate)SignOutAsync).WithTags("Sign-in").WithSummary("Sign out")
            .Produces(204)
            .AddEndpointFilter(RequestOrigin.RefuseForeignAsync)
            .Described("SignOut", EndpointDescription.Open(Refusal.Unauthenticated, Refusal.Overloaded));
        if (!isDevelopment) return;
        app.MapPost("/dev/tokens", CreateTokenAsync).WithTags("Development").WithSummary("A token for any user")
            .Accepts<DevelopmentUser>("application/json").Produces<TokenBody>()
            .Described("CreateDevelopmentToken", EndpointDescription.Open().WithBody());
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, Sessions sessions)
    {
        await sessions.SignOutAsync(http);
        return Results.NoContent();
    }

    private static async Task<IResult> CreateTokenAsync(HttpContext http, DevelopmentTokens tokens)
    {
        var (user, problem) = await RequestBody.ReadAsync(http, SignInJson.Wire.DevelopmentUser);
        if (problem is not null) return problem;
        var token = tokens.Sign(user!.User, user.Channel, user.Name, user.Roles ?? []);
        return Reply.Ok(new TokenBody(token), SignInJson.Wire.TokenBody);
    }
}
