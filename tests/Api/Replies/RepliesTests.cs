using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Tests.Api.Replies;

/// <summary>Buying by a reply to a post of the sale.</summary>
public sealed class RepliesTests(RepliesTests.Fixture fixture) : IClassFixture<RepliesTests.Fixture>
{
    private const string Secret = "whsec_cmVwbGllcy1vZi1hLXRlc3QtcGxhdGZvcm0hIQ==";

    private static readonly WebhookSignature Platform = new(WebhookSecrets.Parse(Secret)!);
    private static int _count;

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task The_buy_word_is_the_purchase_of_the_user_who_replied()
    {
        var (batch, post) = await AnnouncedAsync(stock: 1);
        await _sale.RegisterAsync(batch, "weibo:alice");
        var answer = (await ReplyAsync(Said("buy", post, "alice", "r1"))).Is(200);
        (answer["result"], answer["language"]).ShouldBe(("ordered", "en"));
        answer["text"]!.ShouldStartWith("You got it: ");
        answer["link"].ShouldBe(new Uri(_sale.Client.Address, $"/sale/{batch}?pay={answer["order"]}").AbsoluteUri);
        var order = (await _sale.ReadOrderAsync(answer["order"]!, "weibo:alice")).Is(200);
        (order["batch"], order["status"]).ShouldBe((batch, "awaiting-payment"));

        // It is the key: a repeat buys nothing again, and no reply of others sells the unit twice.
        (await ReplyAsync(Said("buy", post, "alice", "r1"))).Is(200)["order"].ShouldBe(answer["order"]);
        await _sale.RegisterAsync(batch, "weibo:小明");
        var late = (await ReplyAsync(Said("@shop 抢购！", post, "小明", "r2"))).Is(200);
        (late["result"], late["code"], late["language"]).ShouldBe(("refused", "sold-out", "zh-CN"));
        late["text"]!.ShouldStartWith("目前已全部抢完");
        late["link"].ShouldBe(new Uri(_sale.Client.Address, $"/sale/{batch}").AbsoluteUri);
        (await _sale.AuditAsync(batch)).Orders.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_rules_and_limits_are_those_of_every_purchase()
    {
        var (batch, post) = await AnnouncedAsync();
        await RefusedAsync(post, "stranger", "not-reserved");
        await _sale.RegisterAsync(batch, "weibo:bob");
        (await ReplyAsync(Said("buy", post, "bob"))).Is(200)["result"].ShouldBe("ordered");
        await RefusedAsync(post, "bob", "limit-reached");
        (await _sale.OperateAsync(batch, "pause")).Is(200);
        await RefusedAsync(post, "stranger", "paused");
        var (_, early) = await AnnouncedAsync(Stage.Reserving);
        (await RefusedAsync(early, "bob", "sale-not-open"))["text"]!.ShouldContain(" UTC.");
    }

    [Fact]
    public async Task A_reply_under_the_key_of_a_place_in_the_line_says_that_its_user_waits()
    {
        var (batch, post) = await AnnouncedAsync(stock: 1);
        foreach (var user in (string[])["weibo:first", "weibo:waits"]) await _sale.RegisterAsync(batch, user);
        (await ReplyAsync(Said("buy", post, "first"))).Is(200)["result"].ShouldBe("ordered");
        (await _sale.Client.BuyAsync(
            batch, "Ticket " + _sale.Sign.Ticket("weibo:waits", batch), "line-1",
            new JsonObject { ["quantity"] = 1, ["standby"] = true })).Is(202);
        var answer = (await ReplyAsync(Said("buy", post, "waits", "line-1"))).Is(200);
        (answer["result"], answer["code"]).ShouldBe(("refused", "limit-reached"));
        answer["text"]!.ShouldBe("You wait in the line already. The page shows your place.");
    }

    [Fact]
    public async Task A_reply_of_any_other_words_is_ignored()
    {
        var (batch, post) = await AnnouncedAsync();
        await _sale.RegisterAsync(batch, "weibo:alice");
        (await ReplyAsync(Said("I will not buy <script>", post, "alice"))).Is(200).Names.ShouldBe(["result"]);
        (await _sale.AuditAsync(batch)).Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_post_of_a_product_leads_to_its_batch_and_the_language_may_be_named()
    {
        var batch = await _sale.CreateAsync();
        var product = (await _sale.BoardAsync(batch))["product.id"]!;
        var post = await AnnounceAsync(new JsonObject { ["product"] = product, ["text"] = "Now" });
        var said = Said("buy", post, "alice");
        said["language"] = "zh-CN";
        await _sale.RegisterAsync(batch, "weibo:alice");
        var answer = (await ReplyAsync(said)).Is(200);
        (answer["result"], answer["language"]).ShouldBe(("ordered", "zh-CN"));
        answer["text"]!.ShouldStartWith("恭喜您抢到了");
    }

    [Fact]
    public async Task What_the_platform_did_not_sign_now_is_not_read()
    {
        var (_, post) = await AnnouncedAsync();
        var body = Said("buy", post, "alice").ToJsonString();
        (await _sale.Client.PostAsync("/api/channels/weibo/replies", body: body))
            .IsRefusal(401, "unauthenticated");
        var other = new WebhookSignature([new byte[32]]);
        (await SendAsync(body, signature: other)).IsRefusal(401, "unauthenticated");
        (await SendAsync(body, sent: body.Replace("alice", "mallory", StringComparison.Ordinal)))
            .IsRefusal(401, "unauthenticated");
        (await SendAsync("not JSON", signature: other)).IsRefusal(401, "unauthenticated");
        (await SendAsync(body, late: WebhookSignature.Tolerance + TimeSpan.FromSeconds(1)))
            .IsRefusal(401, "unauthenticated");
        (await SendAsync(body)).Is(200);
    }

    [Theory]
    [InlineData("id", "")]
    [InlineData("id", "a b")]
    [InlineData("user", "a:b")]
    [InlineData("user", "a/b")]
    [InlineData("user", "\u202Ealice")]
    [InlineData("text", "\u0000")]
    [InlineData("language", "de")]
    [InlineData("post", "")]
    public async Task A_member_that_does_not_fit_is_named(string member, string value)
    {
        var said = Said("buy", "batch-x.1", "alice");
        said[member] = value;
        (await ReplyAsync(said)).IsRefusal(400, "invalid-request", member);
    }

    [Fact]
    public async Task There_are_no_replies_to_what_is_not_there()
    {
        var (batch, post) = await AnnouncedAsync();
        foreach (var unknown in (string[])["batch-none.1", $"batch-{batch}.99", "nonsense", "product-none.1"])
            (await ReplyAsync(Said("buy", unknown, "alice"))).IsRefusal(404, "not-found");
        var teaser = await AnnounceAsync(new JsonObject
        {
            ["batch"] = batch,
            ["text"] = "Soon",
            ["at"] = _sale.Clock.GetUtcNow().AddHours(1).ToString("O"),
        });
        (await ReplyAsync(Said("buy", teaser, "alice"))).IsRefusal(404, "not-found");
        (await ReplyAsync(Said("buy", post, "alice"), "quiet")).IsRefusal(404, "not-found");
        (await ReplyAsync(Said("buy", post, "alice"), "none")).IsRefusal(404, "not-found");
    }

    private async Task<Answer> RefusedAsync(string post, string user, string code)
    {
        var answer = (await ReplyAsync(Said("buy", post, user))).Is(200);
        (answer["result"], answer["code"]).ShouldBe(("refused", code));
        answer["text"]!.ShouldNotBeEmpty();
        return answer;
    }

    private async Task<(string Batch, string Post)> AnnouncedAsync(Stage stage = Stage.OnSale, int stock = 10)
    {
        var batch = await _sale.CreateAsync(stage, stock);
        return (batch, await AnnounceAsync(new JsonObject { ["batch"] = batch, ["text"] = "Now" }));
    }

    private async Task<string> AnnounceAsync(JsonObject announcement) =>
        (await _sale.Client.PostAsync("/api/operator/announcements", _sale.Operator, announcement)).Is(201)["id"]!;

    private JsonObject Said(string text, string post, string user, string? id = null) => new()
    {
        ["id"] = id ?? $"reply-{++_count}",
        ["user"] = user,
        ["post"] = post,
        ["text"] = text,
    };

    private Task<Answer> ReplyAsync(JsonObject said, string channel = "weibo") =>
        SendAsync(said.ToJsonString(), channel);

    private Task<Answer> SendAsync(
        string signed, string channel = "weibo", WebhookSignature? signature = null, string? sent = null,
        TimeSpan late = default)
    {
        var (id, timestamp) = ($"msg-{++_count}", WebhookSignature.TimestampOf(_sale.Clock.GetUtcNow() - late));
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(sent ?? signed));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return _sale.Client.SendAsync(
            "POST", $"/api/channels/{channel}/replies", body: content, headers:
            [
                (WebhookSignature.IdHeader, id), (WebhookSignature.TimestampHeader, timestamp),
                (WebhookSignature.SignatureHeader,
                    (signature ?? Platform).Sign(id, timestamp, Encoding.UTF8.GetBytes(signed))),
            ]);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal SaleFront Front { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Front = await SaleFront.StartAsync(new FrontPlan
        {
            Settings = new()
            {
                ["Channels:weibo:Name:zh-CN"] = "微博",
                ["Channels:weibo:Replies:Secret"] = Secret,
                ["Channels:quiet:Name:en"] = "Quiet",
            },
        });

        public ValueTask DisposeAsync() => Front.DisposeAsync();
    }
}
