using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansSale.Api.Sandbox;
using OrleansSale.Tests.Engine;
using static OrleansSale.Tests.Api.Payments.SandboxHost;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>The timeline of the sandbox's platform: posts of the merchant, and replies of its users.</summary>
public sealed partial class TimelineTests(TimelineTests.Platform platform) : IClassFixture<TimelineTests.Platform>
{
    private const string Posts = "/sandbox/platform/posts", Page = "/sandbox/platform/timeline";

    private static int _count;

    // Each test has a post of its own, which nobody else's page shows.
    private readonly string _own = $"post {Interlocked.Increment(ref _count)} ";
    private readonly SandboxHost _sandbox = platform.Sandbox;

    public sealed class Platform : IAsyncLifetime
    {
        private readonly ScratchFolder _directory = new();

        internal SandboxHost Sandbox { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Sandbox = await StartAsync(_directory.Path, receiver: null);

        public async ValueTask DisposeAsync()
        {
            await Sandbox.DisposeAsync();
            _directory.Dispose();
        }
    }

    [Fact]
    public async Task A_post_is_kept_once_for_each_key()
    {
        var id = await PostedAsync("Open", "k1", HttpStatusCode.Created);
        (await PostedAsync("Open", "k1", HttpStatusCode.OK)).ShouldBe(id);
        using var other = await PostAsync(Post("Other"), "k1");
        await IsAsync(other, HttpStatusCode.Conflict, "conflict");
        var moved = Post("Open");
        moved["link"] = "https://moved.test/sale/mi2-1";
        moved["imageUrl"] = "https://moved.test/mi2.png";
        using var repeated = await PostAsync(moved, "k1");
        repeated.StatusCode.ShouldBe(HttpStatusCode.OK, "the merchant's address may change before a repeat");
        TextsOf(await PageAsync()).ShouldBe(["Open"]);
    }

    [Fact]
    public async Task The_newest_post_is_first_in_the_readers_language_with_the_card_of_its_page()
    {
        await PostedAsync("First", "k1");
        await PostedAsync("Second", "k2");
        var page = await PageAsync("?lang=en");
        TextsOf(page).ShouldBe(["Second", "First"]);
        foreach (var part in (string[])
        [
            "Limited sale", "Xiaomi Mi2 16 GB", "CN¥1,999", "2012-12-21T04:00:00Z",
            "href=\"https://sale.test/sale/mi2-1\"", "sale.test",
        ])
        {
            WebUtility.HtmlDecode(Own(page)).ShouldContain(part);
        }
        TextsOf(await PageAsync("?lang=zh-CN")).ShouldBe(["第二", "第一"], "and not in English");
    }

    [Fact]
    public async Task A_reply_is_shown_under_its_post_and_a_second_click_is_no_second_reply()
    {
        var post = await PostedAsync("Open", "k1");
        var form = FormOf(await PageAsync());
        using var first = await ReplyAsync(post, "I want one", form);
        using var again = await ReplyAsync(post, "I want one", form);
        using var another = await ReplyAsync(post, "Two, please", form);
        another.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe(Page);
        var replies = RepliesOf(await PageAsync());
        replies.ShouldBe(["I want one", "Two, please"]);
        using var later = await ReplyAsync(post, "I want one", FormOf(await PageAsync()));
        RepliesOf(await PageAsync()).Count.ShouldBe(3, "who says it again means it");
    }

