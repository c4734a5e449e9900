using Dapper;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// A post of the merchant's, with the card of the page that it links to. Instants are Unix milliseconds, amounts minor
/// units. A text has at least one of its two languages.
/// </summary>
/// <param name="Id">128 random bits in hexadecimal.</param>
/// <param name="Key">The merchant's idempotency key.</param>
/// <param name="Name">The merchant's own id of the post; replies name it.</param>
/// <param name="Channel">The merchant's own id of this platform.</param>
/// <param name="English">What it says in English; null: only in Chinese.</param>
/// <param name="Chinese">What it says in Chinese; null: only in English.</param>
/// <param name="Link">The page that it links to.</param>
/// <param name="ImageUrl">Its picture; null: it has none.</param>
/// <param name="TitleEnglish">The card's title in English; null: only in Chinese.</param>
/// <param name="TitleChinese">The card's title in Chinese; null: only in English.</param>
/// <param name="Product">What the page sells.</param>
/// <param name="Amount">The price of one.</param>
/// <param name="Currency">Its currency by ISO 4217.</param>
/// <param name="SaleOpensAt">When the sale opens.</param>
/// <param name="CardImageUrl">The product's picture; null: it has none.</param>
/// <param name="PostedAt">When it was posted.</param>
[method: ExplicitConstructor]
public sealed record TimelinePost(
    string Id, string Key, string Name, string Channel, string? English, string? Chinese, string Link,
    string? ImageUrl, string? TitleEnglish, string? TitleChinese, string Product, long Amount,
    string Currency, long SaleOpensAt, string? CardImageUrl, long PostedAt)
{
    /// <summary>
    /// Whether both were asked for by the same request. A merchant whose address has changed meanwhile links elsewhere,
    /// and has its pictures elsewhere.
    /// </summary>
    internal bool IsSamePost(TimelinePost other) => this with
    {
        Id = other.Id,
        PostedAt = other.PostedAt,
        Link = other.Link,
        ImageUrl = other.ImageUrl,
        CardImageUrl = other.CardImageUrl,
    } == other;
}

/// <summary>A reply of a user to a post. The instant is Unix milliseconds.</summary>
/// <param name="Id">128 random bits in hexadecimal.</param>
/// <param name="Post">The post.</param>
/// <param name="Form">The page's form that sent it: names a click, so that a second one is noticed.</param>
/// <param name="User">Who replied.</param>
/// <param name="Text">What they said: one line.</param>
/// <param name="Language">The language of the page that they said it on.</param>
/// <param name="RepliedAt">When.</param>
/// <param name="Answer">What the merchant answered; null: nothing yet, or nothing.</param>
/// <param name="AnswerLink">The page that the answer leads to; null: none.</param>
[method: ExplicitConstructor]
public sealed record TimelineReply(
    string Id, string Post, string Form, string User, string Text, string Language, long RepliedAt,
    string? Answer = null, string? AnswerLink = null);

/// <summary>A reply that the merchant is still to be told of.</summary>
/// <param name="Id">The reply.</param>
/// <param name="Name">The merchant's own id of the post.</param>
/// <param name="Channel">The merchant's own id of this platform.</param>
/// <param name="User">Who replied.</param>
/// <param name="Text">What they said.</param>
/// <param name="Language">The language of the page that they said it on.</param>
/// <param name="RepliedAt">When.</param>
/// <param name="Attempts">How often the merchant was told in vain.</param>
[method: ExplicitConstructor]
public sealed record UntoldReply(
    string Id, string Name, string Channel, string User, string Text, string Language, long RepliedAt, long Attempts);

/// <summary>A post with its newest replies, the oldest of them first.</summary>
/// <param name="Post">The post.</param>
/// <param name="Replies">At most <see cref="Timeline.MaxShownReplies"/>.</param>
/// <param name="ReplyCount">How many there are in all.</param>
public sealed record ShownPost(TimelinePost Post, IReadOnlyList<TimelineReply> Replies, long ReplyCount);
