using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansSale.Tests.Api.Line;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Messages;

/// <summary>Messages to buyers as they reach a platform, and as operators see those that do not.</summary>
public sealed class SentMessageTests
{
    private const string Timeline = "/sandbox/platform/timeline", Key = "k-1";

    [Fact]
    public async Task A_refunded_buyer_reads_it_on_the_platform_in_their_language_and_nobody_else_does()
    {
        await using var sale = await StartAsync(("Channels:weibo:Posts:Kind", "Sandbox"));
        var (batch, order) = await RefundedAsync(sale, "weibo:alice");
        var cookie = await LogInAsync(sale, "alice");
        await Eventually.HoldsAsync(
            async () => (await InboxAsync(sale, cookie, "en")).Count == 2, "both messages have come");
        (await InboxAsync(sale, cookie, "en")).ShouldBe(
        [
            $"CN¥1,999 for your order {order} (Xiaomi Mi2 16 GB) was refunded to where it was paid from. It may take "
                + "a few days to show there.",
            $"Your order {order} (Xiaomi Mi2 16 GB) was cancelled. CN¥1,999 is being refunded to where it was paid "
                + "from.",
        ], "the newest first");
        (await InboxAsync(sale, cookie, "zh-CN"))[1]
            .ShouldBe($"您的订单{order}（Xiaomi Mi2 16 GB）已取消。您支付的¥1,999将原路退回。");
        (await PageAsync(sale, cookie, "en")).ShouldContain($"href=\"{sale.Client.Address}sale/{batch}\"");
        (await InboxAsync(sale, await LogInAsync(sale, "bob"), "en")).ShouldBeEmpty();
        (await sale.Client.GetAsync(Timeline)).Text.ShouldNotContain(order, customMessage: "nobody is logged in");
        // A message is on the platform a little before the engine knows it.
        await Eventually.HoldsAsync(
            async () => (await MessagesAsync(sale, batch)).Length == 0, "the platform has them, so none is listed");
    }

