namespace OrleansSale.Tests.Api.Starting;

/// <summary>What is not for buyers, outside Development.</summary>
public sealed class ProductionTests : IAsyncLifetime
{
    private SaleFront _sale = null!;

    public async ValueTask InitializeAsync() => _sale = await SaleFront.StartAsync(new FrontPlan
    {
        Environment = "Production",
        Settings = new() { ["Payments:BaseAddress"] = "http://127.0.0.1:9" },
    });

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task What_is_for_development_is_not_there()
    {
        foreach (var (method, path) in ((string, string)[])
        [
            ("POST", "/dev/tokens"), ("POST", "/dev/session"), ("GET", "/dev/tokens"), ("POST", "/sandbox/checkouts"),
            ("GET", "/sandbox/payments"),
            ("POST", "/sandbox/refunds"), ("GET", "/sandbox/checkouts/00000000000000000000000000000000"),
            ("POST", "/sandbox/checkouts/00000000000000000000000000000000"), ("GET", "/sandbox/assets/cashier.js"),
        ])
        {
            foreach (var by in (string?[])[null, _sale.Operator])
                (await _sale.Client.SendAsync(method, path, by, method == "POST" ? "{}" : null))
                    .IsRefusal(404, "not-found");
        }

        (await _sale.Client.GetAsync("/api/me")).Is(200).Member("signIn").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task What_operators_look_at_is_for_operators()
    {
        var buyer = _sale.Sign.Bearer(_sale.NewUser());
        foreach (var path in (string[])["/dashboard", "/dashboard/", "/metrics", "/scalar", "/scalar/", "/scalar/v1",
            "/openapi/v1.json"])
        {
            (await _sale.Client.GetAsync(path)).IsRefusal(401, "unauthenticated");
            (await _sale.Client.GetAsync(path, "Bearer rubbish")).IsRefusal(401, "unauthenticated");
            (await _sale.Client.GetAsync(path, buyer)).IsRefusal(403, "forbidden");
            (await _sale.Client.GetAsync(path, _sale.Operator)).Status.ShouldBeOneOf([200, 301, 302], path);
        }

        (await _sale.Client.GetAsync("/health/live")).Is(200);
        (await _sale.Client.GetAsync("/health/ready")).Is(200);
    }

    [Fact]
    public async Task A_sale_works_without_anything_of_development()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        var ticket = (await _sale.ReserveAsync(batch, user)).Is(201)["ticket"]!;
        _sale.Clock.Advance(2 * Offer.StageLasts);
        var order = (await _sale.Client.BuyAsync(batch, "Ticket " + ticket)).Is(201)["id"]!;
        // The provider is not there: the buyer is asked to come back, and the order stands.
        (await _sale.CheckOutAsync(order, user)).IsRefusal(503, "overloaded");
        (await _sale.ReadOrderAsync(order, user)).Is(200)["status"].ShouldBe("awaiting-payment");
        _sale.Front.Log.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_engines_run_side_by_side_and_share_nothing()
    {
        await using var other = await SaleFront.StartAsync();
        var (here, there) = (await _sale.CreateAsync(stock: 1), await other.CreateAsync(stock: 2));
        here.ShouldBe(there, "both number their batches alike");
        (await _sale.BoardAsync(here)).Number("stock").ShouldBe(1);
        (await other.BoardAsync(there)).Number("stock").ShouldBe(2);
        (await _sale.Client.GetAsync($"/api/me/orders?batch={here}", other.Sign.Bearer("weibo:alice")))
            .IsRefusal(401, "unauthenticated");
        (await _sale.Client.BuyAsync(here, "Ticket " + other.Sign.Ticket("weibo:alice", here)))
            .IsRefusal(401, "unauthenticated");
    }
}
