using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Posts;

namespace OrleansSale.Tests.Api.Announcements;

/// <summary>What each channel is sent, and what its answers mean.</summary>
public sealed class PostPublisherTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("the webhook secret of the tests.");

    private static readonly LinkCard Card = new("Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), Noon, null);

    private readonly Platform _platform = new();
    private readonly ServiceProvider _services;

    public PostPublisherTests()
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ConfiguredChannels(new ChannelsOptions
        {
            ["hook"] = new()
            {
                Posts = new()
                {
                    Kind = PostKind.Webhook,
                    Address = new("https://shop.test/hook"),
                    Secret = Convert.ToBase64String(Secret),
                },
            },
            ["weibo"] = new() { Posts = new() { Kind = PostKind.Weibo, AccessToken = "token" } },
            ["sandbox"] = new() { Posts = new() { Kind = PostKind.Sandbox, Address = new("http://sandbox.test/p") } },
            ["unbound"] = new() { Posts = new() { Kind = PostKind.Sandbox } },
            ["silent"] = new(),
        }));
        services.AddOptions<PaymentOptions>().Configure(options =>
            (options.PublicAddress, options.ApiKey) = (new("https://sale.test"), "the key"));
        services.AddPosts();
        foreach (var name in (string[])["posts", "posts-local"])
            services.AddHttpClient(name).ConfigurePrimaryHttpMessageHandler(() => _platform);
        _services = services.BuildServiceProvider();
    }

    private IPostPublisher Publisher => _services.GetRequiredService<IPostPublisher>();

    public void Dispose()
    {
        _services.Dispose();
        _platform.Dispose();
    }

    [Fact]
    public async Task A_webhook_is_signed_and_a_repeat_has_the_same_id()
    {
        _platform.Answer = () => new(HttpStatusCode.NoContent);
        (await PublishAsync("hook")).ShouldBe(new PostResult(PostOutcome.Delivered));
        await PublishAsync("hook");
        var (first, body) = _platform.Requests[0];
        var (second, _) = _platform.Requests[1];
        first.RequestUri.ShouldBe(new Uri("https://shop.test/hook"));
        second.Headers.GetValues("webhook-id").ShouldBe(first.Headers.GetValues("webhook-id"));
        var timestamp = first.Headers.GetValues("webhook-timestamp").Single();
        first.Headers.GetValues("webhook-signature").Single()
            .ShouldBe(new WebhookSignature([Secret]).Sign("msg_1", timestamp, Encoding.UTF8.GetBytes(body)));
        body.ShouldBe("""
            {"type":"announcement.published","timestamp":"2012-12-21T04:00:00Z","data":{"id":"batch-mi2-1.1",
            "channel":"hook","batch":"mi2-1","text":{"zh-CN":"\u5F00\u95E8\u4E86","en":"Open"},
            "link":"https://sale.test/sale/mi2-1","imageUrl":"https://sale.test/mi2.png",
            "card":{"title":{"zh-CN":"\u9650\u91CF\u62A2\u8D2D","en":"Limited sale"},"product":"Xiaomi Mi2 16 GB",
            "price":{"amount":199900,"currency":"CNY"},"saleOpens":"2012-12-21T04:00:00Z"}}}
            """.ReplaceLineEndings(""));
    }

    [Theory]
    [InlineData(200, PostOutcome.Delivered)]
    [InlineData(202, PostOutcome.Delivered)]
    [InlineData(302, PostOutcome.TryLater)]
    [InlineData(400, PostOutcome.TryLater)]
    [InlineData(410, PostOutcome.Gone)]
    [InlineData(503, PostOutcome.TryLater)]
    public async Task The_answer_of_a_webhook_says_whether_it_is_tried_again(int status, PostOutcome expected)
    {
        _platform.Answer = () => new((HttpStatusCode)status);
        (await PublishAsync("hook")).Outcome.ShouldBe(expected);
    }

    [Fact]
    public async Task A_platform_that_asks_for_time_is_given_it()
    {
        _platform.Answer = () => new(HttpStatusCode.TooManyRequests) { Headers = { { "Retry-After", "90" } } };
        foreach (var channel in (string[])["hook", "weibo", "sandbox"])
        {
            var result = await PublishAsync(channel);
            (result.Outcome, result.RetryAfter).ShouldBe((PostOutcome.TryLater, TimeSpan.FromSeconds(90)), channel);
        }
    }

    [Fact]
    public async Task Weibo_is_sent_the_text_in_Chinese_and_the_link()
    {
        _platform.Answer = () => Json(200, """{"idstr":"1"}""");
        (await PublishAsync("weibo")).Outcome.ShouldBe(PostOutcome.Delivered);
        var (request, body) = _platform.Requests[0];
        request.RequestUri.ShouldBe(new Uri("https://api.weibo.com/2/statuses/share.json"));
        var form = HttpUtility.ParseQueryString(body);
        form["access_token"].ShouldBe("token");
        form["status"].ShouldBe("开门了 https://sale.test/sale/mi2-1");
    }

    // Weibo takes each call for a new post: only what it certainly did not take is tried again.
    [Theory]
    [InlineData(200, """{"idstr":"1"}""", PostOutcome.Delivered)]
    [InlineData(200, "{}", PostOutcome.Unknown)]
    [InlineData(200, "<html>", PostOutcome.Unknown)]
    [InlineData(403, """{"error":"out of rate limit","error_code":10023}""", PostOutcome.TryLater)]
    [InlineData(400, """{"error":"repeat content","error_code":20019}""", PostOutcome.Refused)]
    [InlineData(401, """{"error":"expired_token","error_code":21327}""", PostOutcome.Refused)]
    [InlineData(503, """{"error":"system busy","error_code":10001}""", PostOutcome.Unknown)]
    [InlineData(502, "", PostOutcome.Unknown)]
    [InlineData(404, "", PostOutcome.Refused)]
    public async Task The_answer_of_Weibo_says_whether_it_has_the_post(int status, string body, PostOutcome expected)
    {
        _platform.Answer = () => Json(status, body);
        (await PublishAsync("weibo")).Outcome.ShouldBe(expected);
    }

    [Theory]
    [InlineData("weibo", HttpRequestError.ConnectionError, PostOutcome.TryLater)]
    [InlineData("weibo", HttpRequestError.NameResolutionError, PostOutcome.TryLater)]
    [InlineData("weibo", HttpRequestError.ResponseEnded, PostOutcome.Unknown)]
    [InlineData("hook", HttpRequestError.ResponseEnded, PostOutcome.TryLater)]
    [InlineData("sandbox", HttpRequestError.ResponseEnded, PostOutcome.TryLater)]
    public async Task A_lost_answer_leaves_it_open_only_where_a_repeat_would_harm(
        string channel, HttpRequestError lost, PostOutcome expected)
    {
        _platform.Answer = () => throw new HttpRequestException(lost);
        (await PublishAsync(channel)).Outcome.ShouldBe(expected);
    }

    [Fact]
    public async Task The_sandbox_is_sent_the_merchants_key_and_the_posts_id()
    {
        _platform.Answer = () => new(HttpStatusCode.Created);
        (await PublishAsync("sandbox")).Outcome.ShouldBe(PostOutcome.Delivered);
        var (request, _) = _platform.Requests[0];
        request.RequestUri.ShouldBe(new Uri("http://sandbox.test/p"));
        request.Headers.Authorization!.ToString().ShouldBe("Bearer the key");
        request.Headers.GetValues("Idempotency-Key").ShouldBe(["msg_1"]);
        _platform.Answer = () => new(HttpStatusCode.Conflict);
        (await PublishAsync("sandbox")).Outcome.ShouldBe(PostOutcome.Refused);
    }

    [Fact]
    public async Task A_message_to_a_user_is_signed_and_says_whom_it_is_for_and_what_it_is_about()
    {
        _platform.Answer = () => new(HttpStatusCode.NoContent);
        (await SendAsync("hook")).ShouldBe(new PostResult(PostOutcome.Delivered));
        var (request, body) = _platform.Requests[0];
        request.RequestUri.ShouldBe(new Uri("https://shop.test/hook"));
        var timestamp = request.Headers.GetValues("webhook-timestamp").Single();
        request.Headers.GetValues("webhook-signature").Single()
            .ShouldBe(new WebhookSignature([Secret]).Sign("msg_1", timestamp, Encoding.UTF8.GetBytes(body)));
        var sent = JsonNode.Parse(body)!;
        ((string)sent["type"]!, (string)sent["timestamp"]!).ShouldBe(("message.created", "2012-12-21T04:00:00Z"));
        var data = sent["data"]!;
        data["text"]!["zh-CN"]!.ToString().ShouldBe(
            "您的订单mi2-1.17（Xiaomi Mi2 16 GB）由其他账号付款，本次付款无效。¥1,999将原路退回付款账号；如订单仍待付款，请用本账号付款。");
        data["text"]!["en"]!.ToString().ShouldBe(
            "A payment of CN¥1,999 for your order mi2-1.17 (Xiaomi Mi2 16 GB) came from another account, and does not "
                + "count. It is being refunded there. If the order still awaits payment, please pay with your own.");
        data.AsObject().Remove("text");
        data.ToJsonString().ShouldBe("""
            {"id":"msg_1","channel":"hook","user":"alice","kind":"refund","why":"wrong-payer","batch":"mi2-1",
            "order":"mi2-1.17","amount":{"amount":199900,"currency":"CNY"},"link":"https://sale.test/sale/mi2-1"}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task A_message_goes_to_the_sandbox_beside_its_posts_and_never_to_Weibo()
    {
        _platform.Answer = () => new(HttpStatusCode.Created);
        (await SendAsync("sandbox")).Outcome.ShouldBe(PostOutcome.Delivered);
        var (request, body) = _platform.Requests[0];
        request.RequestUri.ShouldBe(new Uri("http://sandbox.test/messages"));
        request.Headers.Authorization!.ToString().ShouldBe("Bearer the key");
        request.Headers.GetValues("Idempotency-Key").ShouldBe(["msg_1"]);
        ((string)JsonNode.Parse(body)!["user"]!).ShouldBe("alice");
        foreach (var channel in (string[])["weibo", "silent", "nowhere"])
            (await SendAsync(channel)).Outcome.ShouldBe(PostOutcome.Refused, channel);
        _platform.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public void Every_message_about_money_has_a_text_in_both_languages_with_order_product_and_amount()
    {
        foreach (var kind in (MessageKind[])[MessageKind.Refund, MessageKind.Refunded])
        {
            foreach (var why in Enum.GetValues<RefundCause>())
            {
                var text = MessageTexts.Of(Content(kind, why, new Money(1_234, "KWD")));
                foreach (var said in (string?[])[text.English, text.Chinese])
                    foreach (var part in (string[])["mi2-1.17", "Xiaomi Mi2 16 GB", "KWD\u00a01.234"])
                        said.ShouldNotBeNull().ShouldContain(part);
                text.Chinese!.ShouldContain(kind == MessageKind.Refund ? "将原路退回" : "已原路退回");
            }
        }
    }

    [Theory]
    [InlineData(410, PostOutcome.Gone)]
    [InlineData(503, PostOutcome.TryLater)]
    public async Task The_answer_to_a_message_means_what_it_means_for_a_post(int status, PostOutcome expected)
    {
        _platform.Answer = () => new((HttpStatusCode)status);
        (await SendAsync("hook")).Outcome.ShouldBe(expected);
    }

    [Fact]
    public async Task Before_the_process_listens_the_sandboxs_post_waits()
    {
        (await PublishAsync("unbound")).Outcome.ShouldBe(PostOutcome.TryLater);
        (await SendAsync("unbound")).Outcome.ShouldBe(PostOutcome.TryLater);
        _platform.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void A_channel_without_posts_takes_none_and_the_others_say_whether_a_repeat_is_harmless()
    {
        Publisher.Find("silent").ShouldBeNull();
        Publisher.Find("nowhere").ShouldBeNull();
        Publisher.Find("hook")!.IsRepeatHarmless.ShouldBeTrue();
        Publisher.Find("sandbox")!.IsRepeatHarmless.ShouldBeTrue();
        Publisher.Find("weibo")!.IsRepeatHarmless.ShouldBeFalse();
        foreach (var channel in (string[])["hook", "sandbox", "weibo"])
        {
            var place = Publisher.Find(channel)!;
            place.TakesMessages.ShouldBe(place.IsRepeatHarmless, $"{channel}: a message is sent again after a crash");
        }
    }

    [Fact]
    public void A_text_for_Weibo_keeps_its_limit_and_the_whole_link()
    {
        const string Link = "https://sale.test/sale/mi2-1";
        string[] characters = ["a", "米", "😀", "👩‍👩‍👧", " "];
        Gen.OneOf([.. characters.Select(Gen.Const)]).Array[0, 200].Select(string.Concat).Sample(text =>
        {
            var posted = WeiboText.Of(text, Link);
            WeiboText.HalvesOf(posted).ShouldBeLessThanOrEqualTo(WeiboText.MaxHalves);
            posted.ShouldEndWith(" " + Link);
            // No character is cut in two.
            Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(posted)).ShouldBe(posted);
        });
        WeiboText.Of("开门了", Link).ShouldBe($"开门了 {Link}");
    }

    private Task<PostResult> PublishAsync(string channel) => Publisher.PublishAsync(
        new Post("msg_1", new(channel, "mi2-1", Card),
            new Announcement("batch-mi2-1.1", new("Open", "开门了"), "/mi2.png", Noon)),
        TestContext.Current.CancellationToken);

    private Task<PostResult> SendAsync(string channel) => _services.GetRequiredService<IMessageSender>().SendAsync(
        new UserMessage("msg_1", channel, "alice", Content(
            MessageKind.Refund, RefundCause.WrongPayer, new Money(199_900, "CNY"))),
        TestContext.Current.CancellationToken);

    private static MessageContent Content(MessageKind kind, RefundCause why, Money amount) =>
        new(kind, "mi2-1", "mi2-1.17", "Xiaomi Mi2 16 GB", why, amount, Noon);

    private static HttpResponseMessage Json(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private sealed class Platform : HttpMessageHandler
    {
        public Func<HttpResponseMessage> Answer { get; set; } = () => new(HttpStatusCode.OK);

        public List<(HttpRequestMessage Request, string Body)> Requests { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add((request, await request.Content!.ReadAsStringAsync(cancellationToken)));
            return Answer();
        }
    }
}
