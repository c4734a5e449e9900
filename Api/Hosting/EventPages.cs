using Microsoft.Net.Http.Headers;

namespace OrleansSale.Api.Hosting;

/// <summary>The buyers' pages: static files, the same for everybody, with headers that keep foreign code out.</summary>
public static class EventPages
{
    // No inline code, no foreign code, no framing. Pictures may come from the merchant's https addresses.
    private const string Policy = "default-src 'self'; img-src 'self' data: https:; style-src 'self'; "
        + "script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
        + "object-src 'none'";

    /// <summary>Serves the pages: <c>/</c> lists the sales, <c>/sale/{batch}</c> is one file for all batches.</summary>
    public static void UseEventPages(this WebApplication app)
    {
        app.Use((http, next) =>
        {
            // Every /sale/{batch} is the one page; which batch it shows it reads from its own address.
            if (IsSale(http.Request.Path)) http.Request.Path = "/sale.html";
            return IsPage(app, http) ? RefuseMethodAsync(http) : next(http);
        });
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = context =>
            {
                var headers = context.Context.Response.Headers;
                headers.ContentSecurityPolicy = Policy;
                headers.XContentTypeOptions = "nosniff";
                headers[HeaderNames.CacheControl] = "public, max-age=60";
                headers["Referrer-Policy"] = "same-origin";
            },
        });
    }

    // Requests to a page with a method that static files do not answer.
    private static bool IsPage(WebApplication app, HttpContext http) =>
        !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method)
        && http.GetEndpoint() is null
        && (http.Request.Path == "/" || app.Environment.WebRootFileProvider.GetFileInfo(http.Request.Path).Exists);

    private static Task RefuseMethodAsync(HttpContext http)
    {
        http.Response.Headers.Allow = $"{HttpMethods.Get}, {HttpMethods.Head}";
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private static bool IsSale(PathString path) => path.StartsWithSegments("/sale", out var rest)
        && rest.Value is { Length: > 1 } batch && batch.IndexOf('/', 1) < 0;
}
