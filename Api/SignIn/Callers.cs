using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.SignIn;

/// <summary>The user who sent a request.</summary>
/// <param name="User">The pair channel and subject.</param>
/// <param name="Channel">The platform that vouches for the subject.</param>
/// <param name="Name">Their name; null: unknown.</param>
/// <param name="Roles">Their roles.</param>
public sealed record Caller(string User, string Channel, string? Name, string[] Roles)
{
    /// <summary>The role of those who run sales.</summary>
    public const string OperatorRole = "operator";

    /// <summary>Longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Whether they are an operator.</summary>
    public bool IsOperator => Roles.Contains(OperatorRole);
}

/// <summary>Finds the caller: by bearer token for API clients, by cookie for the pages.</summary>
public static class Callers
{
    /// <summary>The claim of a role.</summary>
    internal const string RoleClaim = "roles";

    /// <summary>The caller; null: there is no valid credential.</summary>
    public static async ValueTask<Caller?> FindAsync(HttpContext http)
    {
        var result = await http.AuthenticateAsync(SchemeOf(http));
        return result.Succeeded ? Read(result.Principal) : null;
    }

    /// <summary>The caller of a request that lasts; null: there is no valid credential.</summary>
    /// <remarks>
    /// The schemes remember the whole credential for their scope. In the scope of the request, each open stream would
    /// keep that in memory. So they get a scope of their own.
    /// </remarks>
    public static async ValueTask<LastingCaller?> FindLastingAsync(HttpContext http)
    {
        var (scheme, services) = (SchemeOf(http), http.RequestServices);
        await using var scope = services.CreateAsyncScope();
        http.RequestServices = scope.ServiceProvider;
        try
        {
            var result = await http.AuthenticateAsync(scheme);
            if (!result.Succeeded || Read(result.Principal) is not { } caller) return null;
            var session = scheme == CookieAuthenticationDefaults.AuthenticationScheme ? result.Principal : null;
            return new LastingCaller(caller, session, result.Properties?.ExpiresUtc);
        }
        finally
        {
            http.RequestServices = services;
        }
    }

    /// <summary>The caller if they run sales, else the problem.</summary>
    public static async ValueTask<(Caller? Operator, Problem? Problem)> FindOperatorAsync(HttpContext http) =>
        await FindAsync(http) is not { } caller ? (null, Problem.Of(Refusal.Unauthenticated))
        : caller.IsOperator ? (caller, null)
        : (null, Problem.Of(Refusal.Forbidden));

    /// <summary>The caller that verified claims describe; null if they do not make a well-formed user.</summary>
    public static Caller? Read(ClaimsPrincipal principal)
    {
        var subject = principal.FindFirstValue("sub");
        var channel = principal.FindFirstValue("channel");
        return UserId.IsSubject(subject) && UserId.IsChannel(channel)
            ? new Caller(UserId.Of(channel!, subject!), channel!, NameIn(principal),
                [.. principal.FindAll(RoleClaim).Select(claim => claim.Value)])
            : null;
    }

    /// <summary>The claims of a caller.</summary>
    public static IEnumerable<Claim> ClaimsOf(string subject, string channel, string? name, IEnumerable<string> roles)
    {
        yield return new Claim("sub", subject);
        yield return new Claim("channel", channel);
        if (name is not null) yield return new Claim("name", name);
        foreach (var role in roles) yield return new Claim(RoleClaim, role);
    }

    private static string SchemeOf(HttpContext http) => http.Request.Headers.Authorization.Count > 0
        ? JwtBearerDefaults.AuthenticationScheme
        : CookieAuthenticationDefaults.AuthenticationScheme;

    // The platform's name for a person. A name that a page could not show is dropped.
    private static string? NameIn(ClaimsPrincipal principal) =>
        principal.FindFirstValue("name") is { Length: <= Caller.MaxNameLength } name && PlainText.IsLine(name)
            && !PlainText.IsBlank(name)
            ? name
            : null;
}
