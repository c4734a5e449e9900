using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Net.Http.Headers;

namespace OrleansSale.Api.Sandbox;

/// <summary>The pages of the sandbox, in the language of whoever reads them, and the files that they load.</summary>
internal sealed class SandboxPages : IDisposable
{
    /// <summary>The language for everyone who asks for none of the others.</summary>
    public const string English = "en";

    /// <summary>Simplified Chinese.</summary>
    public const string Chinese = "zh-CN";

    private const string LanguageName = "lang";
    private static readonly TimeSpan LanguageKept = TimeSpan.FromDays(365);

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly Dictionary<string, (byte[] Bytes, string ContentType)> _assets = new()
    {
        ["cashier.css"] = (Resource("cashier.css"), "text/css; charset=utf-8"),
        ["cashier.js"] = (Resource("cashier.js"), "text/javascript; charset=utf-8"),
        ["timeline.css"] = (Resource("timeline.css"), "text/css; charset=utf-8"),
        ["timeline.js"] = (Resource("timeline.js"), "text/javascript; charset=utf-8"),
    };

    private readonly string _version;

    private readonly string _path;

    public SandboxPages(SandboxOptions options)
    {
        _path = $"{options.PathBase}/sandbox";
        _version = Convert.ToHexStringLower(
            SHA256.HashData([.. _assets.OrderBy(asset => asset.Key, StringComparer.Ordinal)
                .SelectMany(asset => asset.Value.Bytes)]))[..16];
    }

    /// <summary>
    /// The language that a tag such as <c>zh-Hans</c> or <c>en-GB</c> asks for; null: none of the two.
    /// </summary>
    public static string? Language(string? tag) =>
        tag is null ? null
        : tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
        : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English
        : null;

    /// <summary>A file that the page loads, or null.</summary>
    public (byte[] Bytes, string ContentType)? Asset(string name) =>
        _assets.TryGetValue(name, out var asset) ? asset : null;

    /// <summary>
    /// Answers with a page. It also gets its language, the sandbox's path and the version of its files.
    /// </summary>
    /// <param name="hasForm">Whether the page sends a form to this process.</param>
    /// <param name="hasPictures">Whether the page shows pictures from other sites, over https.</param>
    public async Task<ContentHttpResult> AnswerAsync<TView>(
        HttpContext context, int status, Dictionary<string, object?> parameters, bool hasForm = false,
        bool hasPictures = false)
        where TView : IComponent
    {
        var headers = context.Response.Headers;
        var language = LanguageOf(context);
        headers.ContentLanguage = language;
        headers.CacheControl = "no-store";
        // Anybody with a checkout's address can pay, so it must not reach the merchant's pages. A form is sent with its
        // origin only if the page may be a referrer.
        headers["Referrer-Policy"] = hasForm ? "same-origin" : "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            + $"img-src 'self' data:{(hasPictures ? " https:" : "")}; base-uri 'none'; frame-ancestors 'none'; "
            + $"form-action {(hasForm ? "'self'" : "'none'")}";
        return TypedResults.Text(
            await RenderAsync<TView>(language, parameters), "text/html; charset=utf-8", statusCode: status);
    }

    /// <summary>The text of a page in a language.</summary>
    public async Task<string> RenderAsync<TView>(string language, Dictionary<string, object?> parameters)
        where TView : IComponent
    {
        (parameters["Language"], parameters["Version"]) = (language, _version);
        parameters["Sandbox"] = _path;
        await using var renderer = new HtmlRenderer(_services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TView>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }

    /// <summary>Maps the files that the pages load.</summary>
    public static void MapAssets(RouteGroupBuilder sandbox) => sandbox.MapGet("/assets/{name}", AnswerAsset);

    public void Dispose() => _services.Dispose();

    private static IResult AnswerAsset(string name, HttpContext context, SandboxPages pages)
    {
        if (pages.Asset(name) is not { } asset) return SandboxAnswer.NotFound("There is no such file");
        // The page names each file with a hash of its content.
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(asset.Bytes, asset.ContentType);
    }

    /// <summary>
    /// The language to answer in. That of the address is kept. Else it is the kept one, else what the browser prefers.
    /// </summary>
    public static string LanguageOf(HttpContext context)
    {
        if (Language(context.Request.Query[LanguageName]) is { } asked)
        {
            context.Response.Cookies.Append(LanguageName, asked, new CookieOptions
            {
                Path = "/",
                MaxAge = LanguageKept,
                Secure = context.Request.IsHttps,
                SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax,
                IsEssential = true,
            });
            return asked;
        }

        if (Language(context.Request.Cookies[LanguageName]) is { } kept) return kept;
        var preferred = context.Request.GetTypedHeaders().AcceptLanguage
            .Where(entry => entry.Quality is not 0)
            .OrderByDescending(entry => entry, StringWithQualityHeaderValueComparer.QualityComparer)
            .Select(entry => Language(entry.Value.Value))
            .FirstOrDefault(language => language is not null);
        return preferred ?? English;
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(SandboxPages).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
