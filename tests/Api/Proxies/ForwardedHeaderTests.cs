using System.Net;
using OrleansSale.Tests.Api.Pages;

namespace OrleansSale.Tests.Api.Proxies;

/// <summary>What a proxy says of the browser is believed, and what anybody else says of themselves is not.</summary>
public sealed class ForwardedHeaderTests : IAsyncLifetime
{
    private const string Proxy = "127.0.0.2";

    private static readonly (string, string)[] Forwarded =
        [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "shop.example")];

    private SaleFront _sale = null!;
    private FrontClient _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        _sale = await StartAsync(Proxy);
        _proxy = new FrontClient(_sale.Client.Address, IPAddress.Parse(Proxy));
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.Dispose();
        await _sale.DisposeAsync();
    }

    [Fact]
    public async Task The_addresses_of_a_page_are_those_that_the_browser_asked_the_proxy_for()
    {
        (await CanonicalAsync(_proxy)).ShouldBe("https://shop.example/");
        (await CanonicalAsync(_sale.Client)).ShouldBe(_sale.Client.Address.AbsoluteUri);
    }

    [Fact]
    public async Task Without_a_configured_proxy_nobody_is_believed_even_if_the_host_believes_everybody()
    {
        foreach (var settings in (Dictionary<string, string>[])[[], new() { ["ForwardedHeaders_Enabled"] = "true" }])
        {
            await using var sale = await StartAsync(proxies: null, settings);
            (await CanonicalAsync(sale.Client)).ShouldBe(sale.Client.Address.AbsoluteUri);
        }
    }

    [Fact]
    public async Task Proxies_in_a_row_are_believed_as_far_as_each_is_configured()
    {
        await using var sale = await StartAsync($"{Proxy} 10.0.0.0/24");
        using var proxy = new FrontClient(sale.Client.Address, IPAddress.Parse(Proxy));
        foreach (var (outer, host) in ((string, string)[])[("10.0.0.9", "outer.example"), ("10.0.1.9", "shop.example")])
        {
            (await CanonicalAsync(proxy, ("X-Forwarded-For", $"203.0.113.9, {outer}"),
                ("X-Forwarded-Proto", "https, https"), ("X-Forwarded-Host", "outer.example, shop.example")))
                .ShouldBe($"https://{host}/");
        }
    }

    [Fact]
    public async Task The_host_filter_sees_the_browsers_host()
    {
        foreach (var (client, host, status) in ((FrontClient, string, int)[])
        [
            (_proxy, "shop.example", 200), (_proxy, "evil.example", 400), (_sale.Client, "evil.example", 200),
        ])
            (await client.SendAsync("GET", "/api/channels", headers: ("X-Forwarded-Host", host))).Is(status);
    }

    [Fact]
    public async Task A_cookie_is_for_encrypted_connections_if_the_browser_has_one()
    {
        foreach (var (client, isSecure) in ((FrontClient, bool)[])[(_proxy, true), (_sale.Client, false)])
        {
            var kept = await client.SendAsync("GET", "/signin/nowhere?lang=en", headers: Forwarded);
            Attributes(kept).Contains("secure").ShouldBe(isSecure);
            var state = await client.SendAsync("GET", "/signin/weibo", headers: Forwarded);
            Attributes(state.Is(302)).Contains("secure").ShouldBe(isSecure);
            new Uri(state.Header("Location")!).Host.ShouldBe(isSecure ? "shop.example" : "127.0.0.1");
        }
    }

    [Fact]
    public async Task Only_pages_of_the_site_that_the_browser_sees_use_a_session()
    {
        var cookie = await _sale.SignInAsync("inga");
        var own = _sale.Client.Address.GetLeftPart(UriPartial.Authority);
        foreach (var (client, origin, isOwn) in ((FrontClient, string, bool)[])
        [
            (_proxy, "https://shop.example", true), (_proxy, "http://shop.example", false), (_proxy, own, false),
            (_sale.Client, own, true), (_sale.Client, "https://shop.example", false),
        ])
        {
            var answer = await client.SendAsync("DELETE", "/api/orders/none-1.1",
                headers: [.. Forwarded, ("Cookie", cookie), ("Origin", origin)]);
            answer.Status.ShouldBe(isOwn ? 404 : 401, origin);
        }
    }

    private static Task<SaleFront> StartAsync(string? proxies, Dictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>(settings ?? [])
        {
            ["AllowedHosts"] = "shop.example;outer.example",
            ["Channels:weibo:SignIn:Provider"] = "Sandbox",
        };
        if (proxies is not null) all["Sale:Proxies"] = proxies;
        return SaleFront.StartAsync(new FrontPlan { Settings = all });
    }

    private static async Task<string> CanonicalAsync(FrontClient client, params (string, string)[] headers)
    {
        var page = await client.SendAsync("GET", "/", headers: headers.Length > 0 ? headers : Forwarded);
        return new PageText(page.Is(200).Text).Links("canonical").ShouldHaveSingleItem().Address;
    }

    private static string[] Attributes(Answer answer) =>
        answer.Header("Set-Cookie")!.Split(';', StringSplitOptions.TrimEntries);
}
