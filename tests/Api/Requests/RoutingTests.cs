namespace OrleansSale.Tests.Api.Requests;

[Collection(SaleTests.Name)]
public sealed class RoutingTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Theory]
    [InlineData("/api/batches", "GET", "HEAD")]
    [InlineData("/api/batches/x", "GET", "HEAD")]
    [InlineData("/api/batches/x/live", "GET", "HEAD")]
    [InlineData("/api/batches/x/reservation", "DELETE", "GET", "HEAD", "PUT")]
    [InlineData("/api/batches/x/reservation/delivery", "DELETE", "GET", "HEAD", "PUT")]
    [InlineData("/api/batches/x/orders", "POST")]
    [InlineData("/api/batches/x/place", "DELETE", "GET", "HEAD")]
    [InlineData("/api/orders/x.1", "DELETE", "GET", "HEAD")]
    [InlineData("/api/orders/x.1/checkout", "POST")]
    [InlineData("/api/orders/x.1/delivery", "GET", "HEAD", "PUT")]
    [InlineData("/api/me/orders", "GET", "HEAD")]
    [InlineData("/api/payments/notifications", "POST")]
    [InlineData("/api/operator/batches", "GET", "HEAD", "POST")]
    [InlineData("/api/operator/batches/x/extend", "POST")]
    [InlineData("/api/operator/batches/x/recall", "GET", "HEAD", "POST")]
    [InlineData("/api/operator/batches/x/hide", "POST")]
    [InlineData("/api/operator/batches/x/pause", "POST")]
    [InlineData("/api/operator/batches/x/suspend-line", "POST")]
    [InlineData("/api/operator/batches/x/line", "GET", "HEAD")]
    [InlineData("/api/operator/batches/x/line/1", "DELETE")]
    [InlineData("/api/operator/products/x/backlog", "GET", "HEAD")]
    [InlineData("/api/operator/products/x/backlog/y", "DELETE")]
    [InlineData("/api/operator/batches/x/ledger", "GET", "HEAD")]
    [InlineData("/api/operator/batches/x/money", "GET", "HEAD")]
    [InlineData("/api/operator/batches/x/payments", "GET", "HEAD")]
    [InlineData("/api/operator/orders/x.1/settle", "POST")]
    [InlineData("/dev/tokens", "POST")]
    [InlineData("/health/live", "GET", "HEAD")]
    [InlineData("/metrics", "GET", "HEAD")]
    [InlineData("/openapi/v1.json", "GET", "HEAD")]
    [InlineData("/", "GET", "HEAD")]
    [InlineData("/sale/x", "GET", "HEAD")]
    [InlineData("/pages/plain.css", "GET", "HEAD")]
    public async Task A_resource_without_that_method_says_which_it_has(string path, params string[] methods)
    {
        foreach (var method in (string[])["GET", "PUT", "POST", "DELETE", "PATCH"])
        {
            if (methods.Contains(method)) continue;
            var answer = (await _sale.Client.SendAsync(method, path, _sale.Operator))
                .IsRefusal(405, "method-not-allowed");
            answer.Header("Allow")!.Split(", ").Order().ShouldBe(methods);
        }
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/nothing")]
    [InlineData("/api/batches/x/y/z")]
    [InlineData("/sandbox/nothing")]
    [InlineData("/nothing.html")]
    [InlineData("/%E4%BD%A0")]
    public async Task A_path_that_is_nothing_is_not_found(string path)
    {
        foreach (var method in (string[])["GET", "POST", "DELETE"]) (await _sale.Client.SendAsync(method, path))
            .IsRefusal(404, "not-found");
    }
}
