using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Operators;

[Collection(SaleTests.Name)]
public sealed class OrderSearchTests(SaleTests.Fixture fixture)
{
    private const string Orders = "/api/operator/orders";

    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_users_orders_of_all_batches_are_found_page_by_page_with_what_operators_need()
    {
        var (user, orders) = (_sale.NewUser(), new List<string>());
        var batches = new List<string>();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            batches.Add(await _sale.CreateAsync());
            orders.Add(await _sale.OrderAsync(batches[^1], user));
            await _sale.OrderAsync(batches[^1], _sale.NewUser());
        }
        var first = await UntilAsync($"?user={user}&limit=2", 2);
        var rest = await UntilAsync($"?user={user}&after={first["next"]}", 1);
        first.Items.Concat(rest.Items).Select(IdOf).ShouldBe(orders, ignoreOrder: true);
        first.Header("Cache-Control").ShouldBe("no-store");
        first.Items.ShouldAllBe(order => order.GetProperty("user").GetString() == user);
        (await UntilAsync($"?user={user}&batch={batches[1]}", 1)).Items.Select(IdOf).ShouldBe([orders[1]]);
        (await FindAsync($"?user={_sale.NewUser()}")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Orders_are_found_by_status_and_unit()
    {
        var batch = await _sale.CreateAsync(stock: 1);
        // The same user: to another one the front may say for a moment that it is sold out.
        var user = _sale.NewUser();
        var given = await _sale.OrderAsync(batch, user);
        (await _sale.CancelAsync(given, user)).Is(200);
        var held = await _sale.OrderAsync(batch, user);
        (await UntilAsync($"?batch={batch}&unit=1", 2)).Items.Select(IdOf).ShouldBe([given, held]);
        (await UntilAsync($"?batch={batch}&status=cancelled", 1)).Items.Select(IdOf).ShouldBe([given]);
        (await UntilAsync($"?batch={batch}&status=awaiting-payment", 1)).Items.Select(IdOf).ShouldBe([held]);
        (await FindAsync($"?batch={batch}&status=paid")).Items.ShouldBeEmpty();
        (await FindAsync($"?batch={batch}&unit=2")).Items.ShouldBeEmpty();
        (await FindAsync($"?user={user}&unit=1&status=awaiting-payment")).Items.Select(IdOf).ShouldBe([held]);
    }

    [Theory]
    [InlineData("?user=nobody", "user")]
    [InlineData("?status=lost", "status")]
    [InlineData("?unit=0", "unit")]
    [InlineData("?unit=10000001", "unit")]
    [InlineData("?after=17", "after")]
    [InlineData("?limit=0", "limit")]
    public async Task A_malformed_search_is_refused_and_names_the_field(string query, string field) =>
        (await _sale.Client.GetAsync(Orders + query, _sale.Operator)).IsRefusal(400, "invalid-request", field);

    [Fact]
    public async Task The_search_is_for_operators_and_for_batches_that_exist()
    {
        (await _sale.Client.GetAsync(Orders)).IsRefusal(401, "unauthenticated");
        (await _sale.Client.GetAsync(Orders, _sale.Sign.Bearer(_sale.NewUser()))).IsRefusal(403, "forbidden");
        (await _sale.Client.GetAsync($"{Orders}?batch=none", _sale.Operator)).IsRefusal(404, "not-found");
    }

    private static string IdOf(System.Text.Json.JsonElement order) => order.GetProperty("id").GetString()!;

    private async Task<Answer> FindAsync(string query) =>
        (await _sale.Client.GetAsync(Orders + query, _sale.Operator)).Is(200);

    // The index follows within about a second.
    private async Task<Answer> UntilAsync(string query, int count)
    {
        Answer? found = null;
        await Eventually.HoldsAsync(
            async () => (found = await FindAsync(query)).Items.Length == count, $"{count} orders are found by {query}");
        return found!;
    }
}
