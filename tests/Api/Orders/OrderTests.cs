using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Orders;

[Collection(SaleTests.Name)]
public sealed class OrderTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task An_order_is_its_owners_and_operators_and_to_others_it_is_not_there()
    {
        var (batch, owner, other) = (await _sale.CreateAsync(), _sale.NewUser(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, owner);
        var read = (await _sale.ReadOrderAsync(order, owner)).Is(200);
        read.Header("Cache-Control").ShouldBe("no-store");
        (await _sale.Client.GetAsync($"/api/orders/{order}", _sale.Operator)).Is(200).Text.ShouldBe(read.Text);

        var delivery = Delivery();
        foreach (var (method, path, body) in ((string, string, JsonObject?)[])
        [
            ("GET", "", null), ("DELETE", "", null), ("POST", "/checkout", null), ("PUT", "/delivery", delivery),
            ("GET", "/delivery", null),
        ])
        {
            (await _sale.Client.SendAsync(method, $"/api/orders/{order}{path}", _sale.Sign.Bearer(other), body))
                .IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync(method, $"/api/orders/{order}{path}", null, body))
                .IsRefusal(401, "unauthenticated");
            (await _sale.Client.SendAsync(method, $"/api/orders/{order}{path}",
                "Ticket " + _sale.Sign.Ticket(owner, batch), body))
                .IsRefusal(401, "unauthenticated");
        }

        (await _sale.ReadOrderAsync(order, owner)).Is(200).Text.ShouldBe(read.Text);
        (await _sale.HeadAsync(batch)).Seq.ShouldBe(3);
    }

    [Theory]
    [InlineData("nowhere.2")]
    [InlineData("{0}.1")]
    [InlineData("{0}.2")]
    [InlineData("{0}.4")]
    [InlineData("{0}.999999999999999999")]
    [InlineData("{0}.9999999999999999999")]
    [InlineData("{0}.0")]
    [InlineData("{0}.03")]
    [InlineData("{0}.+3")]
    [InlineData("{0}.-3")]
    [InlineData("{0}.3.3")]
    [InlineData("{0}.")]
    [InlineData(".2")]
    [InlineData("{0}")]
    public async Task An_id_that_no_order_has_is_not_found(string id)
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        await _sale.OrderAsync(batch, user);
        (await _sale.ReadOrderAsync(string.Format(null, id, batch), user)).IsRefusal(404, "not-found");
    }

    [Fact]
    public async Task A_user_lists_their_orders_of_a_batch_page_by_page()
    {
        var (batch, user) = (await _sale.CreateAsync(limit: 5), _sale.NewUser());
        var mine = new List<string>();
        foreach (var key in (string[])["a", "b", "c"]) mine.Add((await _sale.BuyAsync(batch, user, key))
            .Is(201)["id"]!);
        await _sale.OrderAsync(batch, _sale.NewUser());

        var all = await ListAsync("");
        all.Header("Cache-Control").ShouldBe("no-store");
        all.Names.ShouldBe(["items"]);
        Ids(all).ShouldBe(mine);
        Answer.NamesOf(all.Items[0]).ShouldBe(
            ["id", "batch", "user", "units", "quantity", "status", "amount", "heldAt", "payBy"]);

        var page = await ListAsync("&limit=2");
        Ids(page).ShouldBe(mine[..2]);
        page["next"].ShouldBe(mine[1]);
        var rest = await ListAsync($"&limit=2&after={page["next"]}");
        Ids(rest).ShouldBe(mine[2..]);
        rest["next"].ShouldBeNull();
        (await _sale.Client.GetAsync($"/api/me/orders?batch={batch}", _sale.Sign.Bearer(_sale.NewUser())))
            .Is(200).Items.ShouldBeEmpty();

        async Task<Answer> ListAsync(string query) =>
            (await _sale.Client.GetAsync($"/api/me/orders?batch={batch}{query}", _sale.Sign.Bearer(user))).Is(200);
    }

    [Fact]
    public async Task A_cancelled_order_frees_its_unit_at_once_and_stays_cancelled()
    {
        var (batch, user, next) = (await _sale.CreateAsync(stock: 1), _sale.NewUser(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        (await _sale.BuyAsync(batch, next)).IsRefusal(409, "sold-out");
        var cancelled = (await _sale.CancelAsync(order, user)).Is(200);
        cancelled["status"].ShouldBe("cancelled");
        (await _sale.CancelAsync(order, user)).Is(200).Text.ShouldBe(cancelled.Text);

        var (sold, unit) = ((await _sale.ReadOrderAsync(order, user)).Is(200), 0);
        await Eventually.HoldsAsync(
            async () => await _sale.BuyAsync(batch, next) is { Status: 201 } bought
                && (unit = bought.Member("units")[0].GetInt32()) > 0,
            "the unit can be bought");
        unit.ShouldBe(sold.Member("units")[0].GetInt32());
        (await _sale.CheckOutAsync(order, user)).IsRefusal(409, "order-not-payable");
        (await _sale.AuditAsync(batch)).Order(order)!.Released.ShouldBe("cancelled");
    }

    [Fact]
    public async Task An_operator_may_cancel_an_order_but_not_pay_for_it()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        (await _sale.Client.PostAsync($"/api/orders/{order}/checkout", _sale.Operator)).IsRefusal(404, "not-found");
        (await _sale.Client.SendAsync("DELETE", $"/api/orders/{order}", _sale.Operator)).Is(200)["status"]
            .ShouldBe("cancelled");
    }

    [Fact]
    public async Task Delivery_details_are_kept_with_the_order_and_never_enter_the_ledger()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        var path = $"/api/orders/{order}/delivery";
        (await _sale.Client.GetAsync(path, _sale.Sign.Bearer(user))).Is(204).Text.ShouldBeEmpty("not said yet");
        (await _sale.Client.GetAsync(path, _sale.Operator)).Is(204);

        var kept = (await _sale.Client.SendAsync("PUT", path, _sale.Sign.Bearer(user), Delivery())).Is(200);
        kept.Names.ShouldBe(["name", "phone", "address"]);
        (kept["name"], kept["phone"], kept["address"])
            .ShouldBe(("王小明", "+86 138 0013 8000", "北京市海淀区清河中街68号 \"华润五彩城\""));
        (await _sale.Client.SendAsync("PUT", path, _sale.Sign.Bearer(user), Delivery("Lei"))).Is(200)["name"]
            .ShouldBe("Lei");
        (await _sale.Client.GetAsync(path, _sale.Sign.Bearer(user))).Is(200)["name"].ShouldBe("Lei");
        (await _sale.Client.GetAsync(path, _sale.Operator)).Is(200)["name"].ShouldBe("Lei");
        (await _sale.ExportAsync(batch)).ShouldNotContain("8000");

        await _sale.CancelAsync(order, user);
        (await _sale.Client.SendAsync("PUT", path, _sale.Sign.Bearer(user), Delivery())).IsRefusal(409, "conflict");
    }

    [Fact]
    public async Task A_hold_reads_awaiting_payment_until_its_grace_is_over_and_then_its_unit_is_free()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 1, windowSeconds: 60), _sale.NewUser());
        var order = await _sale.OrderAsync(batch, user);
        _sale.Clock.Advance(TimeSpan.FromSeconds(61));
        (await _sale.ReadOrderAsync(order, user))["status"].ShouldBe("awaiting-payment");
        (await _sale.CheckOutAsync(order, user)).IsRefusal(409, "order-not-payable");

        _sale.Clock.Advance(TimeSpan.FromSeconds(30));
        await _sale.UntilOrderIsAsync(order, user, "expired");
        await Eventually.HoldsAsync(async () =>
            (await _sale.BuyAsync(batch, _sale.NewUser())).Status == 201, "its unit is free");
        (await _sale.AuditAsync(batch)).Order(order)!.Released.ShouldBe("expired");
        (await _sale.CancelAsync(order, user)).Is(200)["status"].ShouldBe("expired");
    }

    private static string[] Ids(Answer list) => [.. list.Items.Select(order => order.GetProperty("id").GetString()!)];

    private static JsonObject Delivery(string name = "王小明") => new()
    {
        ["name"] = name,
        ["phone"] = "+86 138 0013 8000",
        ["address"] = "北京市海淀区清河中街68号 \"华润五彩城\"",
    };
}
