using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Reservations;

/// <summary>Where to deliver, said while reserving, so that nobody has to type at the opening.</summary>
[Collection(SaleTests.Name)]
public sealed class ReservedDeliveryTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task It_is_said_with_the_reservation_read_changed_and_removed()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        (await _sale.ReserveAsync(batch, user)).Is(201);
        var none = (await ReadAsync(batch, user)).Is(204);
        (none.Text, none.Header("Cache-Control")).ShouldBe(("", "no-store"));

        var kept = (await SetAsync(batch, user, Delivery())).Is(200);
        kept.Names.ShouldBe(["name", "phone", "address"]);
        (kept["name"], kept["phone"], kept["address"]).ShouldBe(("王小明", "+86 138 0013 8000", "北京市\n海淀区"));
        (await SetAsync(batch, user, Delivery())).Is(200).Text.ShouldBe(kept.Text);
        (await ReadAsync(batch, user)).Is(200).Text.ShouldBe(kept.Text);
        (await SetAsync(batch, user, Delivery("Lei"))).Is(200)["name"].ShouldBe("Lei");
        (await ReadAsync(batch, user)).Is(200)["name"].ShouldBe("Lei");
        (await _sale.ExportAsync(batch)).ShouldNotContain("8000");

        (await RemoveAsync(batch, user)).Is(204);
        (await RemoveAsync(batch, user)).Is(204);
        (await ReadAsync(batch, user)).Is(204);
    }

    [Fact]
    public async Task The_order_is_delivered_there_until_it_has_its_own_and_operators_see_it()
    {
        var (batch, user, other) = (await _sale.CreateAsync(stock: 5), _sale.NewUser(), _sale.NewUser());
        await _sale.RegisterAsync(batch, user);
        (await SetAsync(batch, user, Delivery())).Is(200);
        var order = await _sale.OrderAsync(batch, user);
        await _sale.OrderAsync(batch, other);
        await IsDeliveredToAsync("王小明");

        // From the purchase on they are the order's: another tab is told, instead of saving for nobody.
        (await SetAsync(batch, user, Delivery("Lei"))).IsRefusal(409, "conflict")["detail"]!.ShouldContain(order);
        (await RemoveAsync(batch, user)).IsRefusal(409, "conflict");
        await IsDeliveredToAsync("王小明");
        var checkout = (await _sale.CheckOutAsync(order, user)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(checkout, "paid");
        await _sale.UntilOrderIsAsync(order, user, "paid");
        await IsDeliveredToAsync("王小明");
        (await _sale.Client.SendAsync("PUT", $"/api/orders/{order}/delivery", _sale.Sign.Bearer(user), Delivery("Lei")))
            .Is(200);
        await IsDeliveredToAsync("Lei");
        (await ReadAsync(batch, user)).Is(200)["name"].ShouldBe("王小明");

        async Task IsDeliveredToAsync(string name)
        {
            var path = $"/api/orders/{order}/delivery";
            (await _sale.Client.GetAsync(path, _sale.Sign.Bearer(user))).Is(200)["name"].ShouldBe(name);
            (await _sale.Client.GetAsync(path, _sale.Operator)).Is(200)["name"].ShouldBe(name);
            (await _sale.Client.GetAsync(path, _sale.Sign.Bearer(other))).IsRefusal(404, "not-found");
            var list = $"/api/operator/batches/{batch}/orders";
            var listed = (await _sale.Client.GetAsync(list, _sale.Operator)).Is(200).Items;
            listed[0].GetProperty("delivery").GetProperty("name").GetString().ShouldBe(name);
            (listed[1].TryGetProperty("delivery", out var none) && none.ValueKind != JsonValueKind.Null)
                .ShouldBeFalse("the other buyer has said nothing");
            (await _sale.Client.GetAsync($"{list}?user={Uri.EscapeDataString(user)}", _sale.Operator)).Is(200)
                .Items.ShouldHaveSingleItem().GetProperty("delivery").GetProperty("name").GetString().ShouldBe(name);
            (await _sale.Client.SendAsync("GET", list, _sale.Operator, headers: ("Accept", "text/csv"))).Is(200)
                .Text.ShouldContain($"\"{name}\",\"+86 138 0013 8000\",\"北京市\n海淀区\"");
        }
    }

    [Fact]
    public async Task Without_a_reservation_it_is_not_found_and_a_cancelled_one_takes_it_along()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        await IsNotFoundAsync(batch, user);
        await IsNotFoundAsync(batch, _sale.NewUser("elsewhere"));
        (await SetAsync("nowhere", user, Delivery())).IsRefusal(404, "not-found");
        (await ReadAsync("nowhere", user)).IsRefusal(404, "not-found");
        (await RemoveAsync("nowhere", user)).IsRefusal(404, "not-found");

        (await _sale.ReserveAsync(batch, user)).Is(201);
        (await SetAsync(batch, user, Delivery())).Is(200);
        (await _sale.Client.SendAsync("DELETE", $"/api/batches/{batch}/reservation", _sale.Sign.Bearer(user))).Is(204);
        await IsNotFoundAsync(batch, user);
        (await _sale.ReserveAsync(batch, user)).Is(201);
        (await ReadAsync(batch, user)).Is(204);

        async Task IsNotFoundAsync(string batch, string user)
        {
            (await SetAsync(batch, user, Delivery())).IsRefusal(404, "not-found");
            (await ReadAsync(batch, user)).IsRefusal(404, "not-found");
            (await RemoveAsync(batch, user)).Is(204);
        }
    }

    [Fact]
    public async Task It_is_the_users_own_and_needs_their_own_credential()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        (await _sale.ReserveAsync(batch, user)).Is(201);
        (await SetAsync(batch, user, Delivery())).Is(200);
        foreach (var by in (string?[])[null, "Ticket " + _sale.Sign.Ticket(user, batch)])
        {
            foreach (
                var (method, body) in ((string, JsonObject?)[])[("PUT", Delivery()), ("GET", null), ("DELETE", null)])
                (await _sale.Client.SendAsync(method, PathOf(batch), by, body)).IsRefusal(401, "unauthenticated");
        }
        var other = _sale.NewUser();
        (await _sale.ReserveAsync(batch, other)).Is(201);
        (await ReadAsync(batch, other)).Is(204);
        (await RemoveAsync(batch, other)).Is(204);
        (await _sale.Client.GetAsync(PathOf(batch), _sale.Operator)).IsRefusal(404, "not-found");
        (await ReadAsync(batch, user)).Is(200);
    }

    [Fact]
    public async Task After_the_end_it_can_be_read_and_removed_and_not_changed()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        (await _sale.ReserveAsync(batch, user)).Is(201);
        (await SetAsync(batch, user, Delivery())).Is(200);
        (await _sale.OperateAsync(batch, "close")).Is(200);
        (await SetAsync(batch, user, Delivery("Lei"))).IsRefusal(409, "sale-closed");
        (await ReadAsync(batch, user)).Is(200)["name"].ShouldBe("王小明");
        (await RemoveAsync(batch, user)).Is(204);
        (await ReadAsync(batch, user)).Is(204);
    }

    [Theory]
    [InlineData("name", "")]
    [InlineData("phone", "1234")]
    [InlineData("address", "x")]
    public async Task A_wrong_detail_is_named_and_nothing_is_kept(string field, string value)
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        (await _sale.ReserveAsync(batch, user)).Is(201);
        var body = Delivery();
        body[field] = value;
        (await SetAsync(batch, user, body)).IsRefusal(400, "invalid-request", field);
        body.Remove(field);
        (await SetAsync(batch, user, body)).IsRefusal(400, "invalid-request", field);
        (await ReadAsync(batch, user)).Is(204);
    }

    private static string PathOf(string batch) => $"/api/batches/{batch}/reservation/delivery";

    private Task<Answer> SetAsync(string batch, string user, JsonObject body) =>
        _sale.Client.SendAsync("PUT", PathOf(batch), _sale.Sign.Bearer(user), body);

    private Task<Answer> ReadAsync(string batch, string user) =>
        _sale.Client.GetAsync(PathOf(batch), _sale.Sign.Bearer(user));

    private Task<Answer> RemoveAsync(string batch, string user) =>
        _sale.Client.SendAsync("DELETE", PathOf(batch), _sale.Sign.Bearer(user));

    private static JsonObject Delivery(string name = "王小明") => new()
    {
        ["name"] = name,
        ["phone"] = "+86 138 0013 8000",
        ["address"] = "北京市\r\n海淀区",
    };
}
