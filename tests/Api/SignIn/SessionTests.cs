using System.Text.Json;

namespace OrleansSale.Tests.Api.SignIn;

[Collection(SaleTests.Name)]
public sealed class SessionTests(SaleTests.Fixture fixture)
{
    private readonly SaleFront _sale = fixture.Front;

    [Fact]
    public async Task A_development_token_is_what_clients_need()
    {
        // Its times are the engine's, so on a front whose clock nobody moved.
        await using var fresh = await SaleFront.StartAsync();
        var made = (await fresh.Client.PostAsync(
            "/dev/tokens", body: """{"user":"alice","channel":"weibo","roles":["operator"],"name":"Alice 爱丽丝"}"""))
                .Is(200);
        made.Names.ShouldBe(["token"]);
        var me = (await fresh.Client.GetAsync("/api/me", "Bearer " + made["token"])).Is(200);
        me.Names.ShouldBe(["user", "name", "channel", "roles"]);
        (me["user"], me["name"], me["channel"]).ShouldBe(("weibo:alice", "Alice 爱丽丝", "weibo"));
        me.Member("roles").EnumerateArray().Select(role => role.GetString()).ShouldBe(["operator"]);
        me.Header("Cache-Control").ShouldBe("no-store");

        var buyer = (await fresh.Client.PostAsync("/dev/tokens", body: """{"user":"bob","channel":"weibo"}"""))
            .Is(200)["token"];
        (await fresh.Client.PostAsync("/api/operator/batches", $"Bearer {buyer}", "{}")).IsRefusal(403, "forbidden");
        (await fresh.Client.GetAsync("/api/me")).Is(200).Member("user").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_removes_its_cookie()
    {
        const string Removed = "expires=Thu, 01 Jan 1970";
        var (first, second, third) =
            (await _sale.SignInAsync("alice"), await _sale.SignInAsync("alice"), await _sale.SignInAsync("alice"));
        (await WithCookieAsync("GET", "/api/me", first)).Is(200)["user"].ShouldBe("weibo:alice");
        (await WithCookieAsync("DELETE", "/api/me/session", first)).Is(204).Header("Set-Cookie")!
            .ShouldContain(Removed);
        var page = (await WithCookieAsync("GET", "/signout?returnTo=/sale/mi2-1", second)).Is(302);
        (page.Header("Location"), page.Header("Set-Cookie")!.Contains(Removed)).ShouldBe(("/sale/mi2-1", true));
        (await WithCookieAsync("POST", "/signout?returnTo=//evil.example", third, ("Sec-Fetch-Site", "same-origin")))
            .Is(302).Header("Location").ShouldBe("/");
        foreach (var cookie in (string[])[first, second, third])
            (await WithCookieAsync("GET", "/api/me", cookie)).Is(200)["user"].ShouldBeNull();
    }

    [Fact]
    public async Task A_cookie_that_was_tampered_with_and_a_token_beside_a_good_one_decide_alone()
    {
        var cookie = await _sale.SignInAsync("dave");
        (await WithCookieAsync("GET", "/api/me", cookie[..^4] + "AAAA")).Is(200)["user"].ShouldBeNull();
        var both = await _sale.Client.SendAsync("GET", "/api/me", _sale.Sign.Bearer("weibo:erin"),
            headers: ("Cookie", cookie));
        both["user"].ShouldBe("weibo:erin");
        var bad = await _sale.Client.SendAsync("GET", "/api/me", "Bearer rubbish", headers: ("Cookie", cookie));
        bad.Is(200)["user"].ShouldBeNull("a bad credential is not made good by another");
    }

    [Fact]
    public async Task A_session_of_one_engine_is_none_of_another()
    {
        await using var other = await SaleFront.StartAsync();
        var cookie = await _sale.SignInAsync("frank", "operator");
        (await WithCookieAsync("GET", "/api/me", cookie)).Is(200)["user"].ShouldBe("weibo:frank");
        (await other.Client.SendAsync("GET", "/api/me", headers: ("Cookie", cookie))).Is(200)["user"].ShouldBeNull();
    }

    [Fact]
    public async Task Pages_keep_foreign_code_out()
    {
        var batch = await _sale.CreateAsync();
        foreach (var path in (string[])["/", $"/sale/{batch}", "/pages/sale.js", "/img/phone.svg"])
        {
            var page = (await _sale.Client.GetAsync(path)).Is(200);
            var policy = page.Header("Content-Security-Policy")!;
            foreach (var part in (string[])["default-src 'self'", "script-src 'self'", "frame-ancestors 'none'",
                "base-uri 'none'", "object-src 'none'"])
                policy.ShouldContain(part, Case.Sensitive, path);
            policy.ShouldNotContain("unsafe");
            page.Header("X-Content-Type-Options").ShouldBe("nosniff");
            page.Header("Server").ShouldBeNull();
        }

        (await _sale.Client.GetAsync("/sale/a/b")).IsRefusal(404, "not-found");
        (await _sale.Client.GetAsync("/appsettings.json")).IsRefusal(404, "not-found");
        (await _sale.Client.GetAsync("/..%2fappsettings.json")).IsRefusal(404, "not-found");
    }

    private Task<Answer> WithCookieAsync(string method, string path, string cookie,
        params (string, string)[] headers) =>
        _sale.Client.SendAsync(method, path, headers: [("Cookie", cookie), .. headers]);
}
