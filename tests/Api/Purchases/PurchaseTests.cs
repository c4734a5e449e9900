using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Purchases;

[Collection(SaleTests.Name)]
public sealed class PurchaseTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_ticket_alone_buys_and_the_order_is_told_whole()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 5, limit: 3, windowSeconds: 600), _sale.NewUser());
        var made = (await _sale.BuyAsync(batch, user, "my-key", 2)).Is(201);

        made.Header("Content-Type").ShouldBe("application/json; charset=utf-8");
        made.Names.ShouldBe(["id", "batch", "user", "units", "quantity", "status", "amount", "heldAt", "payBy"]);
        made["id"].ShouldBe($"{batch}.3", "the order is named by its batch and the ledger's sequence");
        made.Header("Location").ShouldBe($"/api/orders/{batch}.3");
        (made["batch"], made["user"], made["status"]).ShouldBe((batch, user, "awaiting-payment"));
        made.Member("units").EnumerateArray().Select(unit => unit.GetInt32()).ShouldBe([1, 2]);
        made.Number("quantity").ShouldBe(2);
        (made.Number("amount.amount"), made["amount.currency"]).ShouldBe((2 * Offer.Price, "CNY"));
        made.Instant("heldAt").ShouldBe(_sale.Clock.GetUtcNow(), TimeSpan.FromSeconds(30));
        (made.Instant("payBy") - made.Instant("heldAt")).ShouldBe(TimeSpan.FromSeconds(600));

        (await _sale.Client.GetAsync(made.Header("Location")!, _sale.Sign.Bearer(user)))
            .Is(200).Text.ShouldBe(made.Text);
        var ledger = await _sale.AuditAsync(batch);
        ledger.Order(made["id"]!)!.Units.ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_body_may_be_left_out_be_empty_or_say_nothing()
    {
        var batch = await _sale.CreateAsync();
        foreach (var body in (string?[])[null, "{}", """{"quantity":null,"ticket":null}""",
            """{"quantity":1,"other":[1]}"""])
            (await _sale.Client.BuyAsync(batch, Ticket(batch, _sale.NewUser()), body: body)).Is(201);
        using var empty = new ByteArrayContent([]);
        (await _sale.Client.BuyAsync(batch, Ticket(batch, _sale.NewUser()), body: empty)).Is(201);
    }

    [Fact]
    public async Task Standby_takes_a_place_when_it_is_sold_out_and_is_true_or_false()
    {
        var batch = await _sale.CreateAsync(stock: 1);
        var by = Ticket(batch, _sale.NewUser());
        foreach (var wrong in (string[])["\"yes\"", "1", "{}"])
            (await _sale.Client.BuyAsync(batch, by, body: $$"""{"standby":{{wrong}}}"""))
                .IsRefusal(400, "invalid-request", "standby");
        (await _sale.Client.BuyAsync(batch, by, body: """{"quantity":1,"standby":true}""")).Is(201);
        var late = Ticket(batch, _sale.NewUser());
        (await _sale.Client.BuyAsync(batch, late, body: """{"standby":false}""")).IsRefusal(409, "sold-out");
        var place = (await _sale.Client.BuyAsync(batch, late, body: """{"standby":true}""")).Is(202);
        (place["state"], place.Number("ahead")).ShouldBe(("waiting", 0));
    }

    [Fact]
    public async Task A_token_buys_with_a_ticket_in_the_body_or_with_none_by_looking_the_reservation_up()
    {
        var batch = await _sale.CreateAsync(Stage.Reserving);
        var (withTicket, without) = (_sale.NewUser(), _sale.NewUser());
        var ticket = (await _sale.ReserveAsync(batch, withTicket)).Is(201)["ticket"]!;
        await _sale.ReserveAsync(batch, without);
        _sale.Clock.Advance(2 * Offer.StageLasts);

        var body = new JsonObject { ["ticket"] = ticket };
        (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(withTicket), body: body)).Is(201)["user"]
            .ShouldBe(withTicket);
        (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(without))).Is(201)["user"].ShouldBe(without);
        (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(_sale.NewUser()))).IsRefusal(403, "not-reserved");
    }

    [Fact]
    public async Task A_repeat_is_the_same_order_and_a_key_names_it_for_ever()
    {
        var (batch, user) = (await _sale.CreateAsync(limit: 5), _sale.NewUser());
        var first = (await _sale.BuyAsync(batch, user, "k-1", 2)).Is(201);
        var again = (await _sale.BuyAsync(batch, user, "k-1", 2)).Is(200);
        again.Text.ShouldBe(first.Text);
        again.Header("Location").ShouldBe(first.Header("Location"));
        (await _sale.BuyAsync(batch, user, "k-1", 3)).IsRefusal(409, "conflict");
        (await _sale.BuyAsync(batch, user, "k-1")).IsRefusal(409, "conflict");
        (await _sale.BuyAsync(batch, user)).Is(200)["id"]
            .ShouldBe(first["id"], "without a key a user has one live order");

        var second = (await _sale.BuyAsync(batch, user, "k-2", 3)).Is(201);
        second["id"].ShouldNotBe(first["id"]);
        var over = (await _sale.BuyAsync(batch, user, "k-3")).IsRefusal(409, "limit-reached");
        (over["limit"], over.Number("maximum")).ShouldBe(("units", 5));

        (await _sale.CancelAsync(first["id"]!, user)).Is(200);
        var ended = (await _sale.BuyAsync(batch, user, "k-1", 2)).Is(200);
        (ended["id"], ended["status"]).ShouldBe((first["id"], "cancelled"));
        // A refused purchase does not use up its key.
        (await _sale.BuyAsync(batch, user, "k-3", 2)).Is(201);
        // Keys are per user.
        (await _sale.BuyAsync(batch, _sale.NewUser(), "k-1")).Is(201);
        (await _sale.AuditAsync(batch)).Orders.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_double_click_without_a_key_is_one_order()
    {
        var (batch, user) = (await _sale.CreateAsync(stock: 100, limit: 5), _sale.NewUser());
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _sale.BuyAsync(batch, user)));
        answers.ShouldAllBe(answer => answer.Status == 201 || answer.Status == 200);
        answers.Select(answer => answer["id"]).Distinct().Count().ShouldBe(1);
        (await _sale.AuditAsync(batch)).Orders.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_has_the_order_is_told_so_when_it_is_sold_out_paused_or_closed()
    {
        var (batch, holder, other) = (await _sale.CreateAsync(stock: 1), _sale.NewUser(), _sale.NewUser());
        var made = (await _sale.BuyAsync(batch, holder, "mine")).Is(201);
        await _sale.BuyAsync(batch, other);

        await HoldsForTheHolderAsync("sold-out", 409);
        await _sale.OperateAsync(batch, "pause");
        await HoldsForTheHolderAsync("paused", 503);
        await _sale.OperateAsync(batch, "close");
        await HoldsForTheHolderAsync("sale-closed", 409);

        async Task HoldsForTheHolderAsync(string told, int status)
        {
            await Eventually.HoldsAsync(async () => (await _sale.BuyAsync(batch, other)).Code == told, told);
            (await _sale.BuyAsync(batch, other)).IsRefusal(status, told);
            (await _sale.BuyAsync(batch, holder, "mine")).Is(200).Text.ShouldBe(made.Text);
            (await _sale.BuyAsync(batch, holder)).Is(200)["id"].ShouldBe(made["id"]);
            (await _sale.Client.BuyAsync(batch, _sale.Sign.Bearer(holder), "mine")).Is(200);
        }
    }

    [Fact]
    public async Task Quantity_is_all_or_nothing()
    {
        var batch = await _sale.CreateAsync(stock: 3, limit: 2);
        await _sale.OrderAsync(batch, _sale.NewUser(), 2);
        (await _sale.BuyAsync(batch, _sale.NewUser(), quantity: 2)).IsRefusal(409, "sold-out");
        var over = (await _sale.BuyAsync(batch, _sale.NewUser(), quantity: 3)).IsRefusal(409, "limit-reached");
        (over["limit"], over.Number("maximum")).ShouldBe(("units", 2));
        (await _sale.BuyAsync(batch, _sale.NewUser(), quantity: 1)).Is(201);
        (await _sale.AuditAsync(batch)).Units.Free.ShouldBe(0);
    }

    [Fact]
    public async Task After_ten_ended_orders_a_user_may_make_no_more()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        for (var order = 0; order < 10; order++) (await _sale.CancelAsync(await _sale.OrderAsync(batch, user), user))
            .Is(200);
        var refused = (await _sale.BuyAsync(batch, user)).IsRefusal(409, "limit-reached");
        (refused["limit"], refused.Number("maximum")).ShouldBe(("ended-orders", 10));
        (await _sale.BuyAsync(batch, _sale.NewUser())).Is(201);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("k\u0001")]
    [InlineData("k\u00c3\u00a9y")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_malformed_key_is_named(string key)
    {
        var batch = await _sale.CreateAsync();
        var answer = await RawPost.SendAsync(
            _sale.Client.Address, $"/api/batches/{batch}/orders", $"Authorization: {Ticket(batch, _sale.NewUser())}",
                $"Idempotency-Key: {key}");
        answer.Status.ShouldBe(400, answer.Text);
        // A control character is not valid HTTP. Every other fault names the header.
        if (key != "k\u0001") JsonElement.Parse(answer.Body).GetProperty("field").GetString()
            .ShouldBe("Idempotency-Key");
    }

    [Fact]
    public async Task The_longest_key_is_taken_and_two_keys_are_none()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        (await _sale.BuyAsync(batch, user, new string('~', 64))).Is(201);
        var twice = await _sale.Client.SendAsync("POST", $"/api/batches/{batch}/orders", Ticket(batch, user), null,
            "one", ("Idempotency-Key", "two"));
        twice.IsRefusal(400, "invalid-request", "Idempotency-Key");
    }

    private string Ticket(string batch, string user) => "Ticket " + _sale.Sign.Ticket(user, batch);
}
