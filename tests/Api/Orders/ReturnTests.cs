using OrleansSale.Tests.Api.Line;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Orders;

/// <summary>Returns of paid orders to the line, over HTTP.</summary>
[Collection(SaleTests.Name)]
public sealed class ReturnTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_paid_order_goes_to_the_next_in_line_and_is_refunded_once_they_have_paid()
    {
        var (batch, owner, order) = await PaidAsync();
        var next = _sale.NewUser();
        var offered = (await GiveBackAsync(order, owner)).Is(200);
        (offered["status"], offered["return"], offered.Header("Cache-Control"))
            .ShouldBe(("paid", "offered", "no-store"));
        (await GiveBackAsync(order, owner)).Is(200).Text.ShouldBe(offered.Text);
        (await _sale.StandByAsync(batch, next)).Is(202);
        await UntilReturnIsAsync(order, owner, "being-paid");
        (await _sale.CancelAsync(order, owner)).IsRefusal(409, "conflict");
        (await ShipAsync(order)).IsRefusal(409, "conflict");

        var offer = (await _sale.PlaceAsync(batch, next)).Is(200)["order"]!;
        (await _sale.ReadOrderAsync(offer, next)).Is(200).Names.ShouldNotContain("return");
        var url = (await _sale.CheckOutAsync(offer, next)).Is(200)["checkoutUrl"]!;
        await _sale.DecideAsync(url, "paid");
        await _sale.UntilOrderIsAsync(offer, next, "paid");
        await _sale.UntilOrderIsAsync(order, owner, "refunded");
        var returned = (await _sale.ReadOrderAsync(order, owner)).Is(200);
        (returned["return"], returned.Names.Contains("cancelledBy")).ShouldBe(("returned", false));
        (await GiveBackAsync(order, owner)).Is(200)["return"].ShouldBe("returned");
        (await KeepAsync(order, owner)).IsRefusal(409, "conflict");
        var sale = await _sale.AuditAsync(batch);
        (sale.Units.Sold, sale.Order(order)!.Released).ShouldBe((1, "returned"));
    }

    [Fact]
    public async Task Its_buyer_may_keep_it_while_nobody_may_pay_for_it()
    {
        var (batch, owner, order) = await PaidAsync();
        (await KeepAsync(order, owner)).Is(200).Names.ShouldNotContain("return");
        await GiveBackAsync(order, owner);
        (await KeepAsync(order, owner)).Is(200).Names.ShouldNotContain("return");
        (await _sale.StandByAsync(batch, _sale.NewUser())).Is(202);
        await Eventually.HoldsAsync(
            async () => (await _sale.BoardAsync(batch)).Is(200).Number("sold") == 1, "the board shows that it is sold");
    }

    [Fact]
    public async Task Its_buyer_may_keep_it_while_somebody_may_pay_and_nobody_after_them_is_offered_it()
    {
        var (batch, owner, order) = await PaidAsync();
        string[] waiting = [_sale.NewUser(), _sale.NewUser()];
        foreach (var user in waiting) (await _sale.StandByAsync(batch, user)).Is(202);
        (await GiveBackAsync(order, owner)).Is(200);
        await UntilReturnIsAsync(order, owner, "being-paid");
        for (var time = 0; time < 2; time++)
        {
            var kept = (await KeepAsync(order, owner)).Is(200);
            (kept["status"], kept["return"]).ShouldBe(("paid", "ending"));
        }
        (await GiveBackAsync(order, owner)).IsRefusal(409, "conflict");
        var offer = (await _sale.PlaceAsync(batch, waiting[0])).Is(200)["order"]!;
        (await _sale.CancelAsync(offer, waiting[0])).Is(200);
        (await _sale.ReadOrderAsync(order, owner)).Is(200).Names.ShouldNotContain("return");
        (await _sale.PlaceAsync(batch, waiting[1])).Is(200)["state"].ShouldBe("waiting");
        (await ShipAsync(order)).Is(200);
    }

    [Fact]
    public async Task Only_its_buyer_may_return_an_order_that_is_paid_and_not_shipped_while_the_sale_is_on()
    {
        var (batch, owner, order) = await PaidAsync();
        foreach (var method in (string[])["POST", "DELETE"])
        {
            var path = $"/api/orders/{order}/return";
            (await _sale.Client.SendAsync(method, path, null)).IsRefusal(401, "unauthenticated");
            (await _sale.Client.SendAsync(method, path, _sale.Sign.Bearer(_sale.NewUser())))
                .IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync(method, path, _sale.Operator)).IsRefusal(404, "not-found");
            (await _sale.Client.SendAsync(method, $"/api/orders/{batch}.9999/return", _sale.Sign.Bearer(owner)))
                .IsRefusal(404, "not-found");
        }
        (await ShipAsync(order)).Is(200);
        (await GiveBackAsync(order, owner)).IsRefusal(409, "conflict")["detail"].ShouldBe("it is shipped");

        var unpaid = await SoldOutBatch.OpenAsync(_sale);
        (await GiveBackAsync(unpaid.Order, unpaid.Holders[0].User)).IsRefusal(409, "conflict");
        var (closed, late, lateOrder) = await PaidAsync();
        (await _sale.OperateAsync(closed, "close")).Is(200);
        (await GiveBackAsync(lateOrder, late)).IsRefusal(409, "sale-closed");
        var (_, alone, aloneOrder) = await PaidAsync(standbyLimit: 0);
        (await GiveBackAsync(aloneOrder, alone)).IsRefusal(409, "conflict");
    }

    [Fact]
    public async Task Terms_that_keep_paid_orders_paid_still_let_them_go_to_the_line()
    {
        var (batch, owner, order) = await PaidAsync(cancelPaid: "never");
        (await _sale.CancelAsync(order, owner)).IsRefusal(409, "conflict");
        (await GiveBackAsync(order, owner)).Is(200)["return"].ShouldBe("offered");
        (await _sale.BoardAsync(batch)).Is(200)["cancelPaid"].ShouldBe("never");
    }

    private async Task<(string Batch, string Owner, string Order)> PaidAsync(
        int standbyLimit = 10, string? cancelPaid = null)
    {
        var owner = _sale.NewUser();
        var batch = await _sale.CreateAsync(stock: 1, change: terms =>
        {
            terms["standbyLimit"] = standbyLimit;
            if (cancelPaid is not null) terms["cancelPaid"] = cancelPaid;
        });
        var order = await _sale.OrderAsync(batch, owner);
        await _sale.DecideAsync((await _sale.CheckOutAsync(order, owner)).Is(200)["checkoutUrl"]!, "paid");
        await _sale.UntilOrderIsAsync(order, owner, "paid");
        await Harness.Eventually.HoldsAsync(
            async () => (await _sale.BoardAsync(batch))["phase"] == "sold-out", "the front knows that it is sold out");
        return (batch, owner, order);
    }

    private Task<Answer> GiveBackAsync(string order, string user) =>
        _sale.Client.SendAsync("POST", $"/api/orders/{order}/return", _sale.Sign.Bearer(user));

    private Task<Answer> KeepAsync(string order, string user) =>
        _sale.Client.SendAsync("DELETE", $"/api/orders/{order}/return", _sale.Sign.Bearer(user));

    private Task<Answer> ShipAsync(string order) => _sale.Client.PostAsync(
        $"/api/operator/orders/{order}/ship", _sale.Operator, """{"reason":"other","tracking":"SF 1"}""");

    private Task UntilReturnIsAsync(string order, string user, string stage) => Harness.Eventually.HoldsAsync(
        async () => (await _sale.ReadOrderAsync(order, user))["return"] == stage, $"{order} is {stage}");
}
