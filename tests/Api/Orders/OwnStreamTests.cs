using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Orders;

/// <summary>The stream of a caller: their own orders and reservation, and nobody else's.</summary>
[Collection(SaleTests.Name)]
public sealed class OwnStreamTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_buyer_is_told_of_each_change_of_their_order()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        await using var buyer = await WatchAsync(batch, user);
        (await buyer.NextAsync()).EventType.ShouldBe("board", "the board comes at once");

        var order = await _sale.OrderAsync(batch, user);
        var told = await buyer.NextAsync("order");
        told.GetRawText().ShouldBe((await _sale.ReadOrderAsync(order, user)).Is(200).Text);
        StatusOf(told).ShouldBe("awaiting-payment");

        await PayAsync(order, user);
        StatusOf(await buyer.NextAsync("order")).ShouldBe("paid");
        (await _sale.CancelAsync(order, user)).Is(200);
        // Two changes in one moment may be told as one.
        await buyer.UntilAsync(shows =>
            shows.EventType == "order" && StatusOf(JsonElement.Parse(shows.Data)) == "refunded");
    }

    [Fact]
    public async Task A_buyer_is_told_what_an_operator_does_to_their_order()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        await using var buyer = await WatchAsync(batch, user);
        var order = await _sale.OrderAsync(batch, user);
        StatusOf(await buyer.NextAsync("order")).ShouldBe("awaiting-payment");
        (await _sale.Client.SendAsync("DELETE", $"/api/orders/{order}?reason=mistake", _sale.Operator)).Is(200);
        var told = await buyer.NextAsync("order");
        StatusOf(told).ShouldBe("cancelled");
        told.GetProperty("cancelledBy").GetString().ShouldBe("operator");
        told.GetProperty("cancelReason").GetString().ShouldBe("mistake");
    }

    [Fact]
    public async Task A_buyer_is_told_that_their_order_has_expired()
    {
        var (batch, user) = (await _sale.CreateAsync(windowSeconds: 60), _sale.NewUser());
        await using var buyer = await WatchAsync(batch, user);
        await _sale.OrderAsync(batch, user);
        StatusOf(await buyer.NextAsync("order")).ShouldBe("awaiting-payment");
        _sale.Clock.Advance(TimeSpan.FromSeconds(1_000));
        StatusOf(await buyer.NextAsync("order")).ShouldBe("expired");
    }

    [Fact]
    public async Task Whoever_connects_gets_their_present_orders()
    {
        var (batch, user) = (await _sale.CreateAsync(limit: 3), _sale.NewUser());
        var orders = new List<string>();
        for (var i = 0; i < 3; i++)
            orders.Add((await OrderUnderAsync(batch, user, $"key-{i}")).Is(201)["id"]!);
        (await _sale.CancelAsync(orders[1], user)).Is(200);
        for (var time = 0; time < 2; time++)
        {
            await using var buyer = await WatchAsync(batch, user);
            var told = new List<(string?, string?)>();
            for (var i = 0; i < 3; i++)
            {
                var order = await buyer.NextAsync("order");
                told.Add((order.GetProperty("id").GetString(), StatusOf(order)));
            }
            told.ShouldBe(
                [(orders[0], "awaiting-payment"), (orders[1], "cancelled"), (orders[2], "awaiting-payment")]);
        }
    }

    [Fact]
    public async Task All_streams_of_a_user_are_told_and_nobody_else_is()
    {
        var batch = await _sale.CreateAsync();
        var (one, other) = (_sale.NewUser(), _sale.NewUser());
        await using var here = await WatchAsync(batch, one);
        await using var there = await WatchAsync(batch, one);
        await using var stranger = await WatchAsync(batch, other);
        var order = await _sale.OrderAsync(batch, one);
        foreach (var device in (Viewer[])[here, there])
            (await device.NextAsync("order")).GetProperty("id").GetString().ShouldBe(order);
        var another = await _sale.OrderAsync(batch, other);
        (await stranger.NextAsync("order")).GetProperty("id").GetString().ShouldBe(another, "the first that they see");
    }

    [Fact]
    public async Task A_user_of_another_channel_sees_the_board_and_no_orders()
    {
        var batch = await _sale.CreateAsync();
        await using var stranger = await WatchAsync(batch, _sale.NewUser("twitter"));
        await _sale.OrderAsync(batch, _sale.NewUser());
        await stranger.UntilAsync(shows =>
        {
            shows.EventType.ShouldNotBe("order");
            return shows.EventType == "board" && JsonElement.Parse(shows.Data).GetProperty("held").GetInt32() == 1;
        });
    }

    [Fact]
    public async Task A_user_is_told_on_every_device_that_their_reservation_was_made_or_cancelled()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        var (user, other) = (_sale.NewUser(), _sale.NewUser());
        await using var here = await WatchAsync(batch, user);
        await using var there = await WatchAsync(batch, user);
        await using var stranger = await WatchAsync(batch, other);
        foreach (var viewer in (Viewer[])[here, there, stranger])
            (await viewer.NextAsync()).EventType.ShouldBe("board", "the streams have begun");
        var reserved = (await _sale.ReserveAsync(batch, user)).Is(201);
        foreach (var device in (Viewer[])[here, there])
        {
            var told = await device.NextAsync("reservation");
            Answer.NamesOf(told).ShouldBe(["batch", "reservedAt"], "it has no ticket");
            told.GetProperty("batch").GetString().ShouldBe(batch);
            told.GetProperty("reservedAt").GetString().ShouldBe(reserved["reservedAt"]);
        }
        // A repeat changes nothing.
        (await _sale.ReserveAsync(batch, user)).Is(200);
        (await CancelReservationAsync(batch, user)).Is(204);
        foreach (var device in (Viewer[])[here, there])
            Answer.NamesOf(await device.NextAsync("reservation")).ShouldBe(["batch"], "there is none any more");

        var own = (await _sale.ReserveAsync(batch, other)).Is(201);
        (await stranger.NextAsync("reservation")).GetProperty("reservedAt").GetString()
            .ShouldBe(own["reservedAt"], "the first that they see");
    }

    [Fact]
    public async Task A_stream_ends_when_its_session_is_signed_out()
    {
        var batch = await _sale.CreateAsync();
        var cookie = ("Cookie", await _sale.SignInAsync("vera"));
        await using var buyer = await Viewer.OpenAsync(_sale.Client, PathOf(batch), headers: cookie);
        await using var watcher = await Viewer.OpenAsync(_sale.Client, PathOf(batch), _sale.Sign.Bearer("weibo:vera"));
        (await buyer.NextAsync()).EventType.ShouldBe("board");
        (await _sale.Client.SendAsync("DELETE", "/api/me/session", headers: cookie)).Is(204);
        (await buyer.EndsAsync()).ShouldBeTrue("the stream ends, it does not break");
        (await _sale.Client.SendAsync("GET", PathOf(batch), headers: cookie)).IsRefusal(401, "unauthenticated");
        // A token is not a session. Its stream goes on.
        await watcher.UntilAsync(shows => shows.EventType == "ping");
    }

    [Fact]
    public async Task A_stream_ends_when_its_token_expires()
    {
        var batch = await _sale.CreateAsync();
        var expires = _sale.Clock.GetUtcNow().AddMinutes(10);
        var token = _sale.Sign.Token(new JsonObject
        {
            ["sub"] = "wanda",
            ["channel"] = "weibo",
            ["exp"] = expires.ToUnixTimeSeconds(),
        });
        await using var buyer = await Viewer.OpenAsync(_sale.Client, PathOf(batch), "Bearer " + token);
        (await buyer.NextAsync()).EventType.ShouldBe("board");
        _sale.Clock.AdvanceTo(expires.AddSeconds(30));
        (await buyer.EndsAsync()).ShouldBeTrue("the stream ends, it does not break");
    }

    [Fact]
    public async Task Without_a_credential_or_a_batch_there_is_no_stream()
    {
        var batch = await _sale.CreateAsync();
        (await _sale.Client.GetAsync(PathOf(batch))).IsRefusal(401, "unauthenticated");
        (await _sale.Client.GetAsync(PathOf(batch), "Bearer rubbish")).IsRefusal(401, "unauthenticated");
        var by = _sale.Sign.Bearer(_sale.NewUser());
        (await _sale.Client.GetAsync(PathOf("no-such-batch"), by)).IsRefusal(404, "not-found");
        (await _sale.Client.GetAsync(PathOf("No/batch"), by)).IsRefusal(400, "invalid-request", "batch");
        (await _sale.Client.GetAsync("/api/me/live", by)).IsRefusal(400, "invalid-request", "batch");
        var head = await _sale.Client.SendAsync("HEAD", PathOf(batch), by);
        head.Is(200).Text.ShouldBeEmpty();
    }

    private static string PathOf(string batch) => $"/api/me/live?batch={Uri.EscapeDataString(batch)}";

    private static string? StatusOf(JsonElement order) => order.GetProperty("status").GetString();

    private Task<Viewer> WatchAsync(string batch, string user) =>
        Viewer.OpenAsync(_sale.Client, PathOf(batch), _sale.Sign.Bearer(user));

    private Task<Answer> CancelReservationAsync(string batch, string user) =>
        _sale.Client.SendAsync("DELETE", $"/api/batches/{batch}/reservation", _sale.Sign.Bearer(user));

    private async Task<Answer> OrderUnderAsync(string batch, string user, string key)
    {
        await _sale.RegisterAsync(batch, user);
        return await _sale.BuyAsync(batch, user, key);
    }

    private async Task PayAsync(string order, string user)
    {
        var checkout = (await _sale.CheckOutAsync(order, user)).Is(200);
        (await _sale.DecideAsync(checkout["checkoutUrl"]!, "paid")).Is(200);
    }
}
