using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Purchases;

/// <summary>
/// Of several reasons to refuse a purchase, the first of the contract's list is told: each case has two, next to each
/// other.
/// </summary>
[Collection(SaleTests.Name)]
public sealed class PrecedenceTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task Invalid_request_before_unauthenticated() =>
        (await BuyAsync(await _sale.CreateAsync(), null, quantity: 0)).IsRefusal(400, "invalid-request", "quantity");

    [Fact]
    public async Task Unauthenticated_before_not_found() =>
        (await BuyAsync("nowhere", null)).IsRefusal(401, "unauthenticated");

    [Fact]
    public async Task Not_found_before_not_eligible()
    {
        (await BuyAsync("nowhere", _sale.Sign.Bearer(_sale.NewUser("twitter")))).IsRefusal(404, "not-found");
        (await BuyAsync("nowhere", "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), "nowhere")))
            .IsRefusal(404, "not-found");
    }

    [Fact]
    public async Task Not_found_before_ticket_invalid() =>
        (await BuyAsync("nowhere", _sale.Sign.Bearer(_sale.NewUser()), "forged")).IsRefusal(404, "not-found");

    [Fact]
    public async Task Not_eligible_before_ticket_invalid()
    {
        var batch = await _sale.CreateAsync();
        (await BuyAsync(batch, _sale.Sign.Bearer(_sale.NewUser("twitter")), "forged")).IsRefusal(403, "not-eligible");
        (await BuyAsync(batch, "Ticket " + _sale.Sign.Ticket(_sale.NewUser("twitter"), batch)))
            .IsRefusal(403, "not-eligible");
    }

    [Fact]
    public async Task Ticket_invalid_before_a_repeat()
    {
        var (batch, user) = (await _sale.CreateAsync(), _sale.NewUser());
        await _sale.OrderAsync(batch, user);
        (await BuyAsync(batch, _sale.Sign.Bearer(user), "forged")).IsRefusal(403, "ticket-invalid");
    }

    [Fact]
    public async Task Ticket_invalid_before_sale_closed() =>
        (await BuyAsync(await _sale.CreateAsync(Stage.Over), _sale.Sign.Bearer(_sale.NewUser()), "forged"))
            .IsRefusal(403, "ticket-invalid");

    [Fact]
    public async Task Sale_closed_before_sale_not_open()
    {
        var batch = await _sale.CreateAsync(Stage.Waiting);
        await _sale.OperateAsync(batch, "close");
        (await BuyAsync(batch, Ticket(batch))).IsRefusal(409, "sale-closed");
        (await BuyAsync(batch, _sale.Sign.Bearer(_sale.NewUser()))).IsRefusal(409, "sale-closed");
        var over = await _sale.CreateAsync(Stage.Over);
        (await BuyAsync(over, Ticket(over))).IsRefusal(409, "sale-closed");
    }

    [Fact]
    public async Task Sale_not_open_before_paused_and_it_says_when_it_opens()
    {
        var batch = await _sale.CreateAsync(Stage.Waiting);
        await _sale.OperateAsync(batch, "pause");
        var told = (await BuyAsync(batch, Ticket(batch))).IsRefusal(409, "sale-not-open");
        told["opensAt"].ShouldBe((await _sale.BoardAsync(batch))["schedule.saleOpens"]);
        // If the front may not answer by itself, the batch gives the same answer.
        (await BuyAsync(batch, _sale.Sign.Bearer(_sale.NewUser()))).IsRefusal(409, "sale-not-open")["opensAt"]
            .ShouldBe(told["opensAt"]);
    }

    [Fact]
    public async Task Paused_before_limit_reached()
    {
        var batch = await _sale.CreateAsync();
        await _sale.OperateAsync(batch, "pause");
        (await BuyAsync(batch, Ticket(batch), quantity: 2)).IsRefusal(503, "paused");
    }

    [Fact]
    public async Task Limit_reached_before_sold_out()
    {
        var batch = await _sale.CreateAsync(stock: 1);
        await _sale.OrderAsync(batch, _sale.NewUser());
        (await BuyAsync(batch, Ticket(batch), quantity: 2)).IsRefusal(409, "limit-reached");
    }

    [Fact]
    public async Task Sold_out_before_not_reserved()
    {
        var batch = await _sale.CreateAsync(stock: 1);
        await _sale.OrderAsync(batch, _sale.NewUser());
        (await BuyAsync(batch, _sale.Sign.Bearer(_sale.NewUser()))).IsRefusal(409, "sold-out");
    }

    [Fact]
    public async Task Not_reserved_is_the_last() =>
        (await BuyAsync(await _sale.CreateAsync(), _sale.Sign.Bearer(_sale.NewUser()))).IsRefusal(403, "not-reserved");

    private string Ticket(string batch) => "Ticket " + _sale.Sign.Ticket(_sale.NewUser(), batch);

    private Task<Answer> BuyAsync(string batch, string? by, string? ticket = null, int? quantity = null)
    {
        var body = new JsonObject();
        if (ticket is not null) body["ticket"] = ticket;
        if (quantity is not null) body["quantity"] = quantity;
        return _sale.Client.BuyAsync(batch, by!, body: body);
    }
}
