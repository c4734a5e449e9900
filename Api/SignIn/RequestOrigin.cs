using Microsoft.Extensions.Primitives;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.SignIn;

/// <summary>
/// Keeps other sites from using a visitor's session. Browsers attach the cookie by themselves. So a request that
/// changes something and carries the cookie must come from a page of this site, according to the browser's headers.
/// </summary>
/// <remarks>
/// Browsers send two headers that no page can set: <c>Origin</c> and <c>Sec-Fetch-Site</c>. Each header that is present
/// must be present once, be well-formed, and name this site. A request with neither passes: no current browser sent it,
/// so its sender has attached the cookie. Older browsers enforce the cookie's SameSite=Strict.
/// </remarks>
public static class RequestOrigin
{
    private const string FetchSite = "Sec-Fetch-Site", FetchMode = "Sec-Fetch-Mode";

    private static readonly Problem Foreign = Problem.Of(
        Refusal.Unauthenticated,
        "A request with a session may change something only if it comes from a page of this site. Its Origin or "
            + "Sec-Fetch-Site names another site.");

    /// <summary>Refuses other sites' writes that carry a session, before any other middleware.</summary>
    public static void UseRequestOrigin(this WebApplication app) =>
        app.Use(next => http =>
            MayChangeSomething(http.Request) && CarriesSession(http.Request) && IsForeign(http.Request)
            ? Foreign.ExecuteAsync(http)
            : next(http));

    /// <summary>Refuses other sites even without a session, for requests that begin or end one.</summary>
    internal static ValueTask<object?> RefuseForeignAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        IsForeign(context.HttpContext.Request) ? new(Foreign) : next(context);

    /// <summary>Whether the headers say that the request was made by anything but a page of this site.</summary>
    public static bool IsForeign(HttpRequest request) =>
        (request.Headers.TryGetValue(FetchSite, out var site) && site is not ["same-origin" or "none"])
        || (request.Headers.TryGetValue("Origin", out var origin) && !IsOwn(origin, request));

    /// <summary>Whether a page asks for it by itself, as for a picture: the visitor goes nowhere.</summary>
    public static bool IsPartOfPage(HttpRequest request) =>
        request.Headers.TryGetValue(FetchMode, out var mode) && mode is not ["navigate"];

    private static bool MayChangeSomething(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)
        && !HttpMethods.IsOptions(request.Method);

    private static bool CarriesSession(HttpRequest request) =>
        request.Headers.Cookie.Count > 0 && request.Cookies.Keys.Any(Authentication.IsSessionCookie);

    // The host is the one the browser asked for. A proxy may terminate TLS before this process, so https is accepted as
    // well as the scheme seen here. But if this front itself uses https, requests from unencrypted pages are refused.
    private static bool IsOwn(StringValues origin, HttpRequest request)
    {
        if (origin is not [{ } text]) return false;
        return Matches(text, "https", 443, request.Host)
            || (!request.IsHttps && Matches(text, "http", 80, request.Host));
    }

    // An origin never names its scheme's own port; a Host may.
    private static bool Matches(string origin, string scheme, int ownPort, HostString host) =>
        host.HasValue && string.Equals(
            origin,
            host.Port is { } port && port != ownPort ? $"{scheme}://{host.Host}:{port}" : $"{scheme}://{host.Host}",
            StringComparison.OrdinalIgnoreCase);
}
