using System.Text;
using System.Text.Json.Nodes;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>
/// From the checkout to the paid or refunded order: engine and sandbox talk to each other over HTTP, as in a real sale.
/// </summary>
[Collection(SaleTests.Name)]
public sealed class PaymentFlowTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_checkout_is_opened_once_and_paying_it_pays_the_order()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 1), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var open = (await _sale.CheckOutAsync(order, user)).Is(200);
        open.Names.ShouldBe(["checkoutUrl", "expiresAt"]);
        open.Header("Cache-Control").ShouldBe("no-store");
        open["expiresAt"].ShouldBe((await _sale.ReadOrderAsync(order, user))["payBy"]);
        var url = new Uri(open["checkoutUrl"]!);
        url.Authority.ShouldBe(_sale.Client.Address.Authority);
        url.AbsolutePath.ShouldMatch("^/sandbox/checkouts/[0-9a-f]{32}$");
        (await _sale.CheckOutAsync(order, user)).Is(200).Text.ShouldBe(open.Text);
        (await _sale.Client.GetAsync(url.PathAndQuery)).Is(302).Header("Location")
            .ShouldBe($"/sandbox/platform/login?returnTo={Uri.EscapeDataString(url.AbsolutePath)}");

        (await _sale.DecideAsync(url.AbsolutePath, "paid")).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "paid");
        (await _sale.CheckOutAsync(order, user)).IsRefusal(409, "order-not-payable");
        await Eventually.HoldsAsync(
            async () => await _sale.BoardAsync(batch) is var board
                && (board.Number("held"), board.Number("sold")) == (0, 1), "the unit is sold");

        // The deadline does not end a paid order.
        _sale.Clock.Advance(TimeSpan.FromSeconds(1_000));
        var ledger = await _sale.AuditAsync(batch);
        ledger.Units.Sold.ShouldBe(1);
        ledger.Payments.Values.Single().End.ShouldBe(PaymentEnd.Sold);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid");
    }

    [Fact]
    public async Task Many_clicks_on_pay_open_one_checkout()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _sale.CheckOutAsync(order, user)));
        answers.ShouldAllBe(answer => answer.Status == 200);
        answers.Select(answer => answer["checkoutUrl"]).Distinct().Count().ShouldBe(1);
        (await _sale.ExportAsync(batch)).Split("checkout-opened").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_declined_payment_changes_nothing_and_may_be_tried_again()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var (order, url) = await CheckedOutAsync(batch, user);
        var before = await _sale.HeadAsync(batch);
        (await _sale.DecideAsync(url, "declined")).Is(200);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("awaiting-payment");
        (await _sale.HeadAsync(batch)).ShouldBe(before);
        (await _sale.DecideAsync(url, "paid")).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "paid");
    }

    [Fact]
    public async Task An_open_checkout_may_still_capture_in_the_grace_after_pay_by()
    {
        var (batch, user) = (await _sale.CreateAsync(windowSeconds: 60), _sale.NewUser());
        var (order, url) = await CheckedOutAsync(batch, user);
        _sale.Clock.Advance(TimeSpan.FromSeconds(65));
        (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"].ShouldBe(url, "the open one is still told");
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, user, "paid");
    }

    [Fact]
    public async Task A_capture_after_the_release_is_paid_back()
    {
        var (batch, user, next) = (await _sale.CreateAsync(stock: 1, windowSeconds: 60), _sale.NewUser(),
            _sale.NewUser());
        var (order, url) = await CheckedOutAsync(batch, user);
        _sale.Clock.Advance(TimeSpan.FromSeconds(91));
        await _sale.UntilOrderIsAsync(order, user, "expired");
        await Eventually.HoldsAsync(async () =>
            (await _sale.BuyAsync(batch, next)).Status == 201, "another has the unit");

        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        var ledger = await _sale.AuditAsync(batch);
        ledger.Payments.Values.Single().End.ShouldBe(PaymentEnd.Refunded);
        (ledger.Units.Held, ledger.Units.Sold).ShouldBe((1, 0));
        await SandboxAgreesAsync(order, ledger);
    }

    [Fact]
    public async Task Cancelling_a_paid_order_frees_its_unit_at_once_and_pays_the_money_back_once()
    {
        var (batch, user, next) = (await _sale.CreateAsync(stock: 1), _sale.NewUser(), _sale.NewUser());
        var (order, url) = await CheckedOutAsync(batch, user);
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, user, "paid");

        (await _sale.CancelAsync(order, user)).Is(200)["status"].ShouldBe("refunding");
        await Eventually.HoldsAsync(async () => (await _sale.BuyAsync(batch, next)).Status == 201, "the unit is free");
        (await _sale.CancelAsync(order, user)).Is(200)["status"]!.ShouldBeOneOf("refunding", "refunded");
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        (await _sale.CancelAsync(order, user)).Is(200)["status"].ShouldBe("refunded");
        await SandboxAgreesAsync(order, await _sale.AuditAsync(batch));
    }

    [Fact]
    public async Task Without_a_grace_a_hold_ends_at_its_pay_by_and_money_that_comes_after_the_sale_goes_back()
    {
        await using var strict = await SaleFront.StartAsync(
            new FrontPlan { Settings = new() { ["Orders:GraceSeconds"] = "0" } });
        var (batch, user) = (await strict.CreateAsync(stock: 1, windowSeconds: 1), strict.NewUser());
        var order = await strict.OrderAsync(batch, user);
        var checkout = await strict.CheckOutAsync(order, user);
        // In real time: the window is a second, so on a slow machine the checkout itself may come too late.
        await strict.UntilOrderIsAsync(order, user, "expired");
        (await strict.CheckOutAsync(order, user)).IsRefusal(409, "order-not-payable");
        if (checkout.Status != 200) return;
        // A unit is free. While the sale is open, the money would buy it.
        (await strict.OperateAsync(batch, "close")).Is(200);
        await strict.DecideAsync(checkout["checkoutUrl"]!, "paid");
        await strict.UntilOrderIsAsync(order, user, "refunded");
        (await strict.AuditAsync(batch)).Payments.Values.Single().End.ShouldBe(PaymentEnd.Refunded);
    }

    [Fact]
    public async Task Notifications_that_do_not_verify_and_ones_that_were_seen_change_nothing()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var signature = new WebhookSignature(PaymentSecrets(_sale.Front.Secrets.WebhookSecret));
        var captured = Captured(order, user);
        var now = _sale.Clock.GetUtcNow();
        var before = await _sale.HeadAsync(batch);

        (await NotifyAsync(captured, "m1", now, "v1,AAAA")).IsRefusal(401, "unauthenticated");
        (await NotifyAsync(captured, "m1", now, null)).IsRefusal(401, "unauthenticated");
        var forger = new WebhookSignature([new byte[32]]);
        (await NotifyAsync(captured, "m1", now, Signed(forger, "m1", now, captured))).IsRefusal(401, "unauthenticated");
        foreach (var off in (int[])[-6, 6])
        {
            var stale = now.AddMinutes(off);
            (await NotifyAsync(captured, "m1", stale, Signed(signature, "m1", stale, captured)))
                .IsRefusal(401, "unauthenticated");
        }

        var altered = captured.Replace("199900", "100", StringComparison.Ordinal);
        (await NotifyAsync(altered, "m1", now, Signed(signature, "m1", now, captured)))
            .IsRefusal(401, "unauthenticated");
        (await NotifyAsync(captured, "m2", now, Signed(signature, "m1", now, captured)))
            .IsRefusal(401, "unauthenticated");
        (await _sale.HeadAsync(batch)).ShouldBe(before);

        // Genuine notifications: of an unknown order, malformed, or of a kind that the engine ignores.
        (await DeliverAsync(Captured("nowhere.2", user))).IsRefusal(404, "not-found");
        (await DeliverAsync(Captured($"{batch}.999", user))).IsRefusal(404, "not-found");
        (await DeliverAsync("[]")).IsRefusal(400, "invalid-request", "body");
        (await DeliverAsync(captured.Replace("\"CNY\"", "\"cny\"", StringComparison.Ordinal)))
            .IsRefusal(400, "invalid-request", "data.amount.currency");
        (await DeliverAsync("""{"type":"something.else","timestamp":"2012-12-21T04:00:00Z","data":{}}""")).Is(204);
        (await _sale.HeadAsync(batch)).ShouldBe(before);

        (await DeliverAsync(captured)).Is(204).Text.ShouldBeEmpty();
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid", "answered after the commit");
        var paid = await _sale.HeadAsync(batch);
        paid.Seq.ShouldBe(before.Seq + 1);
        (await DeliverAsync(captured)).Is(204);
        (await NotifyAsync(captured, "m3", now, Signed(signature, "m3", now, captured))).Is(204);
        (await _sale.HeadAsync(batch)).ShouldBe(paid);

        Task<Answer> DeliverAsync(string body) => NotifyAsync(body, "m1", now, Signed(signature, "m1", now, body));
    }

    [Theory]
    [InlineData("weibo:mallory", 199_900, "CNY")]
    [InlineData(null, 199_899, "CNY")]
    [InlineData(null, 199_900, "USD")]
    public async Task Money_of_the_wrong_payer_or_amount_sells_nothing_and_is_owed_back(string? payer, long amount,
        string currency)
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var signature = new WebhookSignature(PaymentSecrets(_sale.Front.Secrets.WebhookSecret));
        var body = Captured(order, payer ?? user, amount, currency);
        var now = _sale.Clock.GetUtcNow();
        (await NotifyAsync(body, "m1", now, Signed(signature, "m1", now, body))).Is(204);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("awaiting-payment");
        // The sandbox knows no such payment, so the refund stays owed, and the ledger shows that.
        (await _sale.AuditAsync(batch)).Payments.Values.Single().End.ShouldBe(PaymentEnd.Owed);
    }

    private static IReadOnlyList<byte[]> PaymentSecrets(string text) => [Convert.FromBase64String(text)];

    private static string Signed(WebhookSignature signature, string id, DateTimeOffset at, string body) =>
        signature.Sign(id, WebhookSignature.TimestampOf(at), Encoding.UTF8.GetBytes(body));

    private static string Captured(string order, string user, long amount = Offer.Price, string currency = "CNY") =>
        new JsonObject
        {
            ["type"] = "payment.captured",
            ["timestamp"] = "2012-12-21T04:00:00Z",
            ["data"] = new JsonObject
            {
                ["payment"] = $"pay-{order}",
                ["checkout"] = $"co-{order}",
                ["order"] = order,
                ["user"] = user,
                ["amount"] = new JsonObject { ["amount"] = amount, ["currency"] = currency },
            },
        }.ToJsonString();

    private async Task<Answer> NotifyAsync(string body, string id, DateTimeOffset at, string? signature)
    {
        (string, string)[] headers = [("webhook-id", id), ("webhook-timestamp", WebhookSignature.TimestampOf(at))];
        if (signature is not null) headers = [.. headers, ("webhook-signature", signature)];
        return await _sale.Client.SendAsync("POST", "/api/payments/notifications", body: body, headers: headers);
    }

    private async Task<(string Order, string Url)> CheckedOutAsync(string batch, string user)
    {
        var order = await _sale.OrderAsync(batch, user);
        return (order, (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!);
    }

    // The provider's books against the ledger: one payment, one refund, the same ids and amounts.
    private async Task SandboxAgreesAsync(string order, AuditedSale ledger)
    {
        var listed = (await _sale.Client.GetAsync($"/sandbox/payments?order={order}",
            $"Bearer {_sale.Front.Secrets.PaymentsApiKey}")).Is(200);
        var payment = listed.Items.ShouldHaveSingleItem();
        var entered = ledger.Payments[new("default", payment.GetProperty("payment").GetString()!)];
        entered.Fee.ShouldBe(payment.GetProperty("fee").GetProperty("amount").GetInt64());
        entered.Refund.ShouldBe(payment.GetProperty("refund").GetProperty("id").GetString());
        entered.Amount.Value.ShouldBe(payment.GetProperty("refund").GetProperty("amount").GetProperty("amount")
            .GetInt64());
    }
}
