using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Payments;

/// <summary>
/// Somebody pays a buyer back at the provider, past the engine: under a key of their own, as the provider's own console
/// does.
/// </summary>
[Collection(SaleTests.Name)]
public sealed class RefundByHandTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task What_was_paid_back_by_hand_makes_the_order_refunded_once_it_is_owed()
    {
        var (batch, user, order, payment) = await PaidAsync();
        var refund = (await ByHandAsync(payment, order, Offer.Price)).Is(201)["id"];
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("paid", "nobody has told the engine");

        (await _sale.CancelAsync(order, user)).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        var entered = (await _sale.AuditAsync(batch)).Payments[new("default", payment)];
        (entered.End, entered.Refund).ShouldBe((PaymentEnd.Refunded, refund));
        (await FaultsOfAsync(batch)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_part_paid_back_by_hand_leaves_it_owed_and_shown_until_the_rest_is_paid_back_too()
    {
        var (batch, user, order, payment) = await PaidAsync();
        (await ByHandAsync(payment, order, 100)).Is(201);
        (await _sale.CancelAsync(order, user)).Is(200);
        await Eventually.HoldsAsync(async () => (await FaultsOfAsync(batch)).Length == 1, "the refund is stalled");
        var fault = (await FaultsOfAsync(batch)).Single();
        fault["kind"]!.ToString().ShouldBe("refund-stalled");
        foreach (var part in (string[])[order, payment, "409 partly-refunded", $"{Offer.Price} CNY"])
            fault["detail"]!.ToString().ShouldContain(part);
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("refunding");
        // The figures follow at the batch's next tick.
        foreach (var figure in (string[])
        [
            """(?m)^sale_refund_attempts_total\{.*outcome="refused".*\} [1-9]""",
            """(?m)^sale_refunds_stalled\{.*\} [1-9]""",
            """(?m)^sale_refunds_stalled_oldest_seconds\{.*\} [0-9.]+""",
        ])
        {
            await Eventually.HoldsAsync(
                async () => Regex.IsMatch(
                    (await _sale.Client.GetAsync("/metrics", _sale.Operator)).Is(200).Text, figure),
                figure);
        }

        var rest = (await ByHandAsync(payment, order, Offer.Price - 100)).Is(201)["id"];
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        var entered = (await _sale.AuditAsync(batch)).Payments[new("default", payment)];
        (entered.End, entered.Refund, entered.Amount.Value).ShouldBe((PaymentEnd.Refunded, rest, Offer.Price));
        (await FaultsOfAsync(batch)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_part_paid_back_under_the_engine_s_own_key_leaves_it_owed_only_until_the_rest_is_paid_back()
    {
        var (batch, user, order, payment) = await PaidAsync();
        (await ByHandAsync(payment, order, 100, key: payment)).Is(201);
        (await _sale.CancelAsync(order, user)).Is(200);
        await Eventually.HoldsAsync(async () => (await FaultsOfAsync(batch)).Length == 1, "the refund is stalled");
        (await FaultsOfAsync(batch)).Single()["detail"]!.ToString().ShouldContain("409 conflict");

        var rest = (await ByHandAsync(payment, order, Offer.Price - 100)).Is(201)["id"];
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        var entered = (await _sale.AuditAsync(batch)).Payments[new("default", payment)];
        (entered.End, entered.Refund, entered.Amount.Value).ShouldBe((PaymentEnd.Refunded, rest, Offer.Price));
    }

    [Fact]
    public async Task Faults_are_for_operators_only()
    {
        (await _sale.Client.GetAsync("/api/operator/faults")).IsRefusal(401, "unauthenticated");
        (await _sale.Client.GetAsync("/api/operator/faults", _sale.Sign.Bearer(_sale.NewUser())))
            .IsRefusal(403, "forbidden");
        (await _sale.Client.GetAsync("/api/operator/faults", _sale.Operator)).Is(200).Header("Cache-Control")
            .ShouldBe("no-store");
    }

    private async Task<(string Batch, string User, string Order, string Payment)> PaidAsync()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 1), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var paid = (await _sale.DecideAsync((await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!, "paid"))
            .Is(200);
        await _sale.UntilOrderIsAsync(order, user, "paid");
        return (batch, user, order, paid["payment"]!);
    }

    private Task<Answer> ByHandAsync(string payment, string order, long amount, string? key = null) =>
        _sale.Client.PostAsync(
        "/sandbox/refunds",
        $"Bearer {_sale.Front.Secrets.PaymentsApiKey}",
        new JsonObject
        {
            ["payment"] = payment,
            ["order"] = order,
            ["amount"] = new JsonObject { ["amount"] = amount, ["currency"] = "CNY" },
            // What the engine is told of is in MoneyMovedTests.
            ["notify"] = "no",
        },
        key ?? $"by-hand-{payment}-{amount}");

    private async Task<JsonObject[]> FaultsOfAsync(string batch)
    {
        var listed =
            JsonNode.Parse((await _sale.Client.GetAsync("/api/operator/faults", _sale.Operator)).Is(200).Text)!;
        return [.. listed["items"]!.AsArray().Select(item => item!.AsObject())
            .Where(item => (string?)item["batch"] == batch)];
    }
}
