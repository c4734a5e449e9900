using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansSale.Api.Sandbox;
using OrleansSale.Tests.Engine;
using static OrleansSale.Tests.Api.Payments.SandboxHost;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>The inbox of the sandbox's platform: what the merchant says to one user.</summary>
public sealed class InboxTests : IAsyncLifetime
{
    private const string Messages = "/sandbox/platform/messages", Page = "/sandbox/platform/timeline";

    private readonly ScratchFolder _directory = new();
    private SandboxHost _sandbox = null!;

    public async ValueTask InitializeAsync() => _sandbox = await StartAsync(_directory.Path, receiver: null);

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_message_is_kept_once_for_each_key_and_read_by_its_user_alone()
    {
        (await SendAsync(Message("alice", "Refunded"), "k1")).ShouldBe(HttpStatusCode.Created);
        (await SendAsync(Message("alice", "Refunded"), "k1")).ShouldBe(HttpStatusCode.OK);
        var moved = Message("alice", "Refunded");
        moved["link"] = "https://moved.test/sale/mi2-1";
        (await SendAsync(moved, "k1")).ShouldBe(HttpStatusCode.OK, "the merchant's address may change before a repeat");
        (await SendAsync(Message("alice", "Another"), "k1")).ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(Message("bob", "Refunded"), "k1")).ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(Message("bob", "For bob"), "k2")).ShouldBe(HttpStatusCode.Created);
        (await InboxAsync("alice")).ShouldBe(["Refunded"]);
        (await InboxAsync("bob", "zh-CN")).ShouldBe(["给 bob 的消息"]);
        (await InboxAsync("Alice")).ShouldBeEmpty("that is somebody else");
    }

    [Fact]
    public async Task The_newest_are_shown_first_and_no_more_than_the_bound()
    {
        for (var number = 1; number <= Inbox.MaxShown + 2; number++)
            (await SendAsync(Message("alice", $"Message {number}"), $"k{number}")).ShouldBe(HttpStatusCode.Created);
        (await InboxAsync("alice")).ShouldBe(
            Enumerable.Range(3, Inbox.MaxShown).Reverse().Select(number => $"Message {number}"));
    }

    [Fact]
    public async Task Nothing_that_a_merchant_says_becomes_markup()
    {
        const string Nasty = "</p><script>alert(1)</script>\"'";
        (await SendAsync(Message("alice", Nasty), "k1")).ShouldBe(HttpStatusCode.Created);
        (await PageAsync("alice", "en")).ShouldNotContain("<script>alert");
        (await InboxAsync("alice")).ShouldBe([Nasty]);
    }

    [Theory]
    [InlineData("user", null)]
    [InlineData("user", "\"\"")]
    [InlineData("text", "{}")]
    [InlineData("link", null)]
    [InlineData("link", "\"javascript:alert(1)\"")]
    public async Task A_bad_field_is_named(string field, string? value)
    {
        var body = Message("alice", "Refunded");
        if (value is null) body.Remove(field);
        else body[field] = JsonNode.Parse(value);
        using var answer = await _sandbox.MerchantAsync(HttpMethod.Post, Messages, body, "k1");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await BodyAsync(answer))["field"]).ShouldBe(field);
    }

    [Fact]
    public async Task Only_the_merchant_sends_and_never_without_a_key()
    {
        using var unsigned = await _sandbox.MerchantAsync(
            HttpMethod.Post, Messages, Message("alice", "Refunded"), "k1", credential: "");
        unsigned.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var keyless = await _sandbox.MerchantAsync(HttpMethod.Post, Messages, Message("alice", "Refunded"));
        ((string?)(await BodyAsync(keyless))["field"]).ShouldBe("Idempotency-Key");
        (await InboxAsync("alice")).ShouldBeEmpty();
    }

    private static JsonObject Message(string user, string english) => new()
    {
        ["id"] = "msg_1",
        ["channel"] = "weibo",
        ["user"] = user,
        ["text"] = new JsonObject { ["en"] = english, ["zh-CN"] = $"给 {user} 的消息" },
        ["link"] = "https://sale.test/sale/mi2-1",
    };

    private async Task<HttpStatusCode> SendAsync(JsonObject message, string key)
    {
        using var answer = await _sandbox.MerchantAsync(HttpMethod.Post, Messages, message, key);
        return answer.StatusCode;
    }

    private async Task<IReadOnlyList<string>> InboxAsync(string user, string language = "en") =>
    [
        .. Regex.Matches(await PageAsync(user, language), "data-testid=\"message-text\">([^<]*)<")
            .Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)),
    ];

    // In a browser of their own.
    private async Task<string> PageAsync(string user, string language)
    {
        using var browser = new HttpClient { BaseAddress = _sandbox.Address };
        using var form = new FormUrlEncodedContent([new("as", user), new("returnTo", $"{Page}?lang={language}")]);
        using var page = await browser.PostAsync(
            "/sandbox/platform/login", form, TestContext.Current.CancellationToken);
        return await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
