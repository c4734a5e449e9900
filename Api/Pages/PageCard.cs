namespace OrleansSale.Api.Pages;

/// <summary>What a page tells search engines, and platforms that show a link to it.</summary>
/// <param name="Kind">What it is about, in the words of Open Graph.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Description">What it is about, in a sentence or two.</param>
/// <param name="Address">Its addresses.</param>
/// <param name="Image">The absolute address of a picture; null: there is none.</param>
/// <param name="ImageText">What the picture shows.</param>
/// <param name="Price">The price of what is sold, in major units, and its currency; null: nothing is sold.</param>
public sealed record PageCard(
    string Kind, string Title, string Description, PageAddress Address, string? Image = null, string? ImageText = null,
    (string Amount, string Currency)? Price = null);

/// <summary>A link for a visitor to go on.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Text">What it says.</param>
/// <param name="IsPrimary">Whether it is what most want.</param>
public sealed record PageLink(string Address, string Text, bool IsPrimary);

/// <summary>A text as it is shown.</summary>
/// <param name="Words">What it says.</param>
/// <param name="Language">Which language it is in; null: unknown.</param>
public sealed record ShownText(string Words, string? Language);
