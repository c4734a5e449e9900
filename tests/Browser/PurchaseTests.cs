using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A buyer's way from the sign-in to a paid order, and what may happen on it.</summary>
public sealed class PurchaseTests(SaleStage stage)
{
    [Theory]
    [InlineData("en", 390)]
    [InlineData("zh-CN", 1280)]
    public async Task A_buyer_gets_from_sign_in_to_a_paid_order_without_a_reload(string language, int width)
    {
        await using var buyer = await stage.VisitAsync(language, width);
        await buyer.Page.GotoAsync("./");
        await buyer.SignInOnThePageAsync("alice");
        await using var opening = await HeldOpening.OfAsync(stage.Client, new Sale(Sale.AtOnce));
        var batch = opening.Batch;
        await buyer.ReserveAsync(batch);
        await Expect(buyer.Part("step-reserve")).ToHaveAttributeAsync("data-state", "done");
        await Expect(buyer.Part("buy")).ToHaveAttributeAsync("aria-disabled", "true");
        await buyer.Page.EvaluateAsync("() => { window.sameDocument = true; }");

        await opening.LetComeAsync();
        await buyer.CanBuyAsync();
        (await buyer.Page.EvaluateAsync<bool>("() => window.sameDocument === true")).ShouldBeTrue();
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("order-pay-by")).ToBeVisibleAsync();
        await Expect(buyer.Part("payer")).ToContainTextAsync(language == "en" ? "Only alice can pay" : "仅限 alice 本人支付");

