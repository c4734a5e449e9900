using System.Text.Json.Nodes;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>Recalls of orders, and batches that the public list leaves out.</summary>
[Collection(SaleTests.Name)]
public sealed class RecallTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_dry_run_counts_and_a_recall_cancels_refunds_and_pauses()
    {
        var (batch, unpaid, payer) = (await _sale.CreateAsync(limit: 2), _sale.NewUser(), _sale.NewUser());
        var awaiting = await _sale.OrderAsync(batch, unpaid, 2);
        var paid = await PaidAsync(batch, payer);
        await using var viewer = await Viewer.OpenAsync(
            _sale.Client, $"/api/me/live?batch={batch}", _sale.Sign.Bearer(unpaid));
        (await viewer.NextAsync("order")).GetProperty("status").GetString().ShouldBe("awaiting-payment");

        var head = await _sale.HeadAsync(batch);
        var counted = (await RecallAsync(batch, "all", dryRun: true)).Is(200);
        (counted.Member("dryRun").GetBoolean(), counted.Member("finished").GetBoolean()).ShouldBe((true, false));
        CheckCovered(counted);
        (await _sale.HeadAsync(batch)).ShouldBe(head, "a dry run changes nothing");
        (await FindAsync(batch)).IsRefusal(404, "not-found");

        var recalled = (await RecallAsync(batch, "all", key: "r")).Is(200);
        (recalled["orders"], recalled["reason"]).ShouldBe(("all", "a defect"));
        recalled.Member("dryRun").GetBoolean().ShouldBeFalse();
        CheckCovered(recalled);
        var board = (await _sale.BoardAsync(batch)).Is(200);
        (board["phase"], board["pauseReason"]).ShouldBe(("paused", "a defect"));
        await _sale.UntilOrderIsAsync(awaiting, unpaid, "cancelled");
        await _sale.UntilOrderIsAsync(paid, payer, "refunded");
        (await viewer.NextAsync("order")).GetProperty("cancelReason").GetString().ShouldBe("recalled");
        Answer found = null!;
        await Eventually.HoldsAsync(
            async () => (found = (await FindAsync(batch)).Is(200)).Number("refundsOwed") == 0, "nothing is owed");
        found.Member("finished").GetBoolean().ShouldBeTrue();
        (found.Number("cancelled.awaitingPayment.units"), found.Number("cancelled.paid.orders")).ShouldBe((2, 1));

        (await RecallAsync(batch, "all", key: "r")).Is(200);
        (await RecallAsync(batch, "paid", key: "r")).IsRefusal(409, "conflict");
        (await _sale.OperateAsync(batch, "resume")).Is(200);
        (await _sale.BuyAsync(batch, _sale.NewUser())).Is(201);
        (await _sale.AuditAsync(batch)).Payments.Values.ShouldHaveSingleItem().End.ShouldBe(PaymentEnd.Refunded);

        static void CheckCovered(Answer answer)
        {
            (answer.Number("covered.awaitingPayment.orders"), answer.Number("covered.awaitingPayment.units"),
                answer.Number("covered.awaitingPayment.amount.amount")).ShouldBe((1, 2, (int)Offer.Price * 2));
            (answer.Number("covered.paid.orders"), answer.Number("covered.paid.amount.amount"),
                answer["covered.paid.amount.currency"]).ShouldBe((1, (int)Offer.Price, "CNY"));
        }
    }

    [Fact]
    public async Task A_recall_out_of_its_ranges_is_named_and_changes_nothing()
    {
        var batch = await _sale.CreateAsync();
        var head = await _sale.HeadAsync(batch);
        foreach (var kind in (JsonNode?[])["shipped", "", "All", "ALL", 1, null, new JsonArray("all")])
            (await RecallAsync(batch, kind)).IsRefusal(400, "invalid-request", "orders");
        (await PostAsync(batch, new JsonObject { ["orders"] = "all" })).IsRefusal(400, "invalid-request", "reason");
        (await PostAsync(batch, new JsonObject { ["orders"] = "all", ["reason"] = "x", ["dryRun"] = "true" }))
            .IsRefusal(400, "invalid-request", "dryRun");
        (await RecallAsync(batch, "all", key: new string('k', 65)))
            .IsRefusal(400, "invalid-request", "Idempotency-Key");
        (await RecallAsync("nowhere", "all")).IsRefusal(404, "not-found");
        (await RecallAsync("nowhere", "all", dryRun: true)).IsRefusal(404, "not-found");
        (await FindAsync("nowhere")).IsRefusal(404, "not-found");
        (await _sale.HeadAsync(batch)).ShouldBe(head);
    }

    [Fact]
    public async Task Nobody_can_cancel_one_order_as_recalled()
    {
        var batch = await _sale.CreateAsync();
        var order = await _sale.OrderAsync(batch, _sale.NewUser());
        (await _sale.Client.SendAsync("DELETE", $"/api/orders/{order}?reason=recalled", _sale.Operator))
            .IsRefusal(400, "invalid-request", "reason");
    }

    [Fact]
    public async Task A_hidden_batch_is_in_the_operators_list_and_at_its_address_and_nowhere_else()
    {
        var batch = await _sale.CreateAsync();
        (await IsListedAsync("/api/batches", batch, null)).ShouldBeTrue();
        foreach (var _ in Enumerable.Range(0, 2)) (await DirectAsync(batch, "hide")).Is(204);

        (await IsListedAsync("/api/batches", batch, null)).ShouldBeFalse();
        (await _sale.BoardAsync(batch)).Is(200)["id"].ShouldBe(batch);
        (await _sale.BuyAsync(batch, _sale.NewUser())).Is(201);
        (await HiddenAsync(batch)).ShouldBe(true);
        foreach (var _ in Enumerable.Range(0, 2)) (await DirectAsync(batch, "show")).Is(204);
        (await IsListedAsync("/api/batches", batch, null)).ShouldBeTrue();
        (await HiddenAsync(batch)).ShouldBe(false);
        (await _sale.HeadAsync(batch)).Seq.ShouldBe(3, "the ledger has the creation, the opening and the purchase");
        (await DirectAsync("nowhere", "hide")).IsRefusal(404, "not-found");
        (await DirectAsync("nowhere", "show")).IsRefusal(404, "not-found");
        (await _sale.Client.GetAsync("/api/operator/batches?limit=0", _sale.Operator))
            .IsRefusal(400, "invalid-request", "limit");
        (await _sale.Client.GetAsync("/api/operator/batches?after=nothing", _sale.Operator))
            .IsRefusal(400, "invalid-request", "after");
    }

    [Fact]
    public async Task A_list_goes_on_after_a_batch_that_was_hidden_meanwhile()
    {
        for (var i = 0; i < 3; i++) await _sale.CreateAsync();
        var first = (await _sale.Client.GetAsync("/api/batches?limit=2")).Is(200);
        var last = first.Member("items")[1].GetProperty("id").GetString()!;
        (await DirectAsync(last, "hide")).Is(204);
        (await _sale.Client.GetAsync($"/api/batches?limit=2&after={first["next"]}")).Is(200);
        (await DirectAsync(last, "show")).Is(204);
    }

    private async Task<string> PaidAsync(string batch, string user)
    {
        var order = await _sale.OrderAsync(batch, user);
        var url = (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, user, "paid");
        return order;
    }

    private Task<Answer> RecallAsync(string batch, JsonNode? orders, bool? dryRun = null, string? key = null)
    {
        var body = new JsonObject { ["orders"] = orders, ["reason"] = "a defect" };
        if (dryRun is not null) body["dryRun"] = dryRun;
        return PostAsync(batch, body, key);
    }

    private Task<Answer> PostAsync(string batch, JsonObject body, string? key = null) =>
        _sale.Client.PostAsync($"/api/operator/batches/{batch}/recall", _sale.Operator, body, key);

    private Task<Answer> FindAsync(string batch) =>
        _sale.Client.GetAsync($"/api/operator/batches/{batch}/recall", _sale.Operator);

    private Task<Answer> DirectAsync(string batch, string how) =>
        _sale.Client.PostAsync($"/api/operator/batches/{batch}/{how}", _sale.Operator);

    private async Task<bool> IsListedAsync(string path, string batch, string? by)
    {
        for (string? after = null; ;)
        {
            var page = (await _sale.Client.GetAsync(
                $"{path}?limit=1000{(after is null ? "" : $"&after={after}")}", by)).Is(200);
            if (page.Member("items").EnumerateArray().Any(item => item.GetProperty("id").GetString() == batch))
                return true;
            if (page.Names.All(name => name != "next")) return false;
            after = page["next"];
        }
    }

    private async Task<bool?> HiddenAsync(string batch)
    {
        (await IsListedAsync("/api/operator/batches", batch, _sale.Operator)).ShouldBeTrue();
        var page = (await _sale.Client.GetAsync("/api/operator/batches?limit=1000", _sale.Operator)).Is(200);
        var item = page.Member("items").EnumerateArray()
            .First(item => item.GetProperty("id").GetString() == batch);
        item.GetProperty("board").GetProperty("id").GetString().ShouldBe(batch);
        return item.GetProperty("hidden").GetBoolean();
    }
}
