using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Posts;

/// <summary>
/// Posts on the timeline of the sandbox's platform and sends messages to its users, with the merchant's key there. The
/// platform keeps one of them for each idempotency key, so a repeat is harmless.
/// </summary>
internal sealed class SandboxPosts(
    OwnAddress ownAddress, PageAddresses pages, IOptions<PaymentOptions> payments)
{
    /// <summary>Where the platform takes posts, at the address of the process that has the sandbox.</summary>
    public const string Path = "/sandbox/platform/posts";

    /// <summary>The request; null: this process does not listen yet, and no other address is set.</summary>
    public HttpRequestMessage? RequestOf(Post post, PostsOptions options)
    {
        if (AddressOf(options) is not { } address) return null;
        var (announcement, target) = (post.Announcement, post.Target);
        var message = new SandboxMessage(
            announcement.Id, target.Channel, PostedText.Of(announcement.Text), pages.OfSale(target.Batch),
            pages.OfImage(announcement.ImageUrl), PostedCard.Of(target.Card, pages));
        return RequestOf(address, post.MessageId, JsonSerializer.SerializeToUtf8Bytes(
            message, PostJson.Default.SandboxMessage));
    }

    /// <summary>The request of a message to a user; null: as for a post.</summary>
    public HttpRequestMessage? RequestOf(UserMessage message, PostsOptions options) =>
        AddressOf(options) is not { } address ? null
        // Beside the one of posts.
        : RequestOf(new Uri(address, "messages"), message.MessageId, JsonSerializer.SerializeToUtf8Bytes(
            SentMessage.Of(message, pages), PostJson.Default.SentMessage));

    /// <summary>What an answer means.</summary>
    public static PostResult ResultOf(HttpResponseMessage response, DateTimeOffset now) => response.StatusCode switch
    {
        HttpStatusCode.OK or HttpStatusCode.Created => new PostResult(PostOutcome.Delivered),
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
            new PostResult(
                PostOutcome.TryLater, $"answered {(int)response.StatusCode}", Answers.RetryAfterOf(response, now)),
        var status => new PostResult(PostOutcome.Refused, $"answered {(int)status}"),
    };

    private HttpRequestMessage RequestOf(Uri address, string key, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(payments.Value));
        request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private Uri? AddressOf(PostsOptions options) => options.Address
        ?? (ownAddress() is { } own ? new Uri(own, Path) : null);

    private static string KeyOf(PaymentOptions payments) =>
        payments.NameOfSandbox is { } name ? payments.All[name].ApiKey : payments.ApiKey;
}