        await buyer.Part("pay-now").ClickAsync();
        // The platform knows from the sign-in who pays.
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.Page.WaitForURLAsync($"**/sale/{batch}*");
        await buyer.OrderIsAsync("paid");
        await buyer.ToldAsync("paid");
        await Expect(buyer.Part("step-pay")).ToHaveAttributeAsync("data-state", "done");
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "does not check who pays")]
    [InlineData("zh-CN", "不核验付款人身份")]
    public async Task The_page_says_so_if_the_provider_does_not_verify_the_payer(string language, string note)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "payer");
        await using var buyer = await stage.VisitAsync(language);
        await buyer.Page.RouteAsync("**/sale/*", async route =>
        {
            var page = await route.FetchAsync();
            var told = await page.TextAsync();
            told.ShouldContain("\"verifiesPayer\":true", Case.Sensitive, "the page brings the channels");
            await route.FulfillAsync(new()
            {
                Response = page,
                Body = told.Replace("\"verifiesPayer\":true", "\"verifiesPayer\":false", StringComparison.Ordinal),
            });
        });
        await buyer.WaitForOpeningAsync(batch, "payer");
        await Expect(buyer.Part("payer")).ToBeHiddenAsync();
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("payer")).ToContainTextAsync(note);
    }

    [Fact]
    public async Task The_cashiers_buttons_cannot_be_pressed_before_they_work()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "hasty");
        await using var buyer = await BuyAsync(batch, "hasty");
        var mayLoad = new TaskCompletionSource();
        await buyer.Page.RouteAsync("**/sandbox/assets/cashier.js*", async route =>
        {
            await mayLoad.Task;
            await route.ContinueAsync();
        });
        await buyer.Part("pay-now").ClickAsync();
        await Expect(buyer.Page.Locator("#pay")).ToBeDisabledAsync();
        mayLoad.SetResult();
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.OrderIsAsync("paid");
    }

    [Fact]
    public async Task Delivery_details_are_kept_and_shown_again_after_a_reload()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "dora");
        await using var buyer = await BuyAsync(batch, "dora");
        await buyer.Part("delivery-summary").ClickAsync();
        await buyer.Part("delivery-name").FillAsync("李雷");
        await buyer.Part("delivery-phone").FillAsync("+86 138 0000 0000");
        await buyer.Part("delivery-address").FillAsync("北京市海淀区\n中关村大街1号");
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("delivery-saved")).Not.ToBeEmptyAsync();

        await buyer.Page.ReloadAsync();
        await buyer.Part("delivery-summary").ClickAsync();
        await Expect(buyer.Part("delivery-name")).ToHaveValueAsync("李雷");
        await Expect(buyer.Part("delivery-address")).ToHaveValueAsync("北京市海淀区\n中关村大街1号");
    }

    [Theory]
    [InlineData("en", "phone", "1234", "A phone number has at least 5 digits.")]
    [InlineData("zh-CN", "phone", "call me 12345", "电话号码格式不正确，例如 138 0013 8000 或 010-68888888 转 12。")]
    [InlineData("en", "address", "\u3000", "Please fill this in.")]
    [InlineData("zh-CN", "address", "京", "地址至少 2 个字。")]
    [InlineData("en", "name", "a\u202eb",
        "This contains a hidden character that can’t be used here. Please type it again.")]
    public async Task A_wrong_delivery_detail_is_told_beside_its_field(
        string language, string field, string value, string fault)
    {
        var user = $"wrong-{field}-{language}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), user);
        await using var buyer = await BuyAsync(batch, user, language);
        await buyer.Part("delivery-summary").ClickAsync();
        foreach (
            var (part, right) in ((string, string)[])[("name", "李雷"), ("phone", "13800138000"), ("address", "北京市")])
            await buyer.Part($"delivery-{part}").FillAsync(part == field ? value : right);
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part($"delivery-{field}-fault")).ToHaveTextAsync(fault);
        await Expect(buyer.Part($"delivery-{field}")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(buyer.Part($"delivery-{field}")).ToBeFocusedAsync();
        await Expect(buyer.Part("delivery-saved")).ToBeEmptyAsync();

        await buyer.Part($"delivery-{field}").FillAsync(field == "phone" ? "１３８ ００１３ ８０００" : "李雷 O’Neil");
        await Expect(buyer.Part($"delivery-{field}-fault")).ToBeHiddenAsync();
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("delivery-saved")).Not.ToBeEmptyAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_that_is_none_is_told_and_another_can_be_taken()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.OpenAsync(batch);
        await visitor.Part("account").ClickAsync();
        await visitor.Part("sign-in-with-weibo").ClickAsync();
        await visitor.LogInAtThePlatformAsync("a/b");
        await Expect(visitor.Page.Locator("#fault")).ToContainTextAsync("without / and :");
        await visitor.LogInAtThePlatformAsync("ali\u200bce");
        await Expect(visitor.Part("sign-in-page")).ToHaveAttributeAsync("data-code", "sign-in-unfit-subject");
        await visitor.Page.GetByText("Go back").ClickAsync();
        await visitor.SignInOnThePageAsync("李\U000323b0 \U0001faea");
        await Expect(visitor.Part("account-name")).ToHaveTextAsync("李\U000323b0 \U0001faea");
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_order_frees_the_buyer_to_buy_again()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "carl");
        await using var buyer = await BuyAsync(batch, "carl");
        await buyer.Part("cancel-order").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.OrderIsAsync("cancelled");

        await buyer.CanBuyAsync();
        await buyer.Part("buy").ClickAsync();
        await Expect(buyer.Part("order")).ToHaveCountAsync(2);
        (await stage.Client.OrdersAsync(batch, "carl")).Length.ShouldBe(2);
    }

    [Fact]
    public async Task An_order_that_was_not_paid_in_time_can_not_be_paid_any_more()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { PaymentWindowSeconds = 15 }, "late");
        await using var buyer = await BuyAsync(batch, "late");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "pay-over");
        await Expect(buyer.Part("pay")).ToBeHiddenAsync();
        await Expect(buyer.Part("pay-now")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_reservation_can_be_cancelled_after_asking()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.ComeSignedInAsync("fickle");
        await visitor.ReserveAsync(batch);
        await visitor.Part("cancel-reservation").ClickAsync();
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Part("buy")).ToBeVisibleAsync();

        await visitor.Part("cancel-reservation").ClickAsync();
        await visitor.Part("confirm-go").ClickAsync();
        await visitor.ToldAsync("reservation-cancelled");
        await Expect(visitor.Part("reserve")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_whole_way_to_an_order_can_be_gone_with_the_keyboard()
    {
        await using var buyer = await stage.VisitAsync(width: 1280);
        await buyer.Page.GotoAsync("/");
        await buyer.Part("account").PressAsync("Enter");
        await buyer.Part("sign-in-with-weibo").PressAsync("Enter");
        await buyer.Page.Locator("#as").PressSequentiallyAsync("keys");
        await buyer.Page.Keyboard.PressAsync("Enter");
        await buyer.IsSignedInAsync("weibo:keys");
        await using var opening = await HeldOpening.OfAsync(stage.Client, new Sale(Sale.AtOnce));
        await buyer.OpenAsync(opening.Batch);
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await buyer.Part("reserve").PressAsync("Enter");
        await buyer.ToldAsync("reserved");
        // The button can have the focus before it can be used, and still has it afterwards.
        await buyer.Part("buy").FocusAsync();
        await opening.LetComeAsync();
        await buyer.CanBuyAsync();
        await Expect(buyer.Part("buy")).ToBeFocusedAsync();
        await buyer.Page.Keyboard.PressAsync("Enter");
        await buyer.OrderIsAsync("awaiting-payment");
    }

    private async Task<Visitor> BuyAsync(string batch, string user, string language = "en")
    {
        var buyer = await stage.VisitAsync(language);
        await buyer.WaitForOpeningAsync(batch, user);
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        return buyer;
    }
}
