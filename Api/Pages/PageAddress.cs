using OrleansSale.Api.Http;

namespace OrleansSale.Api.Pages;

/// <summary>The address under which browsers reach this shop.</summary>
/// <param name="Configured">By the settings; null: the one that the request names.</param>
public sealed record ShopAddress(Uri? Configured)
{
    private static readonly Uri Unknown = new("http://localhost/");

    /// <summary>The address, as seen by a request.</summary>
    public Uri Of(HttpRequest request) => Configured
        ?? (Uri.TryCreate(
            $"{request.Scheme}://{request.Host}{request.PathBase}/", UriKind.Absolute, out var named)
            ? named : Unknown);
}

/// <summary>The addresses of a page: one for each language, and one whose language depends on who asks.</summary>
/// <param name="Shop">Where the shop is.</param>
/// <param name="Path">The page's path there, with a slash before it, escaped.</param>
/// <param name="Asked">The language that the request's address names; null: none.</param>
public sealed record PageAddress(Uri Shop, string Path, string? Asked)
{
    /// <summary>For whoever asks, in their language.</summary>
    public string InAny => Shop.GetLeftPart(UriPartial.Path).TrimEnd('/') + Path;

    /// <summary>The one address of what was asked for.</summary>
    public string Canonical => Asked is null ? InAny : In(Asked);

    /// <summary>In a language.</summary>
    public string In(string language) => $"{InAny}?{PageLanguage.Name}={language}";

    /// <summary>A picture, which may be named by its path on this site; null: there is none.</summary>
    public string? OfPicture(string? address) => address is null ? null
        : Uri.TryCreate(Shop, address, out var absolute) ? absolute.AbsoluteUri
        : null;
}
