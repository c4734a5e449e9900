using System.Net;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Silo.Posts;

/// <summary>Posts as signed requests of Standard Webhooks. A repeat has the same id, so it is harmless.</summary>
internal static class WebhookPosts
{
    /// <summary>The type of an announcement's message.</summary>
    public const string Type = "announcement.published";

    /// <summary>The type of a message to a user.</summary>
    public const string MessageType = "message.created";

    /// <summary>The request.</summary>
    public static HttpRequestMessage RequestOf(Post post, PostsOptions options, PageAddresses pages, DateTimeOffset now)
    {
        var (announcement, target) = (post.Announcement, post.Target);
        var message = new WebhookMessage(Type, announcement.At.UtcDateTime, new WebhookAnnouncement(
            announcement.Id, target.Channel, target.Batch, PostedText.Of(announcement.Text),
            pages.OfSale(target.Batch), pages.OfImage(announcement.ImageUrl), PostedCard.Of(target.Card, pages)));
        var body = JsonSerializer.SerializeToUtf8Bytes(message, PostJson.Default.WebhookMessage);
        var signature = new WebhookSignature(WebhookSecrets.Parse(options.Secret!)!);
        return signature.RequestOf(options.Address!, post.MessageId, body, now);
    }

    /// <summary>The request of a message to a user.</summary>
    public static HttpRequestMessage RequestOf(
        UserMessage message, PostsOptions options, PageAddresses pages, DateTimeOffset now)
    {
        var sent = new WebhookUserMessage(
            MessageType, message.Content.At.UtcDateTime, SentMessage.Of(message, pages));
        var body = JsonSerializer.SerializeToUtf8Bytes(sent, PostJson.Default.WebhookUserMessage);
        var signature = new WebhookSignature(WebhookSecrets.Parse(options.Secret!)!);
        return signature.RequestOf(options.Address!, message.MessageId, body, now);
    }

    /// <summary>What an answer means.</summary>
    public static PostResult ResultOf(HttpResponseMessage response, DateTimeOffset now) => response.StatusCode switch
    {
        >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => new PostResult(PostOutcome.Delivered),
        HttpStatusCode.Gone => new PostResult(PostOutcome.Gone, "answered 410: the receiver is gone"),
        var status => new PostResult(
            PostOutcome.TryLater, $"answered {(int)status}", Answers.RetryAfterOf(response, now)),
    };
}