    [Fact]
    public async Task Only_users_who_are_logged_in_read_and_reply()
    {
        var post = await PostedAsync("Open", "k1");
        using var stranger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = _sandbox.Address,
        };
        var token = TestContext.Current.CancellationToken;
        using var page = await stranger.GetAsync(Page, token);
        page.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        page.Headers.Location!.OriginalString
            .ShouldBe($"/sandbox/platform/login?returnTo={Uri.EscapeDataString(Page)}");
        using var fields = new FormUrlEncodedContent([new("text", "Hi"), new("form", new string('a', 32))]);
        using var reply = await stranger.PostAsync($"{Posts}/{post}/replies", fields, token);
        reply.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        RepliesOf(await PageAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_that_a_merchant_or_a_user_says_becomes_markup()
    {
        const string Nasty = "</p><script>alert(1)</script><img src=x onerror=alert(1)>\"'";
        var body = Post(Nasty);
        body["card"]!["product"] = Nasty;
        using var posted = await PostAsync(body, "k1");
        var post = (string)(await BodyAsync(posted))["id"]!;
        using var reply = await ReplyAsync(post, Nasty, FormOf(await PageAsync()));
        using var refused = await ReplyAsync(post, Nasty + new string('x', 140), FormOf(await PageAsync()));
        foreach (var page in (string[])[await PageAsync(), await TextAsync(refused)])
        {
            page.ShouldNotContain("<script>alert");
            page.ShouldNotContain("onerror=alert(1)>\"'");
            Scripts().Count(page).ShouldBe(1);
            Pictures().Count(page).ShouldBe(0);
        }
        TextsOf(await PageAsync()).ShouldBe([Nasty]);
    }

    [Fact]
    public async Task A_reply_that_is_refused_stays_in_its_box()
    {
        var post = await PostedAsync("Open", "k1");
        var form = FormOf(await PageAsync());
        var tooLong = new string('长', TimelineApi.MaxReplyLength + 1);
        foreach (var text in (string[])["", " ", tooLong, "a\nb"])
        {
            using var answer = await ReplyAsync(post, text, form);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, text);
            var page = await TextAsync(answer);
            Own(page).ShouldContain("role=\"alert\"");
            if (text == tooLong) WebUtility.HtmlDecode(page).ShouldContain(tooLong);
        }
        RepliesOf(await PageAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bad_requests_have_stable_codes()
    {
        var post = await PostedAsync("Open", "k1");
        var form = FormOf(await PageAsync());
        using (var unknown = await ReplyAsync(new string('0', 32), "Hi", form))
            await IsAsync(unknown, HttpStatusCode.NotFound, "not-found");
        using (var foreign = await ReplyAsync(post, "Hi", "nonsense"))
            await IsAsync(foreign, HttpStatusCode.BadRequest, "invalid-request", "form");
        using (var binary = await ReplyAsync(post, "a\0b", form))
            await IsAsync(binary, HttpStatusCode.BadRequest, "invalid-request", "body");
        var token = TestContext.Current.CancellationToken;
        foreach (var path in (string[])[$"{Posts}/{post}/replies", "/sandbox/platform/login"])
        {
            using var json = await _sandbox.Client.PostAsJsonAsync(path, new { text = "Hi" }, token);
            await IsAsync(json, HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
        }
        using (var unsigned = await _sandbox.MerchantAsync(HttpMethod.Post, Posts, Post("Open"), "k2", credential: ""))
            await IsAsync(unsigned, HttpStatusCode.Unauthorized, "unauthenticated");
        using (var keyless = await _sandbox.MerchantAsync(HttpMethod.Post, Posts, Post("Open")))
            await IsAsync(keyless, HttpStatusCode.BadRequest, "invalid-request", "Idempotency-Key");
    }

    [Theory]
    [InlineData("/sandbox/platform/timeline?lang=en", "/sandbox/platform/timeline?lang=en")]
    [InlineData("/sandbox/\u4e2d\u6587", "/sandbox/platform/login")]
    [InlineData("/sandbox/\r\nSet-Cookie: a=b", "/sandbox/platform/login")]
    [InlineData("/sandbox/../signout", "/sandbox/platform/login")]
    [InlineData("/sandbox/\\evil.example", "/sandbox/platform/login")]
    [InlineData("//evil.example", "/sandbox/platform/login")]
    public async Task A_log_in_leads_to_a_page_of_the_sandbox_only(string returnTo, string page)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = _sandbox.Address,
        };
        using var form = new FormUrlEncodedContent([new("as", "alice"), new("returnTo", returnTo)]);
        using var answer = await browser.PostAsync(
            "/sandbox/platform/login", form, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldBe(page);
    }

    [Theory]
    [InlineData("text", null)]
    [InlineData("text", "{}")]
    [InlineData("text.en", "1")]
    [InlineData("link", null)]
    [InlineData("link", "\"javascript:alert(1)\"")]
    [InlineData("imageUrl", "\"javascript:alert(1)\"")]
    [InlineData("card", "[]")]
    [InlineData("card.title", "{}")]
    [InlineData("card.product", "\"\"")]
    [InlineData("card.price.currency", "\"x\"")]
    [InlineData("card.price.amount", "1.5")]
    [InlineData("card.saleOpens", "\"noon\"")]
    [InlineData("card.imageUrl", "\"data:image/png,x\"")]
    public async Task A_bad_field_of_a_post_is_named(string field, string? value)
    {
        var body = Post("Open");
        var path = field.Split('.');
        var place = path[..^1].Aggregate(body, (within, name) => within[name]!.AsObject());
        if (value is null) place.Remove(path[^1]);
        else place[path[^1]] = JsonNode.Parse(value);
        using var answer = await PostAsync(body, "k1");
        await IsAsync(answer, HttpStatusCode.BadRequest, "invalid-request", field);
    }

    private JsonObject Post(string english) => new()
    {
        ["id"] = "batch-mi2-1.1",
        ["channel"] = "weibo",
        ["text"] = new JsonObject
        {
            ["en"] = _own + english,
            ["zh-CN"] = _own + english switch { "First" => "第一", "Second" => "第二", _ => english },
        },
        ["link"] = "https://sale.test/sale/mi2-1",
        ["card"] = new JsonObject
        {
            ["title"] = new JsonObject { ["en"] = "Limited sale", ["zh-CN"] = "限量抢购" },
            ["product"] = "Xiaomi Mi2 16 GB",
            ["price"] = Amount(199_900),
            ["saleOpens"] = "2012-12-21T04:00:00Z",
        },
    };

    private Task<HttpResponseMessage> PostAsync(JsonObject post, string key) =>
        _sandbox.MerchantAsync(HttpMethod.Post, Posts, post, _own.Replace(' ', '-') + key);

    private async Task<string> PostedAsync(string english, string key, HttpStatusCode status = HttpStatusCode.Created)
    {
        using var answer = await PostAsync(Post(english), key);
        answer.StatusCode.ShouldBe(status);
        return (string)(await BodyAsync(answer))["id"]!;
    }

    private async Task<HttpResponseMessage> ReplyAsync(string post, string text, string form)
    {
        using var fields = new FormUrlEncodedContent([new("text", text), new("form", form)]);
        return await _sandbox.Client.PostAsync($"{Posts}/{post}/replies", fields);
    }

    private Task<string> PageAsync(string query = "") => _sandbox.Client.GetStringAsync(Page + query);

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync();

    private static async Task IsAsync(
        HttpResponseMessage answer, HttpStatusCode status, string code, string? field = null)
    {
        answer.StatusCode.ShouldBe(status);
        var body = await BodyAsync(answer);
        ((string?)body["code"], (string?)body["field"]).ShouldBe((code, field));
    }

    // Without the words that make them this test's own.
    private IReadOnlyList<string> TextsOf(string page) =>
        [.. PartsOf(Own(page), "post-text").Select(text => text[_own.Length..])];

    private IReadOnlyList<string> RepliesOf(string page) => PartsOf(Own(page), "reply-text");

    // What the page has of this test's posts.
    private string Own(string page) => string.Concat(page.Split("<article").Skip(1)
        .Where(article => PartsOf(article, "post-text")[0].StartsWith(_own, StringComparison.Ordinal)));

    private static IReadOnlyList<string> PartsOf(string page, string part) =>
        [.. Regex.Matches(page, $"data-testid=\"{part}\">([^<]*)<").Select(
            match => WebUtility.HtmlDecode(match.Groups[1].Value))];

    private static string FormOf(string page) => FormField().Match(page).Groups[1].Value;

    [GeneratedRegex("name=\"form\" value=\"([0-9a-f]{32})\"")]
    private static partial Regex FormField();

    [GeneratedRegex("<script")]
    private static partial Regex Scripts();

    [GeneratedRegex("<img")]
    private static partial Regex Pictures();
}
