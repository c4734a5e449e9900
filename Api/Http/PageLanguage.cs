using Microsoft.Net.Http.Headers;

namespace OrleansSale.Api.Http;

/// <summary>The languages of texts for people, and which one a page is written in.</summary>
public static class PageLanguage
{
    /// <summary>The language for everyone who asks for none of the others.</summary>
    public const string English = "en";

    /// <summary>Simplified Chinese.</summary>
    public const string Chinese = "zh-CN";

    /// <summary>The query parameter and the cookie that say it.</summary>
    public const string Name = "lang";

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(365);

    /// <summary>The address says it, else the kept choice, else what the browser prefers, else English.</summary>
    public static string Of(HttpRequest request)
    {
        var preferred = request.GetTypedHeaders().AcceptLanguage.Where(entry => entry.Quality is not 0)
            .OrderByDescending(entry => entry, StringWithQualityHeaderValueComparer.QualityComparer)
            .Select(entry => entry.Value.Value);
        string?[] said = [request.Query[Name], request.Cookies[Name], .. preferred];
        return said.Select(Known).FirstOrDefault(language => language is not null) ?? English;
    }

    /// <summary>The language that the address says; null: it says none.</summary>
    public static string? AskedBy(HttpRequest request) => Known(request.Query[Name]);

    /// <summary>Keeps the language that the address says, if it says one.</summary>
    public static void Keep(HttpContext http)
    {
        if (AskedBy(http.Request) is not { } asked) return;
        http.Response.Cookies.Append(Name, asked, new CookieOptions
        {
            Path = "/",
            MaxAge = KeptFor,
            Secure = http.Request.IsHttps,
            SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax,
            IsEssential = true,
        });
    }

    private static string? Known(string? tag) =>
        tag is null ? null
        : tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
        : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English
        : null;
}
