using OrleansSale.Api.Http;

namespace OrleansSale.Api.Pages;

/// <summary>Whose shop this is, as the pages name it.</summary>
/// <param name="English">The name in English.</param>
/// <param name="Chinese">The name in Chinese.</param>
/// <param name="MarkUrl">An https or site-relative address of the mark; null: the pages have one of their own.</param>
public sealed record Merchant(string English, string Chinese, string? MarkUrl)
{
    /// <summary>The name of a shop that has no other.</summary>
    public const string DefaultName = "OrleansSale";

    /// <summary>The name in a language.</summary>
    public string In(string language) => language == PageLanguage.Chinese ? Chinese : English;
}
