using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using OrleansSale.Api.Sandbox;
using OrleansSale.Tests.Engine;

namespace OrleansSale.Tests.Api.Payments;

public sealed class CashierPageTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2012, 12, 21, 4, 0, 0, TimeSpan.Zero);

    private static readonly Checkout Open = new(
        "c1",
        "k1",
        "mi2-1.17",
        "weibo:alice",
        "Xiaomi Mi2 16 GB",
        199_900,
        "CNY",
        CreatedAt: Noon.ToUnixTimeMilliseconds(),
        ExpiresAt: Noon.AddMinutes(15).ToUnixTimeMilliseconds(),
        ReturnUrl: "http://shop.test/sale/mi2-1");

    private readonly ScratchFolder _directory = new();
    private readonly SandboxPages _pages = new(new SandboxOptions());

    public void Dispose()
    {
        _pages.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_state_is_the_checkouts_and_after_the_deadline_only_paid_ones_keep_theirs()
    {
        var late = Noon.AddMinutes(15);
        (await StateOfAsync(Open, Noon)).ShouldBe("open");
        (await StateOfAsync(Open with { DeclinedAt = 1 }, Noon)).ShouldBe("declined");
        (await StateOfAsync(Open, late)).ShouldBe("expired");
        (await StateOfAsync(Open with { DeclinedAt = 1 }, late)).ShouldBe("expired");
        (await StateOfAsync(Open with { Payment = "p" }, late)).ShouldBe("paid");
        (await StateOfAsync(Open with { Payment = "p", Refund = "r" }, Noon)).ShouldBe("refunded");
        (await StateOfAsync(null, Noon)).ShouldBe("missing");
    }

    [Fact]
    public async Task Both_languages_say_everything_in_words_of_their_own()
    {
        var (english, chinese) = (await WordsAsync("en"), await WordsAsync("zh-CN"));
        english.Count.ShouldBe(chinese.Count);
        // What the merchant sent; the buyer is named as the platform names them.
        english.Intersect(chinese).ShouldBe(
            ["Shop", "Xiaomi Mi2 16 GB", "alice", "mi2-1.17", "2012-12-21T04:15:00Z", "15:00"], ignoreOrder: true);
        english.Concat(chinese).ShouldAllBe(text => !text.Contains("weibo:"));
        english.ShouldContain("CN¥1,999");
        chinese.ShouldContain("¥1,999");
        english.ShouldAllBe(text => text == "中文" || text.All(c => c < '一'));
    }

    [Fact]
    public async Task Nothing_that_a_merchant_sends_becomes_markup_or_a_placeholder()
    {
        const string nasty = "</script><img src=x onerror=alert(1)>\"'{{page}}{0}";
        var checkout = Open with
        {
            Description = nasty,
            User = nasty,
            Order = nasty,
            ReturnUrl = $"http://shop.test/?{nasty}",
        };
        var html = await RenderAsync(checkout, nasty, "en", Noon);
        html.ShouldNotContain("<img");
        html.ShouldNotContain("\"'{{page}}");
        html.Split("</script>").Length.ShouldBe(3, "the page's two scripts");
        var data = JsonNode.Parse(html.Split("id=\"page\">")[1].Split("</script>")[0])!;
        ((string)data["returnUrl"]!).ShouldBe($"http://shop.test/?{nasty}");
    }

    [Fact]
    public Task Any_text_comes_back_as_it_was() =>
        Gen.String[Gen.Char["<>&\"'{}%;x小"], 1, 40]
            .SampleAsync(async text =>
            {
                var html = await RenderAsync(Open with { User = text }, "Shop", "en", Noon);
                WebUtility.HtmlDecode(html.Split("<dt>Account</dt><dd>")[1].Split("</dd>")[0]).ShouldBe(text);
            }, iter: 300);

    [Theory]
    [InlineData("", null, null, "en")]
    [InlineData("?lang=zh-CN", null, null, "zh-CN")]
    [InlineData("?lang=en", "zh-CN", "zh-CN", "en")]
    [InlineData("", "zh-CN", "en", "zh-CN")]
    [InlineData("", null, "fr, zh-Hans;q=0.8, en;q=0.5", "zh-CN")]
    [InlineData("", null, "zh;q=0, en;q=0.1", "en")]
    [InlineData("?lang=xx", "yy", "fr", "en")]
    [InlineData("", null, ";;q=,,=", "en")]
    public async Task The_language_is_what_was_asked_for_then_what_was_kept_then_what_the_browser_prefers(
        string query, string? cookie, string? accept, string expected)
    {
        await using var sandbox = await SandboxHost.StartAsync(_directory.Path, null);
        var id = await sandbox.CheckoutAsync("mi2-1.1");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sandbox/checkouts/{id}{query}");
        if (cookie is not null) request.Headers.Add("Cookie", $"lang={cookie}");
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept-Language", accept);
        using var response = await sandbox.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        html.ShouldContain($"<html lang=\"{expected}\">");
        html.ShouldContain((expected == "en" ? "CN¥1,999" : ">¥1,999").Replace("¥", "&#xA5;"));
        response.Content.Headers.ContentLanguage.ShouldBe([expected]);
        response.Headers.TryGetValues("Set-Cookie", out _).ShouldBe(query.Length > 0 && query != "?lang=xx");
    }

    [Fact]
    public async Task The_page_and_its_files_are_served_with_headers_that_keep_it_to_itself()
    {
        await using var sandbox = await SandboxHost.StartAsync(_directory.Path, null);
        var token = TestContext.Current.CancellationToken;
        var id = await sandbox.CheckoutAsync("mi2-1.1");
        using var page = await sandbox.Client.GetAsync($"/sandbox/checkouts/{id}", token);
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
        page.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");

        var html = await page.Content.ReadAsStringAsync(token);
        foreach (var file in new[] { "css", "js" })
        {
            var start = $"/sandbox/assets/cashier.{file}?v=";
            var path = html.Split('"').Single(part => part.StartsWith(start, StringComparison.Ordinal));
            using var asset = await sandbox.Client.GetAsync(path, token);
            asset.StatusCode.ShouldBe(HttpStatusCode.OK);
            asset.Content.Headers.ContentType!.MediaType.ShouldBe(file == "css" ? "text/css" : "text/javascript");
        }

        using var noPage = await sandbox.Client.GetAsync("/sandbox/checkouts/nothing", token);
        noPage.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        noPage.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        using var noFile = await sandbox.Client.GetAsync("/sandbox/assets/..%2fsandbox.db", token);
        noFile.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Only_the_orders_own_user_can_pay_after_logging_in_at_the_platform()
    {
        await using var sandbox = await SandboxHost.StartAsync(_directory.Path, null);
        var token = TestContext.Current.CancellationToken;
        var page = $"/sandbox/checkouts/{await sandbox.CheckoutAsync("mi2-1.1")}";
        using var stranger = new HttpClient { BaseAddress = sandbox.Address };

        var login = await stranger.GetStringAsync(page, token);
        login.ShouldContain("data-state=\"login\"");
        login.ShouldContain($"name=\"returnTo\" value=\"{page}\"");
        (await LogInAsync(stranger, "a/b", page)).ShouldContain("aria-invalid=\"true\"");
        (await LogInAsync(stranger, "bob", page)).ShouldContain("data-state=\"stranger\"");
        // The page of the order's user may still be open in another tab.
        using (var paid = await stranger.PostAsJsonAsync(page, new { outcome = "paid" }, token))
        {
            paid.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            ((string?)(await SandboxHost.BodyAsync(paid))["code"]).ShouldBe("another-payer");
        }
        (await LogInAsync(stranger, "alice", page)).ShouldContain("data-state=\"open\"");
        foreach (var elsewhere in (string[])["https://evil.test/", "//evil.test/", "/\\evil.test", ""])
            (await LogInAsync(stranger, "alice", elsewhere))
                .ShouldContain("data-state=\"login\"", Case.Sensitive, elsewhere);

        async Task<string> LogInAsync(HttpClient browser, string name, string returnTo)
        {
            using var form = new FormUrlEncodedContent([new("as", name), new("returnTo", returnTo)]);
            using var answer = await browser.PostAsync("/sandbox/platform/login", form, token);
            answer.RequestMessage!.RequestUri!.Authority.ShouldBe(sandbox.Address.Authority);
            return await answer.Content.ReadAsStringAsync(token);
        }
    }

    private Task<string> RenderAsync(Checkout? checkout, string merchant, string language, DateTimeOffset now) =>
        _pages.RenderAsync<CashierView>(language, new()
        {
            [nameof(CashierView.Checkout)] = checkout,
            [nameof(CashierView.Merchant)] = merchant,
            [nameof(CashierView.Now)] = now,
        });

    private async Task<string> StateOfAsync(Checkout? checkout, DateTimeOffset now) =>
        (await RenderAsync(checkout, "Shop", "en", now)).Split("<body data-state=\"")[1].Split('"')[0];

    // The page's texts, between its tags and in its script's data.
    private async Task<List<string>> WordsAsync(string language)
    {
        var html = await RenderAsync(Open, "Shop", language, Noon);
        var parts = html.Split("<script type=\"application/json\" id=\"page\">");
        var data = JsonNode.Parse(parts[1].Split("</script>")[0])!["text"]!.AsObject();
        return
        [
            .. Regex.Matches(parts[0], ">([^<>]+)<").Select(match => WebUtility.HtmlDecode(match.Groups[1].Value))
                .Where(text => !string.IsNullOrWhiteSpace(text)),
            .. data.Select(text => (string)text.Value!),
        ];
    }
}
