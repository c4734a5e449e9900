using OrleansSale.Tests.Browser.Stage;
using OrleansSale.Tests.Platforms;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>
/// A visitor signs in on a platform that is another site than the shop, as every real one is: <c>localhost</c> and
/// <c>127.0.0.1</c> are two sites to a browser.
/// </summary>
public sealed class SignInTests(SaleStage stage, SignInStage shop, WeiboStage atWeibo)
    : IClassFixture<SignInStage>, IClassFixture<WeiboStage>
{
    [Theory]
    [InlineData("en", "Sign in with Weibo")]
    [InlineData("zh-CN", "使用微博登录")]
    public async Task A_visitor_signs_in_on_the_platform_and_comes_back_to_the_same_page(string language, string button)
    {
        var batch = await shop.Others.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await ComeAsync(language, 390);
        await visitor.OpenAsync(batch);
        await visitor.Part("sign-in").ClickAsync();
        await Expect(visitor.Part("sign-in-channels").Locator("a")).ToHaveCountAsync(1);
        await Expect(visitor.Part("sign-in-with-weibo")).ToHaveTextAsync(button);
        await visitor.Part("sign-in-with-weibo").ClickAsync();
        await visitor.IsSignedInAsync("weibo:1736200151");
        await Expect(visitor.Part("account-name")).ToHaveTextAsync("Alice 爱丽丝");
        new Uri(visitor.Page.Url).AbsolutePath.ShouldBe($"/sale/{batch}");
        await visitor.Part("reserve").ClickAsync();
        await visitor.ToldAsync("reserved");
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_first_page_after_the_sign_in_already_has_the_session()
    {
        await using var boss = await ComeAsync("en", 1280);
        await shop.SetAtPlatformAsync(boss, OpenIdProvider.PersonCookie, "boss");
        // A navigation to the dashboard has nothing but the cookie, which is SameSite=Strict.
        var dashboard = boss.Page.WaitForResponseAsync(response => new Uri(response.Url).AbsolutePath == "/dashboard");
        await boss.Page.GotoAsync("/signin/weibo?returnTo=/dashboard");
        (await dashboard).Status.ShouldBeLessThan(400);
    }

    [Fact]
    public async Task Who_says_no_at_the_platform_is_told_so_and_comes_back()
    {
        var batch = await shop.Others.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await ComeAsync("zh-CN", 390);
        await shop.SetAtPlatformAsync(visitor, OpenIdProvider.RefusalCookie, "access_denied");
        await visitor.OpenAsync(batch);
        await visitor.Part("sign-in").ClickAsync();
        await visitor.Part("sign-in-with-weibo").ClickAsync();
        await Expect(visitor.Part("sign-in-page")).ToHaveAttributeAsync("data-code", "sign-in-cancelled");
        await Expect(visitor.Part("sign-in-page")).ToContainTextAsync("登录已取消");
        await visitor.Page.GetByText("返回").ClickAsync();
        await Expect(visitor.Part("sale")).ToBeVisibleAsync();
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_user_of_another_channel_is_told_whom_the_sale_is_for()
    {
        var batch = await shop.Others.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await ComeAsync("en", 390);
        await visitor.Page.GotoAsync($"/signin/taobao?returnTo=/sale/{batch}");
        await visitor.LogInAtThePlatformAsync("bob");
        await visitor.IsSignedInAsync("taobao:bob");
        await Expect(visitor.Part("switch-account")).ToBeVisibleAsync();
        await Expect(visitor.Part("status")).ToContainTextAsync("Weibo");
        await Expect(visitor.Part("reserve")).ToBeHiddenAsync();
        await visitor.Part("switch-account").ClickAsync();
        await Expect(visitor.Part("sign-in-channels").Locator("a")).ToHaveCountAsync(1);
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_user_of_Weibo_signs_in_at_its_real_addresses()
    {
        var batch = await atWeibo.CreateAsync();
        await using var visitor = await stage.VisitWithWholeBrowserAsync(atWeibo.Address, "zh-CN");
        await atWeibo.ShowToAsync(visitor);
        await visitor.OpenAsync(batch);
        await visitor.Part("sign-in").ClickAsync();
        await visitor.Part("sign-in-with-weibo").ClickAsync();
        await visitor.Page.WaitForURLAsync("https://api.weibo.com/oauth2/authorize*");
        await visitor.Page.GetByText("授权").ClickAsync();
        await visitor.IsSignedInAsync("weibo:1736200151");
        await Expect(visitor.Part("account-name")).ToHaveTextAsync("爱丽丝");
        new Uri(visitor.Page.Url).AbsolutePath.ShouldBe($"/sale/{batch}");
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_purchase_that_the_end_of_a_session_broke_off_goes_on_after_the_sign_in()
    {
        await using var buyer = await ComeAsync("en", 390);
        await shop.SetAtPlatformAsync(buyer, OpenIdProvider.PersonCookie, "returns");
        await buyer.Page.GotoAsync("/signin/weibo");
        await buyer.IsSignedInAsync("weibo:returns");
        await using var opening = await HeldOpening.OfAsync(shop.Others, new Sale(Sale.AtOnce));
        var batch = opening.Batch;
        await buyer.ReserveAsync(batch);
        await opening.LetComeAsync();
        await buyer.CanBuyAsync();

        var keys = new List<string?>();
        buyer.Page.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/orders", StringComparison.Ordinal))
                keys.Add(request.Headers.GetValueOrDefault("idempotency-key"));
        };
        await buyer.Page.Context.ClearCookiesAsync(new() { Name = "sale" });
        await buyer.OnPurchaseAsync(route => route.FulfillAsync(new()
        {
            Status = 401,
            ContentType = "application/problem+json",
            Body = """{"code":"unauthenticated"}""",
        }));
        await buyer.Part("buy").ClickAsync();
        await Expect(buyer.Part("sign-in")).ToBeVisibleAsync();
        await buyer.Page.UnrouteAllAsync();
        await SignInAsync(buyer);
        new Uri(buyer.Page.Url).AbsolutePath.ShouldBe($"/sale/{batch}");
        await buyer.OrderIsAsync("awaiting-payment");
        keys.Distinct().ShouldHaveSingleItem().ShouldNotBeNullOrEmpty();
        buyer.Errors.ShouldBeEmpty();
    }

    private static async Task SignInAsync(Visitor visitor)
    {
        await visitor.Part("sign-in").ClickAsync();
        await visitor.Part("sign-in-with-weibo").ClickAsync();
        await Expect(visitor.Part("account")).ToHaveAttributeAsync("data-signed-in", "true");
    }

    private Task<Visitor> ComeAsync(string language, int width) =>
        Visitor.ComeAsync(stage.Browser, shop.Address, language, width, "light");
}
