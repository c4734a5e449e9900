using Microsoft.AspNetCore.Http;
using OrleansSale.Api.SignIn;

namespace OrleansSale.Tests.Api.SignIn;

/// <summary>
/// A session is used by pages of this site only, by all that browsers say of where a request was made.
/// </summary>
[Collection(SaleTests.Name)]
public sealed class OriginTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    private string Own => $"http://{_sale.Client.Address.Authority}";

    [Fact]
    public async Task A_write_with_a_session_from_elsewhere_is_refused_at_every_endpoint()
    {
        var (batch, cookie) = (await _sale.CreateAsync(Stage.Reserving), await _sale.SignInAsync("mallet", "operator"));
        foreach (var (method, path) in ((string, string)[])
        [
            ("PUT", $"/api/batches/{batch}/reservation"), ("DELETE", $"/api/batches/{batch}/reservation"),
            ("PUT", $"/api/batches/{batch}/reservation/delivery"),
            ("DELETE", $"/api/batches/{batch}/reservation/delivery"),
            ("POST", $"/api/batches/{batch}/orders"), ("DELETE", $"/api/orders/{batch}.1"),
            ("POST", $"/api/orders/{batch}.1/checkout"),
            ("PUT", $"/api/orders/{batch}.1/delivery"), ("POST", "/api/operator/batches"),
            ("POST", $"/api/operator/batches/{batch}/pause"),
            ("POST", "/api/operator/users/end-sessions"), ("DELETE", "/api/me/session"), ("POST", "/signout"),
            ("POST", "/dashboard"), ("PATCH", "/dashboard/GrainStats"), ("POST", "/metrics"), ("POST", "/nowhere"),
        ])
        {
            foreach (var headers in Foreign())
                (await SendAsync(method, path, [("Cookie", cookie), .. headers])).IsRefusal(401, "unauthenticated");
        }
        (await _sale.BoardAsync(batch)).Member("paused").GetBoolean().ShouldBeFalse();
        (await SendAsync("GET", "/api/me", ("Cookie", cookie), ("Origin", "https://evil.example"))).Is(200)["user"]
            .ShouldBe("weibo:mallet", "who only reads tells other sites nothing, and the session goes on");
    }

    [Fact]
    public async Task A_write_with_a_session_from_this_site_is_done()
    {
        var (batch, cookie) = (await _sale.CreateAsync(Stage.Reserving), await _sale.SignInAsync("inga"));
        var path = $"/api/batches/{batch}/reservation";
        var secure = Own.Replace("http://", "https://", StringComparison.Ordinal);
        foreach (var headers in ((string, string)[][])
        [
            [("Origin", Own)], [("Origin", secure)], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")],
            [("Origin", Own), ("Sec-Fetch-Site", "same-origin")], [],
        ])
            (await SendAsync("PUT", path, [("Cookie", cookie), .. headers])).Status.ShouldBeOneOf(200, 201);
    }

    [Theory]
    [InlineData("http", "sale.example", "https://sale.example", false)]
    [InlineData("http", "sale.example", "http://sale.example", false)]
    [InlineData("https", "sale.example", "https://sale.example", false)]
    [InlineData("https", "sale.example:443", "https://sale.example", false)]
    [InlineData("https", "SALE.example", "https://sale.example", false)]
    [InlineData("http", "sale.example:8443", "https://sale.example:8443", false)]
    [InlineData("http", "[::1]:8080", "http://[::1]:8080", false)]
    [InlineData("https", "sale.example", "http://sale.example", true)]
    [InlineData("https", "sale.example", "https://sale.example:8443", true)]
    [InlineData("https", "sale.example:8443", "https://sale.example", true)]
    [InlineData("https", "sale.example", "https://sale.example.evil.example", true)]
    [InlineData("https", "sale.example", "https://evil.example#sale.example", true)]
    public void An_origin_is_this_site_s_by_the_host_and_port_that_the_browser_asked(
        string scheme, string host, string origin, bool isForeign)
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host, request.Headers.Origin) = (scheme, new HostString(host), origin);
        RequestOrigin.IsForeign(request).ShouldBe(isForeign);
    }

    [Fact]
    public async Task Nobody_signs_a_visitor_out_from_elsewhere_even_without_a_session()
    {
        foreach (var headers in Foreign())
        {
            (await SendAsync("DELETE", "/api/me/session/", headers)).IsRefusal(401, "unauthenticated")
                .Header("Set-Cookie").ShouldBeNull();
            foreach (var method in (string[])["GET", "POST"])
            {
                var page = (await SendAsync(method, "/signout?returnTo=/sale/mi2-1", headers)).Is(200);
                page.Header("Set-Cookie").ShouldBeNull();
                page.Text.ShouldContain("data-code=\"sign-out\"");
                page.Text.ShouldContain("href=\"/signout?returnTo=%2Fsale%2Fmi2-1\"");
                page = (await SendAsync(method, "/signout?returnTo=/signout", headers)).Is(200);
                page.Text.ShouldNotContain("href=\"/signout\"", Case.Sensitive, "to go back signs nobody out");
            }
        }
    }

    [Fact]
    public async Task A_picture_at_the_address_of_the_sign_out_signs_nobody_out()
    {
        var page = (await SendAsync(
            "GET", "/signout", ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "no-cors"))).Is(200);
        page.Header("Set-Cookie").ShouldBeNull();
        (await SendAsync("GET", "/signout", ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "navigate"))).Is(302);
    }

    [Fact]
    public async Task Headers_that_come_twice_are_refused_though_each_is_good()
    {
        var (batch, cookie) = (await _sale.CreateAsync(Stage.Reserving), await _sale.SignInAsync("doris"));
        foreach (var (name, value) in ((string, string)[])[("Origin", Own), ("Sec-Fetch-Site", "same-origin")])
        {
            var twice = await RawPost.SendAsync(
                _sale.Client.Address, $"/api/batches/{batch}/orders",
                "Cookie: " + cookie, $"{name}: {value}", $"{name}: {value}");
            twice.Status.ShouldBe(401, twice.Text);
        }
    }

    [Fact]
    public async Task A_bearer_token_is_nobodys_session_and_may_come_from_anywhere()
    {
        var (batch, user) = (await _sale.CreateAsync(Stage.Reserving), _sale.NewUser());
        (await _sale.Client.SendAsync("PUT", $"/api/batches/{batch}/reservation", _sale.Sign.Bearer(user),
            headers: ("Origin", "https://shop.example"))).Is(201);
    }

    private (string, string)[][] Foreign() =>
    [
        [("Origin", "https://evil.example")], [("Origin", "null")], [("Origin", "")], [("Origin", Own + "/")],
        [("Origin", Own + ", " + Own)], [("Origin", "http://" + _sale.Client.Address.Host)],
        [("Origin", _sale.Client.Address.Authority)],
        [("Origin", "ftp://" + _sale.Client.Address.Authority)],
        [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
        [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "")],
        [("Sec-Fetch-Site", "same-origin, same-origin")], [("Origin", Own), ("Sec-Fetch-Site", "cross-site")],
    ];

    private Task<Answer> SendAsync(string method, string path, params (string, string)[] headers) =>
        _sale.Client.SendAsync(method, path, headers: headers);
}
