using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

/// <summary>What operators do for and to single buyers, over HTTP.</summary>
[Collection(SaleTests.Name)]
public sealed class BuyerCommandTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_grant_is_the_order_of_a_user_who_never_reserved_and_they_pay_for_it()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var granted = (await GrantAsync(batch, user, "g-1")).Is(201);
        var order = granted["id"]!;
        granted.Header("Location").ShouldBe($"/api/orders/{order}");
        (granted["user"], granted["status"], granted.Number("quantity")).ShouldBe((user, "awaiting-payment", 1));
        (await GrantAsync(batch, user, "g-1")).Is(200)["id"].ShouldBe(order);
        (await GrantAsync(batch, user, "g-1", units: 2)).IsRefusal(409, "conflict");
        (await _sale.OperateAsync(batch, "pause", key: "g-1")).IsRefusal(409, "conflict");
        (await GrantAsync(batch, user, "g-2")).IsRefusal(409, "limit-reached");

        (await _sale.ReadOrderAsync(order, user)).Is(200)["status"].ShouldBe("awaiting-payment");
        await PayAsync(order, user);
        var listed = (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/orders", _sale.Operator)).Is(200);
        listed.Items.Single().GetProperty("user").GetString().ShouldBe(user);
        await UntilBoardHasAsync(batch, "sold", 1);
        (await _sale.AuditAsync(batch)).Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task A_grant_that_is_refused_changes_nothing_and_registers_nobody()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 1), _sale.NewUser());
        await _sale.OrderAsync(batch, _sale.NewUser());
        var before = await _sale.HeadAsync(batch);
        (await GrantAsync(batch, user)).IsRefusal(409, "sold-out");
        (await GrantAsync(batch, "mi:somebody")).IsRefusal(403, "not-eligible");
        (await GrantAsync("nowhere", user)).IsRefusal(404, "not-found");
        foreach (var (body, field) in new[]
        {
            ("{}", "user"), ("""{"user":"alice","reason":"mistake"}""", "user"),
            ($$"""{"user":"{{user}}"}""", "reason"), ($$"""{"user":"{{user}}","reason":"because"}""", "reason"),
            ($$"""{"user":"{{user}}","reason":"mistake","units":0}""", "units"),
            ($$"""{"user":"{{user}}","reason":"mistake","units":101}""", "units"),
            ($$"""{"user":"{{user}}","reason":"mistake","units":"1"}""", "units"),
        })
        {
            (await _sale.Client.PostAsync($"/api/operator/batches/{batch}/grant", _sale.Operator, body))
                .IsRefusal(400, "invalid-request", field);
        }
        (await _sale.Client.PostAsync(
            $"/api/operator/batches/{batch}/grant", _sale.Operator, GrantOf(user), "a key with blanks"))
            .IsRefusal(400, "invalid-request", "Idempotency-Key");
        (await _sale.HeadAsync(batch)).ShouldBe(before);
        (await _sale.Client.GetAsync($"/api/batches/{batch}/reservation", _sale.Sign.Bearer(user)))
            .IsRefusal(404, "not-found");
        var early = await _sale.CreateAsync(Stage.Reserving);
        (await GrantAsync(early, user)).IsRefusal(409, "sale-not-open");
    }

    [Fact]
    public async Task An_expired_order_is_revived_and_paid_at_a_checkout_of_its_own()
    {
        var (batch, user) = (await _sale.CreateAsync(windowSeconds: 60), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var dead = (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!;
        (await ChangeAsync(order, "revive")).Is(200)["status"].ShouldBe("awaiting-payment", "nothing had to change");
        _sale.Clock.Advance(TimeSpan.FromSeconds(91));
        await _sale.UntilOrderIsAsync(order, user, "expired");

        var revived = (await ChangeAsync(order, "revive", "r")).Is(200);
        (revived["id"], revived["status"]).ShouldBe((order, "awaiting-payment"));
        (await ChangeAsync(order, "revive", "r")).Is(200)["payBy"].ShouldBe(revived["payBy"]);
        var checkout = (await _sale.CheckOutAsync(order, user)).Is(200);
        checkout["checkoutUrl"].ShouldNotBe(dead);
        checkout["expiresAt"].ShouldBe(revived["payBy"]);
        await _sale.DecideAsync(checkout["checkoutUrl"]!, "paid");
        await _sale.UntilOrderIsAsync(order, user, "paid");
        (await ChangeAsync(order, "revive")).IsRefusal(409, "conflict");
        (await _sale.AuditAsync(batch)).Order(order)!.Revivals.ShouldBe(1);
    }

    [Fact]
    public async Task A_paid_order_is_shipped_and_its_buyer_reads_the_tracking_reference()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        (await ShipAsync(order, "SF 1")).IsRefusal(409, "conflict");
        await PayAsync(order, user);
        (await ShipmentAsync(order, user)).Is(204);
        foreach (var body in (string[])["{}", """{"tracking":""}""", """{"tracking":"a\nb"}""",
            $$"""{"tracking":"{{new string('x', 101)}}"}"""])
        {
            (await _sale.Client.PostAsync($"/api/operator/orders/{order}/ship", _sale.Operator, body))
                .IsRefusal(400, "invalid-request", "tracking");
        }

        var shipped = (await ShipAsync(order, "SF 1", "s-1")).Is(200);
        (shipped["tracking"], shipped["status"]).ShouldBe(("SF 1", "paid"));
        var seen = (await ShipmentAsync(order, user)).Is(200);
        (seen["tracking"], seen["shippedAt"]).ShouldBe(("SF 1", shipped["shippedAt"]));
        (await _sale.ReadOrderAsync(order, user)).Is(200)["shippedAt"].ShouldBe(shipped["shippedAt"]);
        (await ShipmentAsync(order, _sale.NewUser())).IsRefusal(404, "not-found");
        // The same again is a repeat; another reference is another shipment, and a late repeat of the first is none.
        (await ShipAsync(order, "SF 1", "s-1")).Is(200);
        (await ShipAsync(order, "SF 2", "s-1")).IsRefusal(409, "conflict");
        (await ShipAsync(order, "SF 2", "s-2")).Is(200)["tracking"].ShouldBe("SF 2");
        (await ShipAsync(order, "SF 1", "s-1")).Is(200)["tracking"].ShouldBe("SF 2");
        (await ShipmentAsync(order, user)).Is(200)["tracking"].ShouldBe("SF 2");
        (await _sale.ExportAsync(batch)).Split("\"type\":\"shipped\"").Length.ShouldBe(3);

        var csv = (await _sale.Client.SendAsync("GET", $"/api/operator/batches/{batch}/orders", _sale.Operator,
            headers: ("Accept", "text/csv"))).Is(200).Text;
        csv.Split("\r\n")[0].ShouldContain("\"shippedAt\",\"tracking\",\"return\"");
        csv.ShouldContain("\"SF 2\"");
        (await _sale.ExportAsync(batch)).ShouldNotContain("SF 2", customMessage: "it is no part of the ledger");
    }

    [Fact]
    public async Task A_shipped_order_is_refunded_by_an_operator_only_and_its_unit_is_not_sold_again()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 1), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        (await ChangeAsync(order, "refund")).IsRefusal(409, "conflict");
        await PayAsync(order, user);
        (await ChangeAsync(order, "cancel")).IsRefusal(409, "conflict");
        (await ShipAsync(order, "SF 1")).Is(200);
        (await _sale.CancelAsync(order, user)).IsRefusal(409, "conflict");
        (await _sale.Client.SendAsync("DELETE", $"/api/orders/{order}", _sale.Operator)).IsRefusal(409, "conflict");

        var refunding = (await ChangeAsync(order, "refund", "f", "undeliverable")).Is(200);
        (refunding["cancelledBy"], refunding["cancelReason"]).ShouldBe(("operator", "undeliverable"));
        (await ChangeAsync(order, "refund", "f")).Is(200);
        await _sale.UntilOrderIsAsync(order, user, "refunded");
        await UntilBoardHasAsync(batch, "held", 0);
        var board = (await _sale.BoardAsync(batch)).Is(200);
        (board.Number("sold"), board.Number("free")).ShouldBe((1, 0));
        (await _sale.BuyAsync(batch, _sale.NewUser())).IsRefusal(409, "sold-out");
        (await _sale.AuditAsync(batch)).Order(order)!.Gone.ShouldBeTrue();
    }

    [Fact]
    public async Task Unpaid_orders_are_cancelled_and_paid_ones_refunded_and_both_are_free_again()
    {
        var (batch, one, other) = (await _sale.CreateAsync(stock: 2), _sale.NewUser(), _sale.NewUser());
        var (unpaid, paid) = (await _sale.OrderAsync(batch, one), await _sale.OrderAsync(batch, other));
        await PayAsync(paid, other);
        (await ChangeAsync(unpaid, "cancel", "c")).Is(200)["status"].ShouldBe("cancelled");
        (await ChangeAsync(unpaid, "cancel", "c")).Is(200);
        (await ChangeAsync(paid, "refund", "c")).IsRefusal(409, "conflict");
        (await ChangeAsync(paid, "refund", "f")).Is(200);
        await _sale.UntilOrderIsAsync(paid, other, "refunded");
        await UntilBoardHasAsync(batch, "free", 2);
        var export = await _sale.ExportAsync(batch);
        export.Split("\"reason\":\"mistake\",\"key\":").Length.ShouldBe(3);
        foreach (var unknown in (string[])[$"{batch}.999", "nowhere.1", "x", $"{batch}.0", $"{batch}.01"])
        {
            foreach (var action in (string[])["cancel", "refund", "revive"])
                (await ChangeAsync(unknown, action)).IsRefusal(404, "not-found");
            (await ShipAsync(unknown, "SF 1")).IsRefusal(404, "not-found");
        }
    }

    [Theory]
    [InlineData("never", false)]
    [InlineData("until-shipped", true)]
    public async Task A_buyer_cancels_a_paid_order_as_the_terms_say(string cancelPaid, bool may)
    {
        var (batch, user) = (
            await _sale.CreateAsync(change: terms => terms["cancelPaid"] = cancelPaid), _sale.NewUser());
        (await _sale.BoardAsync(batch)).Is(200)["cancelPaid"].ShouldBe(cancelPaid);
        var order = await _sale.OrderAsync(batch, user);
        await PayAsync(order, user);
        if (may) (await _sale.CancelAsync(order, user)).Is(200);
        else (await _sale.CancelAsync(order, user)).IsRefusal(409, "conflict");
        await _sale.UntilOrderIsAsync(order, user, may ? "refunded" : "paid");
        var terms = Offer.Of(_sale.NewId(), _sale.Clock.GetUtcNow(), Stage.Reserving, 1, 1, 60);
        terms["cancelPaid"] = "sometimes";
        (await _sale.Client.PostAsync("/api/operator/batches", _sale.Operator, terms))
            .IsRefusal(400, "invalid-request", "cancelPaid");
    }

    [Fact]
    public async Task Only_operators_may()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var before = await _sale.HeadAsync(batch);
        (string Method, string Path)[] all =
        [
            .. ((string[])["grant", "approve"]).Select(name => ("POST", $"/api/operator/batches/{batch}/{name}")),
            .. ((string[])["cancel", "refund", "revive", "ship"])
            .Select(name => ("POST", $"/api/operator/orders/{order}/{name}")),
            ("GET", $"/api/operator/batches/{batch}/proposals"),
        ];
        foreach (var (method, path) in all)
        {
            var body = method == "POST" ? "{}" : null;
            (await _sale.Client.SendAsync(method, path, _sale.Sign.Bearer(user), body)).IsRefusal(403, "forbidden");
            (await _sale.Client.SendAsync(method, path, null, body)).IsRefusal(401, "unauthenticated");
        }
        (await _sale.HeadAsync(batch)).ShouldBe(before);
        (await _sale.Client.GetAsync($"/api/operator/batches/{batch}/proposals", _sale.Operator)).Is(200)
            .Items.ShouldBeEmpty();
        (await _sale.Client.GetAsync("/api/operator/batches/nowhere/proposals", _sale.Operator))
            .IsRefusal(404, "not-found");
    }

    private static JsonObject GrantOf(string user, int units = 1) =>
        new() { ["user"] = user, ["units"] = units, ["reason"] = "mistake" };

    private Task<Answer> GrantAsync(string batch, string user, string? key = null, int units = 1) =>
        _sale.Client.PostAsync(
            $"/api/operator/batches/{batch}/grant", _sale.Operator, GrantOf(user, units), key);

    private Task<Answer> ChangeAsync(string order, string action, string? key = null, string reason = "mistake") =>
        _sale.Client.PostAsync(
            $"/api/operator/orders/{order}/{action}", _sale.Operator, new JsonObject { ["reason"] = reason }, key);

    private Task<Answer> ShipAsync(string order, string tracking, string? key = null) => _sale.Client.PostAsync(
        $"/api/operator/orders/{order}/ship", _sale.Operator, new JsonObject { ["tracking"] = tracking }, key);

    private Task<Answer> ShipmentAsync(string order, string user) =>
        _sale.Client.GetAsync($"/api/orders/{order}/shipment", _sale.Sign.Bearer(user));

    private Task UntilBoardHasAsync(string batch, string count, long number) => Eventually.HoldsAsync(
        async () => (await _sale.BoardAsync(batch)).Is(200).Number(count) == number, $"{number} are {count}");

    private async Task PayAsync(string order, string user)
    {
        var url = (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(order, user, "paid");
    }
}
