using System.Security.Claims;
using System.Web;
using Microsoft.AspNetCore.Http;
using OrleansSale.Api.SignIn.Platforms;
using OrleansSale.Tests.Platforms;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>
/// Whatever a visitor or a platform answers, it is a page that says what to do, never a fault of the engine, and never
/// a session.
/// </summary>
[Collection(PlatformTests.Name)]
public sealed class BadAnswerTests : IDisposable
{
    private const string Callback = "/signin/club/callback";

    private readonly PlatformTests.Fixture _platforms;
    private readonly OpenIdProvider _provider;
    private readonly SaleFront _sale;
    private readonly SigningIn _visitor;

    public BadAnswerTests(PlatformTests.Fixture platforms)
    {
        (_platforms, _provider, _sale) = (platforms, platforms.Provider, platforms.Sale);
        _provider.Reset();
        _visitor = new SigningIn(_sale.Client.Address);
    }

    public void Dispose() => _visitor.Dispose();

    [Fact]
    public async Task An_answer_that_nobody_asked_for_is_refused()
    {
        var state = StateOf(await _visitor.AskAsync("club"));
        using var stranger = new SigningIn(_sale.Client.Address);
        foreach (var query in (string[])
        [
            "", "?code=1", "?state=rubbish&code=1", $"?state={state[..^4]}AAAA&code=1", "?state=%00&code=%FF",
            "?error=x&state=", "?state=" + new string('x', 4_000), "?state=a&state=b&code=c&code=d",
            "?error=%3Cscript%3Ealert(1)%3C/script%3E",
        ])
            await IsFaultAsync(await stranger.GetAsync(Callback + query), 400, "sign-in-stale", stranger);
        await IsFaultAsync(await stranger.GetAsync($"{Callback}?state={state}&code=1"), 400, "sign-in-stale", stranger);
        foreach (var content in (HttpContent[])
        [
            new FormUrlEncodedContent([new("state", "rubbish"), new("code", "1")]),
            new StringContent("{}"), new ByteArrayContent([0, 255]),
            new FormUrlEncodedContent(Enumerable.Range(0, 1_500).Select(i => KeyValuePair.Create($"a{i}", ""))),
            new MultipartFormDataContent { { new StringContent("1"), "code" } },
            Encoded("state=rubbish", "utf-7"), Encoded("state=rubbish", "no-such-charset"),
        ])
            await IsFaultAsync(await stranger.PostAsync(Callback, content), 400, "sign-in-stale", stranger);
        _provider.Exchanges.ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_counts_once_in_the_browser_and_on_the_channel_that_asked_for_it()
    {
        var answer = await _visitor.AskAsync("club");
        using var thief = new SigningIn(_sale.Client.Address);
        await IsFaultAsync(await thief.GetAsync(answer), 400, "sign-in-stale", thief);
        var elsewhere = new Uri(answer.AbsoluteUri.Replace("/club/", "/other/", StringComparison.Ordinal));
        await IsFaultAsync(await _visitor.GetAsync(elsewhere), 400, "sign-in-stale", _visitor);
        using var again = new SigningIn(_sale.Client.Address);
        answer = await again.AskAsync("club");
        (await again.GetAsync(answer)).Is(200);
        SigningIn.CodeOf((await again.GetAsync(answer)).Is(400)).ShouldBe("sign-in-stale", "it was used");
        (await again.MeAsync())["user"].ShouldBe("club:1736200151");
        _provider.Exchanges.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_is_refused()
    {
        var answer = await _visitor.AskAsync("club");
        var late = PlatformClient.SignInWithin + TimeSpan.FromMinutes(1);
        _sale.Clock.Advance(late);
        await IsFaultAsync(await _visitor.GetAsync(answer), 400, "sign-in-stale", _visitor);
        _sale.Clock.Advance(-late);
    }

    [Fact]
    public async Task Answers_of_two_sign_ins_do_not_mix()
    {
        var (one, other) = (await _visitor.AskAsync("club"), await _visitor.AskAsync("club"));
        var query = HttpUtility.ParseQueryString(one.Query);
        query["state"] = HttpUtility.ParseQueryString(other.Query)["state"];
        await IsFaultAsync(await _visitor.GetAsync($"{Callback}?{query}"), 403, "sign-in-refused", _visitor);
    }

    [Fact]
    public async Task An_answer_of_another_issuer_is_refused()
    {
        var answer = await _visitor.AskAsync("club");
        var query = HttpUtility.ParseQueryString(answer.Query);
        query["iss"] = "https://evil.example/";
        var page = await _visitor.GetAsync($"{Callback}?{query}");
        page.Status.ShouldBeOneOf(400, 403);
        await IsFaultAsync(page, page.Status, SigningIn.CodeOf(page)!, _visitor);
        _provider.Exchanges.ShouldBe(0);
    }

    [Fact]
    public async Task Who_says_no_at_the_platform_is_led_back_to_their_page()
    {
        _provider.Error = "access_denied";
        var page = await _visitor.SignInAsync("club", "/sale/mi2-1?order=mi2-1.17");
        await IsFaultAsync(page, 403, "sign-in-cancelled", _visitor);
        page.Text.ShouldContain("The Club says");
        page.Text.ShouldContain("href=\"/sale/mi2-1?order=mi2-1.17\"");
        page.Text.ShouldContain("href=\"/signin/club?returnTo=%2Fsale%2Fmi2-1%3Forder%3Dmi2-1.17\"");
        using var chinese = new SigningIn(_sale.Client.Address, "zh-CN,zh;q=0.9,en;q=0.5");
        var same = await chinese.SignInAsync("club");
        same.Header("Content-Language").ShouldBe("zh-CN");
        var text = HttpUtility.HtmlDecode(same.Text);
        text.ShouldContain("俱乐部");
        text.ShouldContain("登录已取消");
        _provider.Error = "server_error";
        await IsFaultAsync(await _visitor.SignInAsync("club"), 503, "sign-in-platform-down", _visitor);
    }

    [Theory]
    [InlineData(400, "application/json", """{"error":"invalid_grant"}""", 403, "sign-in-refused")]
    [InlineData(401, "application/json", """{"error":"invalid_client"}""", 403, "sign-in-refused")]
    [InlineData(500, "text/html", "<h1>oh</h1>", 503, "sign-in-platform-down")]
    [InlineData(503, "text/plain", "", 503, "sign-in-platform-down")]
    [InlineData(200, "application/json", "{", 503, "sign-in-platform-down")]
    [InlineData(200, "text/html", "<html>", 503, "sign-in-platform-down")]
    public async Task What_the_platform_answers_to_the_code_is_told_and_asked_for_once(
        int answered, string type, string body, int status, string code)
    {
        _provider.BeforeToken = async http =>
        {
            (http.Response.StatusCode, http.Response.ContentType) = (answered, type);
            await http.Response.WriteAsync(body);
            return false;
        };
        await IsFaultAsync(await _visitor.SignInAsync("club"), status, code, _visitor);
        _provider.Exchanges.ShouldBe(1);
    }

    [Fact]
    public async Task A_platform_that_cuts_the_connection_or_is_not_there_is_told_as_down()
    {
        _provider.BeforeToken = http =>
        {
            http.Abort();
            return Task.FromResult(false);
        };
        await IsFaultAsync(await _visitor.SignInAsync("club"), 503, "sign-in-platform-down", _visitor);
        _provider.Exchanges.ShouldBe(1);
        await IsFaultAsync(await _visitor.GetAsync("/signin/gone"), 503, "sign-in-platform-down", _visitor);
    }

    [Fact]
    public async Task A_platform_that_does_not_answer_is_waited_for_no_longer_than_the_bound()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        _provider.BeforeToken = _ =>
        {
            asked.SetResult();
            return answer.Task;
        };
        var page = _visitor.SignInAsync("club");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        _platforms.Patience.Advance(PlatformClient.AllWithin);
        await IsFaultAsync(await page, 503, "sign-in-platform-down", _visitor);
        answer.SetResult(false);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData(" a")]
    [InlineData("a\u202eb")]
    public async Task An_id_that_cannot_be_a_user_is_told_and_makes_none(string subject)
    {
        _provider.Person = [new Claim("sub", subject)];
        await IsFaultAsync(await _visitor.SignInAsync("club"), 403, "sign-in-unfit-subject", _visitor);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/%2fevil.example/")]
    [InlineData("/%252fevil.example/")]
    [InlineData("/%5Cevil.example/")]
    [InlineData("/a/..//evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/sale/a\r\nSet-Cookie: x=y")]
    [InlineData("sale/mi2-1")]
    [InlineData("")]
    [InlineData("/signout")]
    [InlineData("/SignOut/?returnTo=/")]
    [InlineData("/%73ignout")]
    [InlineData("/sale/../signout")]
    [InlineData("/sale/%2e%2e/signin/club")]
    public async Task The_way_back_is_to_a_page_of_this_site_only(string returnTo)
    {
        (await _visitor.SignInAsync("club", returnTo)).Is(200).Header("Refresh").ShouldBe("0; url=/");
        ReturnAddress.IsLocal("/sale/mi2-1?to=https://shop.example//a").ShouldBeTrue("a query names no host");
    }

    [Theory]
    [InlineData("/signin/nobody")]
    [InlineData("/signin/nobody/callback")]
    [InlineData("/signin/weibo")]
    [InlineData("/signin/weibo/callback?code=1&state=1")]
    [InlineData("/signin/%E4%BD%A0")]
    public async Task A_channel_without_a_sign_in_has_a_page_that_says_so(string path) =>
        await IsFaultAsync(await _visitor.GetAsync(path), 404, "not-found", _visitor);

    private async Task IsFaultAsync(Answer page, int status, string code, SigningIn visitor)
    {
        page.Is(status);
        SigningIn.CodeOf(page).ShouldBe(code, page.Text);
        page.MediaType.ShouldBe("text/html");
        page.Header("Cache-Control").ShouldBe("no-store");
        page.Header("Content-Security-Policy")!.ShouldContain("default-src 'none'");
        page.Text.ShouldNotContain("<script");
        if (status == 503) int.Parse(page.Header("Retry-After")!, null).ShouldBeInRange(1, 3);
        (await visitor.MeAsync())["user"].ShouldBeNull();
        _sale.Front.Log.All.ShouldBeEmpty();
        _platforms.Log.All
            .ShouldNotContain(line => $"{line}".Contains(OpenIdProvider.ClientSecret, StringComparison.Ordinal));
        _platforms.Log.All.Where(line => $"{line}".Contains("OrleansSale", StringComparison.Ordinal))
            .ShouldNotContain(line => $"{line}".Contains("code=", StringComparison.OrdinalIgnoreCase));
    }

    private static StringContent Encoded(string form, string charset)
    {
        var content = new StringContent(form);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", $"application/x-www-form-urlencoded; charset={charset}")
            .ShouldBeTrue();
        return content;
    }

    private static string StateOf(Uri answer) =>
        Uri.EscapeDataString(HttpUtility.ParseQueryString(answer.Query)["state"]!);
}
