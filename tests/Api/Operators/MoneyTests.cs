using System.Text.Json.Nodes;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>The money of a batch, and money that moves past the engine, as an operator sees them.</summary>
[Collection(SaleTests.Name)]
public sealed class MoneyTests(SaleTests.Fixture fixture)
{
    // What the sandbox keeps: 0.6 %.
    private const long Fee = ((Offer.Price * 6) + 500) / 1_000;

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_batch_without_payments_has_no_balance()
    {
        var batch = await _sale.CreateAsync();
        var money = await MoneyAsync(batch);
        ((string?)money["batch"], (bool)money["balanced"]!, (int)money["moreIssues"]!).ShouldBe((batch, true, 0));
        money["balances"]!.AsArray().ShouldBeEmpty();
        money["issues"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_captured_is_sold_or_refunded_in_JSON_and_in_CSV()
    {
        var (batch, _, _, _) = await PaidAsync(stock: 2);
        var (order, user, _) = await PaidInAsync(batch);
        await BalanceIsAsync(batch, 2 * Offer.Price, sold: 2 * Offer.Price);
        (await _sale.CancelAsync(order, user)).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        await BalanceIsAsync(batch, 2 * Offer.Price, sold: Offer.Price, refunded: Offer.Price);

        var csv = (await _sale.Client.SendAsync(
            "GET", $"/api/operator/batches/{batch}/money", _sale.Operator, headers: ("Accept", "text/csv"))).Is(200);
        csv.Header("Content-Disposition")!.ShouldContain($"{batch}-money.csv");
        csv.Text.TrimStart('\uFEFF').Split("\r\n").ShouldBe([
            "\"row\",\"provider\",\"currency\",\"captured\",\"sold\",\"owed\",\"refunded\",\"refundedElsewhere\","
                + "\"balanced\",\"order\",\"payment\",\"amount\",\"code\",\"since\","
                + "\"fees\"",
            $"\"balance\",\"default\",\"CNY\",{2 * Offer.Price},{Offer.Price},0,{Offer.Price},0,\"true\",,,,,,"
                + $"{2 * Fee}",
            "",
        ]);
    }

    [Fact]
    public async Task A_part_refunded_at_the_provider_is_told_shown_and_not_paid_back_again()
    {
        var (batch, order, user, payment) = await PaidAsync();
        var refund = (string)(await ByHandAsync(payment, order, 100)).Is(201)["id"]!;
        await Eventually.HoldsAsync(
            async () => (await MoneyAsync(batch))["issues"]!.AsArray().Count == 1, "the engine is told");
        var issue = (await MoneyAsync(batch))["issues"]![0]!;
        ((string?)issue["kind"], (string?)issue["order"], (string?)issue["payment"], (string?)issue["code"],
            (long)issue["amount"]!["amount"]!)
            .ShouldBe(("paid-order-refunded", order, payment, $"refund {refund}", 100));
        await BalanceIsAsync(batch, Offer.Price, sold: Offer.Price - 100, elsewhere: 100);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid");

        (await _sale.CancelAsync(order, user)).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        await BalanceIsAsync(batch, Offer.Price, refunded: Offer.Price - 100, elsewhere: 100);
        (await MoneyAsync(batch))["issues"]!.AsArray().ShouldBeEmpty();
        (await _sale.AuditAsync(batch)).Payments[new("default", payment)].Elsewhere.ShouldBe(100);
    }

    [Fact]
    public async Task A_payment_that_went_back_whole_leaves_nothing_owed_when_its_order_is_cancelled()
    {
        var (batch, order, user, payment) = await PaidAsync();
        (await ByHandAsync(payment, order, Offer.Price)).Is(201);
        await Eventually.HoldsAsync(
            async () => (await MoneyAsync(batch))["issues"]!.AsArray().Count == 1, "the engine is told");
        (await _sale.CancelAsync(order, user)).Is(200)["status"].ShouldBe("refunded");
        await BalanceIsAsync(batch, Offer.Price, elsewhere: Offer.Price);
    }

    [Fact]
    public async Task A_dispute_is_shown_until_it_ends_and_its_loss_is_money_that_went_back()
    {
        var (batch, order, _, payment) = await PaidAsync();
        (await DisputeAsync(payment, "d-1", "open")).Is(200);
        await Eventually.HoldsAsync(
            async () => await CodeAsync(batch) == "d-1", "the dispute is shown");
        (await DisputeAsync(payment, "d-1", "lost")).Is(200);
        await Eventually.HoldsAsync(
            async () => await CodeAsync(batch) == "dispute d-1", "the loss is shown");
        await BalanceIsAsync(batch, Offer.Price, elsewhere: Offer.Price);
        order.ShouldNotBeEmpty();

        async Task<string?> CodeAsync(string of) =>
            (await MoneyAsync(of))["issues"]!.AsArray() is [{ } issue] ? (string?)issue["code"] : null;
    }

    [Fact]
    public async Task A_stalled_refund_that_was_paid_back_by_hand_is_settled_by_an_operator_once()
    {
        var (batch, order, user, payment) = await PaidAsync();
        (await SettleAsync(order, payment)).IsRefusal(409, "conflict");
        // The engine is not told of a part that goes back: the refund of the whole stalls.
        (await ByHandAsync(payment, order, 100, notify: "no")).Is(201);
        (await _sale.CancelAsync(order, user)).Is(200);
        await Eventually.HoldsAsync(
            async () => (await MoneyAsync(batch))["issues"]!.AsArray() is [{ } issue]
                && (string?)issue["code"] == "409 partly-refunded", "the refund is stalled");

        Answer settled = null!;
        await Eventually.HoldsAsync(async () => (settled = await SettleAsync(order, payment)).Status != 503, "settled");
        settled.Is(200)["status"].ShouldBe("refunded");
        var head = await _sale.HeadAsync(batch);
        (await SettleAsync(order, payment)).Is(200)["status"].ShouldBe("refunded", "a repeat changes nothing");
        (await _sale.HeadAsync(batch)).ShouldBe(head);
        await BalanceIsAsync(batch, Offer.Price, elsewhere: Offer.Price);
        (await MoneyAsync(batch))["issues"]!.AsArray().ShouldBeEmpty();
        (await _sale.AuditAsync(batch)).Payments[new("default", payment)].End.ShouldBe(PaymentEnd.Refunded);
        (await _sale.Client.GetAsync("/api/operator/faults", _sale.Operator)).Is(200).Text.ShouldNotContain(payment);
    }

    [Fact]
    public async Task Only_an_operator_settles_a_payment_that_there_is_for_a_reason_of_the_closed_set()
    {
        var (_, order, user, payment) = await PaidAsync();
        (await SettleAsync(order, payment, by: _sale.Sign.Bearer(user))).IsRefusal(403, "forbidden");
        (await _sale.Client.PostAsync($"/api/operator/orders/{order}/settle")).IsRefusal(401, "unauthenticated");
        (await SettleAsync(order, payment, reason: "because")).IsRefusal(400, "invalid-request", "reason").Text
            .ShouldContain("bank-transfer");
        (await SettleAsync(order, "")).IsRefusal(400, "invalid-request", "payment");
        (await SettleAsync(order, "pay_other")).IsRefusal(404, "not-found");
        (await SettleAsync("nowhere.1", payment)).IsRefusal(404, "not-found");
    }

    private async Task BalanceIsAsync(
        string batch, long captured, long sold = 0, long owed = 0, long refunded = 0, long elsewhere = 0)
    {
        var money = await MoneyAsync(batch);
        ((bool)money["balanced"]!).ShouldBeTrue();
        var balance = money["balances"]!.AsArray().ShouldHaveSingleItem()!;
        ((long)balance["fees"]!).ShouldBe(captured / Offer.Price * Fee, "a refund gives no fee back");
        ((string?)balance["provider"], (string?)balance["currency"], (bool)balance["balanced"]!)
            .ShouldBe(("default", "CNY", true));
        ((string[])["captured", "sold", "owed", "refunded", "refundedElsewhere"])
            .Select(sum => (long)balance[sum]!).ShouldBe([captured, sold, owed, refunded, elsewhere]);
    }

    private async Task<JsonNode> MoneyAsync(string batch) => JsonNode.Parse(
        (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/money", _sale.Operator)).Is(200).Text)!;

    private Task<Answer> SettleAsync(
        string order, string payment, string reason = "bank-transfer", string? by = null) => _sale.Client.PostAsync(
            $"/api/operator/orders/{order}/settle", by ?? _sale.Operator,
            new JsonObject { ["provider"] = "default", ["payment"] = payment, ["reason"] = reason });

    private Task<Answer> ByHandAsync(string payment, string order, long amount, string notify = "yes") =>
        _sale.Client.PostAsync(
            "/sandbox/refunds", $"Bearer {_sale.Front.Secrets.PaymentsApiKey}",
            new JsonObject
            {
                ["payment"] = payment,
                ["order"] = order,
                ["amount"] = new JsonObject { ["amount"] = amount, ["currency"] = "CNY" },
                ["notify"] = notify,
            },
            $"by-hand-{payment}-{amount}");

    private Task<Answer> DisputeAsync(string payment, string dispute, string state) => _sale.Client.PostAsync(
        "/sandbox/disputes", $"Bearer {_sale.Front.Secrets.PaymentsApiKey}",
        new JsonObject { ["payment"] = payment, ["dispute"] = dispute, ["state"] = state });

    private async Task<(string Batch, string Order, string User, string Payment)> PaidAsync(int stock = 1)
    {
        var batch = await _sale.CreateAsync(stock: stock);
        var (order, user, payment) = await PaidInAsync(batch);
        return (batch, order, user, payment);
    }

    private async Task<(string Order, string User, string Payment)> PaidInAsync(string batch)
    {
        var user = _sale.NewUser();
        var order = await _sale.OrderAsync(batch, user);
        var paid = (await _sale.DecideAsync((await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!, "paid"))
            .Is(200);
        await _sale.UntilOrderIsAsync(order, user, "paid");
        return (order, user, paid["payment"]!);
    }
}
