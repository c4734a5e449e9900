using System.Net;
using System.Text.RegularExpressions;

namespace OrleansSale.Tests.Api.Pages;

/// <summary>
/// A page as something reads it that runs no script: a search engine, or a platform that shows a link.
/// </summary>
internal sealed partial class PageText(string html)
{
    /// <summary>The language that the page says it is in.</summary>
    public string Language => Attributes(HtmlTag().Match(html).Value)["lang"];

    /// <summary>The title.</summary>
    public string Title => WebUtility.HtmlDecode(TitleTag().Match(html).Groups[1].Value);

    /// <summary>What a <c>meta</c> element says; null: there is none of that name.</summary>
    public string? this[string name] => Tags("meta").FirstOrDefault(tag =>
        tag.GetValueOrDefault("property") == name || tag.GetValueOrDefault("name") == name)?["content"];

    /// <summary>The addresses of the links of a kind, and the languages that they name.</summary>
    public (string Address, string? Language)[] Links(string kind) =>
    [
        .. Tags("link").Where(tag => tag["rel"] == kind)
            .Select(tag => (tag["href"], tag.GetValueOrDefault("hreflang"))),
    ];

    /// <summary>The attributes of each element of a name.</summary>
    public IEnumerable<Dictionary<string, string>> Tags(string name) =>
        Regex.Matches(html, $"<{name}\\b[^>]*>").Select(match => Attributes(match.Value));

    private static Dictionary<string, string> Attributes(string tag) => Attribute().Matches(tag).ToDictionary(
        match => match.Groups[1].Value, match => WebUtility.HtmlDecode(match.Groups[2].Value));

    [GeneratedRegex("<html\\b[^>]*>")]
    private static partial Regex HtmlTag();

    [GeneratedRegex("<title>([^<]*)</title>")]
    private static partial Regex TitleTag();

    [GeneratedRegex("([a-z-]+)=\"([^\"]*)\"")]
    private static partial Regex Attribute();
}
