using System.Diagnostics;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A sale for the users of two platforms, each with a payment of its own.</summary>
public sealed class TwoPlatformsTests(SaleStage stage, TwoPlatformsStage shop) : IClassFixture<TwoPlatformsStage>
{
    private const string Weibo = "weibo", Club = "club";

    [Theory]
    [InlineData("en", "light", 390, "Sign in with The Club", "does not check who pays")]
    [InlineData("zh-CN", "dark", 1280, "使用俱乐部登录", "不核验付款人身份")]
    public async Task A_user_of_the_second_platform_signs_in_there_and_pays_at_Stripe(
        string language, string colors, int width, string button, string note)
    {
        var member = $"member-{width}";
        var batch = await CreateAsync($"{Club}:{member}");
        await using var buyer = await shop.VisitAsync(stage, member, language, width, colors);
        await buyer.OpenAsync(batch);
        await buyer.Part("sign-in").ClickAsync();
        await Expect(buyer.Part("sign-in-channels").Locator("a")).ToHaveCountAsync(2);
        await Expect(buyer.Part("sign-in-with-club")).ToHaveTextAsync(button);
        await buyer.Part("sign-in-with-club").ClickAsync();
        await buyer.IsSignedInAsync($"{Club}:{member}");
        new Uri(buyer.Page.Url).AbsolutePath.ShouldBe($"/sale/{batch}");

        await BuyAsync(buyer);
        await Expect(buyer.Part("payer")).ToContainTextAsync(note);
        await buyer.Part("pay-now").ClickAsync();
        await buyer.Page.WaitForURLAsync($"{shop.Stripe.Address}c/pay/*");
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.Page.WaitForURLAsync($"**/sale/{batch}*");
        await buyer.OrderIsAsync("paid");
        await Expect(buyer.Part("step-pay")).ToHaveAttributeAsync("data-state", "done");
        buyer.Errors.ShouldBeEmpty();

        var order = (await shop.Others.OrdersAsync(batch, $"{Club}:{member}")).ShouldHaveSingleItem();
        var session = shop.Stripe.Books.SessionOf(order.GetProperty("id").GetString()!);
        ((string?)session["metadata"]!["sale_user"]).ShouldBe($"{Club}:{member}");
    }

    [Fact]
    public async Task Another_user_cannot_pay_an_order_and_gets_money_back_that_they_sent_for_it()
    {
        var batch = await CreateAsync("anna");
        await using var anna = await shop.VisitAsync(stage, "anna");
        await anna.OpenAsync(batch);
        await anna.Part("sign-in").ClickAsync();
        await anna.Part("sign-in-with-weibo").ClickAsync();
        await anna.LogInAtThePlatformAsync("anna");
        await anna.IsSignedInAsync($"{Weibo}:anna");
        await BuyAsync(anna);
        await Expect(anna.Part("payer")).ToContainTextAsync("Only anna can pay");
        await anna.Part("pay-now").ClickAsync();
        await Expect(anna.Page.Locator("#pay")).ToBeVisibleAsync();

        // The platform asks whoever opens the page who they are, and takes no money of another user.
        await using var bob = await shop.VisitAsync(stage, "bob");
        await bob.Page.GotoAsync(anna.Page.Url);
        await bob.LogInAtThePlatformAsync("bob");
        await Expect(bob.Page.Locator("body")).ToHaveAttributeAsync("data-state", "stranger");
        await Expect(bob.Page.Locator("#pay")).ToBeHiddenAsync();

        // A payment in bob's name all the same, as by a mistake of the platform's.
        var order = (await shop.Others.OrdersAsync(batch, "anna")).ShouldHaveSingleItem();
        await bob.Page.GotoAsync(await shop.CheckOutForAsync($"{Weibo}:bob", order));
        await bob.Page.Locator("#pay").ClickAsync();
        await Expect(bob.Page.Locator("body")).ToHaveAttributeAsync("data-state", "paid");
        await UntilRefundedAsync(bob);
        (await shop.Others.OrdersAsync(batch, "anna")).ShouldHaveSingleItem()
            .GetProperty("status").GetString().ShouldBe("awaiting-payment");
        (await shop.Others.LedgerAsync(batch)).ShouldContain("\"why\":\"wrong-payer\"");

        await anna.Page.Locator("#pay").ClickAsync();
        await anna.Page.WaitForURLAsync($"**/sale/{batch}*");
        await anna.OrderIsAsync("paid");
        anna.Errors.ShouldBeEmpty();
        bob.Errors.ShouldBeEmpty();
    }

    private Task<string> CreateAsync(string user) =>
        shop.Others.CreateAsync(new Sale(Sale.AtOnce) { Channels = [Weibo, Club] }, user);

    private static async Task UntilRefundedAsync(Visitor payer)
    {
        var waiting = Stopwatch.StartNew();
        while (await payer.Page.Locator("body").GetAttributeAsync("data-state") != "refunded")
        {
            if (waiting.ElapsedMilliseconds > Visitor.PatienceMs) throw new TimeoutException("Not refunded.");
            await payer.Page.ReloadAsync();
        }
    }

    private static async Task BuyAsync(Visitor buyer)
    {
        await buyer.CanBuyAsync();
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
    }
}