    [Fact]
    public async Task A_webhook_is_signed_names_the_user_and_has_the_same_id_until_it_is_taken()
    {
        await using var shop = await Shop.StartAsync();
        shop.Answer = count => count == 1 ? 500 : 204;
        await using var sale = await StartAsync(
            ("Channels:weibo:Posts:Kind", "Webhook"), ("Channels:weibo:Posts:Address", shop.Address.AbsoluteUri),
            ("Channels:weibo:Posts:Secret", Shop.Secret));
        var (batch, order) = await RefundedAsync(sale, "weibo:小明");
        await Eventually.HoldsAsync(() => shop.Taken.Count >= 3, "the first was tried again, and the second has come");
        var taken = shop.Taken;
        taken[1].Id.ShouldBe(taken[0].Id);
        taken[2].Id.ShouldNotBe(taken[0].Id);
        var body = JsonDocument.Parse(taken[1].Body).RootElement;
        body.GetProperty("type").GetString().ShouldBe("message.created");
        var data = body.GetProperty("data");
        Answer.NamesOf(data).ShouldBe(
            ["id", "channel", "user", "kind", "why", "batch", "order", "amount", "text", "link"]);
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("id", taken[1].Id), ("channel", "weibo"), ("user", "小明"), ("kind", "refund"), ("why", "cancelled"),
            ("batch", batch), ("order", order), ("link", $"{sale.Client.Address}sale/{batch}"),
        ])
        {
            data.GetProperty(name).GetString().ShouldBe(value);
        }
        data.GetProperty("amount").GetRawText().ShouldBe("""{"amount":199900,"currency":"CNY"}""");
        Answer.NamesOf(data.GetProperty("text")).ShouldBe(["zh-CN", "en"]);
        JsonDocument.Parse(taken[2].Body).RootElement.GetProperty("data").GetProperty("kind").GetString()
            .ShouldBe("refunded");
    }

    [Fact]
    public async Task A_platform_that_takes_no_message_is_a_fault_and_operators_see_and_retry_what_waits()
    {
        // Nobody listens there.
        await using var sale = await StartAsync(
            ("Channels:weibo:Posts:Kind", "Sandbox"),
            ("Channels:weibo:Posts:Address", "http://127.0.0.1:1/sandbox/platform/posts"));
        var (batch, order) = await RefundedAsync(sale, "weibo:alice");
        await Eventually.HoldsAsync(
            async () => (await MessagesAsync(sale, batch)) is [var first, _]
                && first.GetProperty("delivery").GetProperty("tries").GetInt32() > 0,
            "the first was tried in vain");
        await Eventually.HoldsAsync(
            async () => (await sale.Client.GetAsync("/api/operator/faults", sale.Operator)).Text
                .Contains("\"message-failing\"", StringComparison.Ordinal),
            "it is a fault");
        var message = (await MessagesAsync(sale, batch))[0];
        message.GetProperty("order").GetString().ShouldBe(order);
        message.GetProperty("why").GetString().ShouldBe("cancelled");
        var delivery = message.GetProperty("delivery");
        (delivery.GetProperty("channel").GetString(), delivery.GetProperty("state").GetString())
            .ShouldBe(("weibo", "waiting"));
        delivery.GetProperty("lastError").GetString()!.ShouldStartWith("not reached");

        var path = $"/api/operator/batches/{batch}/messages";
        await Eventually.HoldsAsync(
            async () =>
            {
                // It may be under way at that moment.
                var again = await sale.Client.PostAsync(
                    $"{path}/{message.GetProperty("seq")}/retry", sale.Operator, key: Key);
                return again.Status == 200 && again["order"] == order;
            },
            "it is tried again");
        foreach (var unknown in (string[])[$"{path}/1", $"{path}/x", "/api/operator/batches/nobody/messages/1"])
            (await sale.Client.PostAsync($"{unknown}/retry", sale.Operator)).IsRefusal(404, "not-found");
        (await sale.Client.GetAsync("/api/operator/batches/nobody/messages", sale.Operator))
            .IsRefusal(404, "not-found");
        (await sale.Client.GetAsync(path, sale.Sign.Bearer("weibo:alice"))).IsRefusal(403, "forbidden");
        (await sale.Client.GetAsync(path)).IsRefusal(401, "unauthenticated");
    }

    [Fact]
    public async Task Who_waits_in_the_backlog_reads_on_the_platform_which_batch_comes_next()
    {
        await using var sale = await StartAsync(("Channels:weibo:Posts:Kind", "Sandbox"));
        var (first, second) = await AnnouncedAsync(sale, "weibo:alice");
        var cookie = await LogInAsync(sale, "alice");
        await Eventually.HoldsAsync(
            async () => (await InboxAsync(sale, cookie, "en")).Count == 1, "the message has come");
        (await InboxAsync(sale, cookie, "en"))[0].ShouldStartWith(
            "Xiaomi Mi2 16 GB: your place in the line counts for the next batch. It opens on ");
        (await InboxAsync(sale, cookie, "zh-CN"))[0].ShouldStartWith("您候补的Xiaomi Mi2 16 GB将开启新一批销售，");
        (await PageAsync(sale, cookie, "en")).ShouldContain($"href=\"{sale.Client.Address}sale/{second}\"");
        (await InboxAsync(sale, await LogInAsync(sale, "bob"), "en")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_next_batch_that_cannot_be_told_is_listed_and_tried_again_by_its_number()
    {
        await using var shop = await Shop.StartAsync();
        shop.Answer = _ => 500;
        await using var sale = await StartAsync(
            ("Channels:weibo:Posts:Kind", "Webhook"), ("Channels:weibo:Posts:Address", shop.Address.AbsoluteUri),
            ("Channels:weibo:Posts:Secret", Shop.Secret));
        var (first, second) = await AnnouncedAsync(sale, "weibo:alice");
        await Eventually.HoldsAsync(
            async () => await MessagesAsync(sale, first) is [var waits]
                && waits.GetProperty("delivery").GetProperty("tries").GetInt32() > 0,
            "it was tried in vain");
        var message = (await MessagesAsync(sale, first))[0];
        Answer.NamesOf(message).ShouldBe(["seq", "kind", "at", "delivery", "place", "nextBatch"]);
        (message.GetProperty("kind").GetString(), message.GetProperty("place").GetInt32(),
            message.GetProperty("nextBatch").GetString()).ShouldBe(("next-batch", 1, second));
        await Eventually.HoldsAsync(
            // It may be under way at that moment.
            async () => (await sale.Client.PostAsync(
                $"/api/operator/batches/{first}/messages/{message.GetProperty("seq")}/retry", sale.Operator,
                key: Key)).Status == 200,
            "it is tried again");
        var taken = shop.Taken.Select(one => one.Id).Distinct().ShouldHaveSingleItem();
        var data = JsonDocument.Parse(shop.Taken[0].Body).RootElement.GetProperty("data");
        Answer.NamesOf(data).ShouldBe(
            ["id", "channel", "user", "kind", "batch", "place", "nextBatch", "saleOpens", "text", "link"]);
        (data.GetProperty("id").GetString(), data.GetProperty("batch").GetString()).ShouldBe((taken, first));
        data.GetProperty("link").GetString().ShouldBe($"{sale.Client.Address}sale/{second}");
    }

    private static Task<SaleFront> StartAsync(params (string Key, string Value)[] settings) =>
        SaleFront.StartAsync(new FrontPlan { Settings = settings.ToDictionary(each => each.Key, each => each.Value) });

    // The buyer pays at the sandbox and cancels.
    private static async Task<(string Batch, string Order)> RefundedAsync(SaleFront sale, string user)
    {
        var batch = await sale.CreateAsync();
        var order = await sale.OrderAsync(batch, user);
        await sale.DecideAsync((await sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!, "paid");
        await sale.UntilOrderIsAsync(order, user, "paid");
        (await sale.CancelAsync(order, user)).Is(200);
        await sale.UntilOrderIsAsync(order, user, "refunded");
        return (batch, order);
    }

    // The buyer waited at the end of the first batch, and the second one takes the backlog.
    private static async Task<(string First, string Second)> AnnouncedAsync(SaleFront sale, string user)
    {
        var first = await SoldOutBatch.OpenAsync(sale);
        await sale.RegisterAsync(first.Id, user);
        (await sale.StandByAsync(first.Id, user)).Is(202);
        (await sale.OperateAsync(first.Id, "close")).Is(200);
        var second = await sale.CreateAsync(
            Stage.Reserving, stock: 1, change: terms => terms["backlogUnits"] = 1);
        return (first.Id, second);
    }

    private static async Task<JsonElement[]> MessagesAsync(SaleFront sale, string batch) =>
        (await sale.Client.GetAsync($"/api/operator/batches/{batch}/messages", sale.Operator)).Is(200).Items;

    private static async Task<string> PageAsync(SaleFront sale, string cookie, string language) =>
        (await sale.Client.SendAsync("GET", $"{Timeline}?lang={language}", headers: ("Cookie", cookie))).Is(200).Text;

    private static async Task<IReadOnlyList<string>> InboxAsync(SaleFront sale, string cookie, string language) =>
    [
        .. Regex.Matches(await PageAsync(sale, cookie, language), "data-testid=\"message-text\">([^<]*)<")
            .Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)),
    ];

    private static async Task<string> LogInAsync(SaleFront sale, string user)
    {
        using var form = new FormUrlEncodedContent([new("as", user)]);
        return (await sale.Client.PostAsync("/sandbox/platform/login", body: form)).Header("Set-Cookie")!.Split(';')[0];
    }
}
