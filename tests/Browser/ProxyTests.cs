using System.Collections.Concurrent;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>Behind a real proxy with TLS and HTTP/2 everything works as without one.</summary>
public sealed class ProxyTests(SaleStage stage)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/shop/")]
    public async Task A_buyer_gets_from_the_list_to_a_paid_order_through_a_proxy(string path)
    {
        await using var site = await ProxiedSite.StartAsync(path, TestContext.Current.CancellationToken);
        await using var buyer = await site.VisitAsync(stage);
        var asked = new ConcurrentBag<Uri>();
        buyer.Page.Request += (_, request) => asked.Add(new Uri(request.Url));
        await buyer.Page.GotoAsync("./");
        await buyer.SignInOnThePageAsync("alice");
        await using var opening = await HeldOpening.OfAsync(site.Others, new Sale(Sale.AtOnce));
        var batch = opening.Batch;
        await buyer.Page.ReloadAsync();
        await buyer.Page.Locator($"[data-batch={batch}] a").ClickAsync();
        await buyer.Part("reserve").ClickAsync();
        await buyer.ToldAsync("reserved");
        await Expect(buyer.Part("live")).ToHaveAttributeAsync("data-state", "live");
        (await buyer.Page.EvaluateAsync<string>("performance.getEntriesByType('navigation')[0].nextHopProtocol"))
            .ShouldBe("h2");

        await opening.LetComeAsync();
        await buyer.CanBuyAsync();
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await buyer.Part("pay-now").ClickAsync();
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.Page.WaitForURLAsync($"{site.Address}sale/{batch}*");
        await buyer.OrderIsAsync("paid");

        // The page also asks while it has no stream, so the stream is watched by itself.
        await buyer.Page.EvaluateAsync(
            """
            address => {
              window.phases = [];
              new EventSource(address).addEventListener('board', event => phases.push(JSON.parse(event.data).phase));
            }
            """,
            $"{site.Address}api/batches/{batch}/live");
        await buyer.Page.WaitForFunctionAsync("() => phases.length > 0");
        await site.Others.OperateAsync(batch, "pause");
        await buyer.Page.WaitForFunctionAsync("() => phases.at(-1) === 'paused'");
        await Expect(buyer.Part("live")).ToHaveAttributeAsync("data-state", "live");

        asked.Where(address => address.Scheme != "data").ShouldAllBe(
            address => address.AbsoluteUri.StartsWith(site.Address.AbsoluteUri, StringComparison.Ordinal));
        (await buyer.Page.Context.CookiesAsync()).ShouldAllBe(cookie => cookie.Secure);
        buyer.Errors.ShouldBeEmpty();
    }
}
