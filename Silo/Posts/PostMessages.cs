using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Silo.Posts;

/// <summary>The body of a webhook.</summary>
/// <param name="Type">What it tells of.</param>
/// <param name="Timestamp">The instant from which the announcement is shown.</param>
/// <param name="Data">The announcement.</param>
internal sealed record WebhookMessage(string Type, DateTime Timestamp, WebhookAnnouncement Data);

/// <summary>An announcement in a webhook.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Channel">The channel that it is for.</param>
/// <param name="Batch">The batch that it leads to.</param>
/// <param name="Text">What it says, by language.</param>
/// <param name="Link">The batch's page.</param>
/// <param name="ImageUrl">A picture; left out: none.</param>
/// <param name="Card">What the page offers.</param>
internal sealed record WebhookAnnouncement(
    string Id, string Channel, string Batch, PostedText Text, Uri Link, Uri? ImageUrl, PostedCard Card);

/// <summary>The body of a post on the sandbox's timeline.</summary>
/// <param name="Id">The announcement's id, which replies to the post name.</param>
/// <param name="Channel">The channel that it is for.</param>
/// <param name="Text">What it says, by language.</param>
/// <param name="Link">The page that it leads to.</param>
/// <param name="ImageUrl">A picture; left out: none.</param>
/// <param name="Card">What the page offers.</param>
internal sealed record SandboxMessage(
    string Id, string Channel, PostedText Text, Uri Link, Uri? ImageUrl, PostedCard Card);

/// <summary>The body of a webhook about a message to a user.</summary>
/// <param name="Type">What it tells of.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Data">The message.</param>
internal sealed record WebhookUserMessage(string Type, DateTime Timestamp, SentMessage Data);

/// <summary>A message to a user.</summary>
/// <param name="Id">Its id, which no other message has.</param>
/// <param name="Channel">The channel.</param>
/// <param name="User">The user's subject there.</param>
/// <param name="Kind">
/// What it is about: <c>refund</c>, <c>refunded</c>, <c>offer</c>, <c>grant</c>, <c>revival</c> or
/// <c>next-batch</c>.
/// </param>
/// <param name="Why">Why the money goes back; left out: the kind has no reason.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Order">The order; left out: it is about a place.</param>
/// <param name="Place">The place in the line of the batch; left out: it is about an order.</param>
/// <param name="NextBatch">The batch that the place may reach; left out: it is about an order.</param>
/// <param name="SaleOpens">When that batch opens; left out: it is about an order.</param>
/// <param name="Amount">The money it is about; left out: none.</param>
/// <param name="PayBy">Until when the units are held; left out: the kind has no deadline.</param>
/// <param name="Text">What it says, by language.</param>
/// <param name="Link">The batch's page, or that of the batch that the place may reach.</param>
internal sealed record SentMessage(
    string Id, string Channel, string User, string Kind,
    string? Why, string Batch, string? Order, long? Place, string? NextBatch, DateTime? SaleOpens,
    PostedPrice? Amount, DateTime? PayBy, PostedText Text, Uri Link)
{
    /// <summary>The body of a message.</summary>
    public static SentMessage Of(UserMessage message, PageAddresses pages)
    {
        var content = message.Content;
        return new SentMessage(
            message.MessageId, message.Channel, message.Subject, WireName.Of(content.Kind),
            WireName.Of(content.Why), content.Batch, content.Order, content.Kept?.Place, content.Kept?.Next,
            content.Kept?.SaleOpens.UtcDateTime, content.Amount is { } amount ? PostedPrice.Of(amount) : null,
            content.PayBy?.UtcDateTime,
            PostedText.Of(MessageTexts.Of(content)), pages.OfSale(content.Kept?.Next ?? content.Batch));
    }
}

/// <summary>A text by language; one may be left out.</summary>
internal sealed record PostedText(
    [property: JsonPropertyName("zh-CN")] string? Chinese, [property: JsonPropertyName("en")] string? English)
{
    /// <summary>The text of an announcement.</summary>
    public static PostedText Of(LanguageText text) => new(text.Chinese, text.English);
}

/// <summary>What a page offers, for a platform that draws a card of it.</summary>
/// <param name="Title">What kind of page it is.</param>
/// <param name="Product">The product's name.</param>
/// <param name="Price">The price of one unit.</param>
/// <param name="SaleOpens">When the sale opens.</param>
/// <param name="ImageUrl">The product's picture; left out: none.</param>
internal sealed record PostedCard(
    PostedText Title, string Product, PostedPrice Price, DateTime SaleOpens, Uri? ImageUrl)
{
    private static readonly PostedText SaleTitle = new("限量抢购", "Limited sale");

    /// <summary>The card of a post's page.</summary>
    public static PostedCard Of(LinkCard card, PageAddresses pages) => new(
        SaleTitle, card.Product, PostedPrice.Of(card.Price), card.SaleOpens.UtcDateTime, pages.OfImage(card.ImageUrl));
}

/// <summary>An amount of money in minor units.</summary>
internal sealed record PostedPrice(long Amount, string Currency)
{
    /// <summary>A price.</summary>
    public static PostedPrice Of(Money price) => new(price.Amount, price.Currency);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(SandboxMessage))]
[JsonSerializable(typeof(WebhookUserMessage))]
[JsonSerializable(typeof(SentMessage))]
internal sealed partial class PostJson : JsonSerializerContext;
