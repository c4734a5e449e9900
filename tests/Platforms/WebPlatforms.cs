using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Web;

namespace OrleansSale.Tests.Platforms;

/// <summary>
/// GitHub, X and Facebook as their documents tell them: plain OAuth 2 under their real addresses, answered in the place
/// of the network. Each has a user of its own form. Weibo's addresses are <see cref="WeiboPlatform"/>'s.
/// </summary>
public sealed class WebPlatforms(WeiboPlatform weibo) : HttpMessageHandler
{
    /// <summary>The code that can be exchanged.</summary>
    public const string Code = "a code of the web";

    /// <summary>What GitHub names itself in its answers (RFC 9207). The others name nobody.</summary>
    public const string GitHubIssuer = "https://github.com/login/oauth";

    private const string Token = "a-token-of-the-web";

    private readonly HttpMessageInvoker _weibo = new(weibo);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        if (address.Host.EndsWith(".weibo.com", StringComparison.Ordinal))
            return await _weibo.SendAsync(request, cancellationToken);
        var form = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        return (address.Host, address.AbsolutePath) switch
        {
            ("github.com", "/login/oauth/access_token") => Exchange(request, form),
            ("api.github.com", "/user") => Show(request, """{"login":"octocat","id":583231,"name":"The Octocat"}"""),
            ("api.x.com" or "api.twitter.com", "/2/oauth2/token") => Exchange(request, form),
            ("api.x.com" or "api.twitter.com", "/2/users/me") =>
                Show(request, """{"data":{"id":"2244994945","name":"X Dev","username":"XDevelopers"}}"""),
            ("graph.facebook.com", var path) when path.EndsWith("/oauth/access_token", StringComparison.Ordinal) =>
                Exchange(request, form),
            ("graph.facebook.com", var path) when path.EndsWith("/me", StringComparison.Ordinal) =>
                Show(request, """{"id":"10150000000000001","name":"Mark 马克"}"""),
            _ => Json(HttpStatusCode.NotFound, "{}"),
        };
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _weibo.Dispose();
        base.Dispose(disposing);
    }

    private static HttpResponseMessage Exchange(HttpRequestMessage request, string form)
    {
        var asked = HttpUtility.ParseQueryString(form);
        var isKnown = request.Headers.Authorization is { Scheme: "Basic" } || asked["client_secret"] is { Length: > 0 };
        return request.Method == HttpMethod.Post && isKnown && asked["code"] == Code
            && asked["code_verifier"] is { Length: >= 43 }
            ? Json(HttpStatusCode.OK, $$"""{"access_token":"{{Token}}","token_type":"bearer","expires_in":7200}""")
            : Json(HttpStatusCode.BadRequest, """{"error":"invalid_grant"}""");
    }

    // Facebook takes the token in the query as well.
    private static HttpResponseMessage Show(HttpRequestMessage request, string user)
    {
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        var hasToken = request.Headers.Authorization is AuthenticationHeaderValue { Scheme: "Bearer", Parameter: Token }
            || query["access_token"] == Token;
        return hasToken ? Json(HttpStatusCode.OK, user) : Json(HttpStatusCode.Unauthorized, "{}");
    }

    private static HttpResponseMessage Json(HttpStatusCode status, string body) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
