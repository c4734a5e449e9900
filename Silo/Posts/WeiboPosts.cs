using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Channels;

namespace OrleansSale.Silo.Posts;

/// <summary>Weibo's answer to a post, or its refusal.</summary>
internal sealed record WeiboAnswer(
    [property: JsonPropertyName("idstr")] string? Id = null, [property: JsonPropertyName("error")] string? Error = null,
    [property: JsonPropertyName("error_code")] int? Code = null);

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(WeiboAnswer))]
internal sealed partial class WeiboJson : JsonSerializerContext;

/// <summary>
/// Posts by Weibo's share call. Weibo takes every call for a new post, so a repeat is not harmless: what is not known
/// to have failed is not repeated.
/// </summary>
internal static class WeiboPosts
{
    /// <summary>Where posts are shared.</summary>
    public static readonly Uri Address = new("https://api.weibo.com/2/statuses/share.json");

    private const int MaxErrorLength = 120;

    // Out of its limits of requests: for the account, the application or the address.
    private static readonly int[] TooMany = [10022, 10023, 10024];

    /// <summary>The request. The picture is not posted: Weibo would show the one of the page.</summary>
    public static HttpRequestMessage RequestOf(Post post, PostsOptions options, PageAddresses pages)
    {
        var text = post.Announcement.Text;
        return new HttpRequestMessage(HttpMethod.Post, Address)
        {
            // On a connection of its own the request is never sent again by itself.
            Headers = { ConnectionClose = true },
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["access_token"] = options.AccessToken!,
                ["status"] = WeiboText.Of(
                    text.Chinese ?? text.English ?? "", pages.OfSale(post.Target.Batch).AbsoluteUri),
            }),
        };
    }

    /// <summary>What an answer means.</summary>
    public static PostResult ResultOf(HttpResponseMessage response, byte[] body, DateTimeOffset now)
    {
        var answer = Read(body);
        var status = (int)response.StatusCode;
        if (answer is { Code: { } code })
        {
            var error = $"answered {status}: {code} {Cut(answer.Error)}".TrimEnd();
            return TooMany.Contains(code) || response.StatusCode == HttpStatusCode.TooManyRequests
                ? new PostResult(PostOutcome.TryLater, error, Answers.RetryAfterOf(response, now))
                : new PostResult(status >= 500 ? PostOutcome.Unknown : PostOutcome.Refused, error);
        }
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return answer?.Id is { Length: > 0 } ? new PostResult(PostOutcome.Delivered)
                : new PostResult(PostOutcome.Unknown, "the answer cannot be read");
        }
        return status switch
        {
            429 => new PostResult(PostOutcome.TryLater, "answered 429", Answers.RetryAfterOf(response, now)),
            // A proxy may have sent it on before it gave up.
            408 or < 200 or (>= 200 and < 300) or >= 500 => new PostResult(PostOutcome.Unknown, $"answered {status}"),
            _ => new PostResult(PostOutcome.Refused, $"answered {status}"),
        };
    }

    private static WeiboAnswer? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WeiboJson.Default.WeiboAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Cut(string? error)
    {
        var line = new string([.. (error ?? "").Where(c => !char.IsControl(c)).Take(MaxErrorLength)]);
        return line.Length > 0 && char.IsHighSurrogate(line[^1]) ? line[..^1] : line;
    }
}
