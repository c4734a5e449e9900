using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansSale.Silo.Http;

/// <summary>
/// HEAD for every endpoint that has GET (RFC 9110, 9.3.2): the same status and headers, and no body. It is routed as a
/// GET, so an endpoint is mapped once and <c>Allow</c> lists both.
/// </summary>
public static class HeadRequests
{
    /// <summary>Adds routing that treats a HEAD as a GET. The handlers after it see a HEAD again.</summary>
    public static void UseRoutingWithHead(this WebApplication app)
    {
        app.Use(next => http =>
        {
            if (!HttpMethods.IsHead(http.Request.Method)) return next(http);
            http.Features.Set(RoutedAsGet.Mark);
            http.Request.Method = HttpMethods.Get;
            return next(http);
        });
        app.UseRouting();
        app.Use(next => http => HttpMethods.IsGet(http.Request.Method)
            ? http.Features.Get<RoutedAsGet>() is null ? next(http) : AnswerHeadAsync(http, next)
            : AnswerOtherAsync(http, next));
    }

    private static async Task AnswerHeadAsync(HttpContext http, RequestDelegate next)
    {
        http.Request.Method = HttpMethods.Head;
        var body = new UnsentBody(http.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), http.RequestAborted);
        http.Response.RegisterForDispose(body);
        http.Features.Set<IHttpResponseBodyFeature>(body);
        http.RequestAborted = body.Said;
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.Response.HasStarted)
        {
            // It was about to write more of its body.
        }
    }

    // Only the answer to an unknown method lists the known ones.
    private static async Task AnswerOtherAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response.StatusCode != StatusCodes.Status405MethodNotAllowed || http.Response.HasStarted) return;
        var allowed = http.Response.Headers.GetCommaSeparatedValues("Allow");
        if (allowed.Contains(HttpMethods.Get) && !allowed.Contains(HttpMethods.Head))
            http.Response.Headers.Allow = string.Join(
                ", ", allowed.Append(HttpMethods.Head).Order(StringComparer.Ordinal));
    }

    private sealed class RoutedAsGet
    {
        public static readonly RoutedAsGet Mark = new();
    }
}
