using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Web;

namespace OrleansSale.Tests.Platforms;

/// <summary>
/// Weibo as its documents tell it: plain OAuth 2 under its real addresses, answered in the place of the network. The
/// token answer has the user's id, the user-info call demands it, and the answer to that names it <c>id</c>.
/// </summary>
public sealed class WeiboPlatform : HttpMessageHandler
{
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>The code that can be exchanged.</summary>
    public string Code { get; set; } = "a code of Weibo";

    /// <summary>Who signs in: <c>id</c> in the user-info answer.</summary>
    public long Uid { get; set; } = 1_736_200_151;

    /// <summary>What was asked, as <c>method address form</c>.</summary>
    public IReadOnlyCollection<string> Calls => _calls;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var form = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        _calls.Enqueue($"{request.Method} {request.RequestUri} {form}");
        var address = request.RequestUri!;
        return (address.Host, address.AbsolutePath) switch
        {
            ("api.weibo.com", "/oauth2/access_token") when request.Method == HttpMethod.Post => Exchange(form),
            ("api.weibo.com", "/2/users/show.json") => Show(HttpUtility.ParseQueryString(address.Query)),
            _ => Json(HttpStatusCode.NotFound, """{"error":"Request Api not found!","error_code":10020}"""),
        };
    }

    private HttpResponseMessage Exchange(string form)
    {
        var asked = HttpUtility.ParseQueryString(form);
        return asked["grant_type"] == "authorization_code" && asked["code"] == Code
            ? Json(HttpStatusCode.OK,
                $$"""{"access_token":"2.00token","remind_in":"157679999","expires_in":157679999,"uid":"{{Uid}}"}""")
            : Json(HttpStatusCode.BadRequest,
                """{"error":"invalid_grant","error_code":21325,"error_description":"invalid authorization code"}""");
    }

    private HttpResponseMessage Show(System.Collections.Specialized.NameValueCollection asked) =>
        asked["access_token"] == "2.00token" && asked["uid"] == $"{Uid}"
            ? Json(HttpStatusCode.OK,
                $$"""{"id":{{Uid}},"idstr":"{{Uid}}","screen_name":"爱丽丝","name":"爱丽丝"}""")
            : Json(HttpStatusCode.Forbidden, """{"error":"invalid_access_token","error_code":21332}""");

    private static HttpResponseMessage Json(HttpStatusCode status, string body) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
