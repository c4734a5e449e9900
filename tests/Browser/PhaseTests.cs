using System.Text.RegularExpressions;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>What the page says of a phase is true, and it leaves nobody without a next step.</summary>
public sealed partial class PhaseTests(SaleStage stage)
{
    private const string Reason = "The <b>lorry</b> is late.";

    [Fact]
    public async Task Sold_out_promises_nothing_once_every_order_is_paid()
    {
        var batch = await stage.Client.CreateAsync(
            new Sale(Sale.AtOnce) { Stock = 1, StandbyLimit = 0 }, "pays", "hopes");
        await using var visitor = await stage.VisitAsync();
        await visitor.WaitForOpeningAsync(batch, "hopes");
        await stage.Client.PayAsync(await stage.Client.BuyAsync(batch, "pays"), "pays");
        await Expect(visitor.Part("status")).ToHaveAttributeAsync("data-status", "sold-out-paid");
        await Expect(visitor.Part("status")).ToContainTextAsync("no unpaid orders");
    }

    [Fact]
    public async Task A_pause_before_the_opening_is_shown_with_its_reason()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later), "early");
        await using var visitor = await stage.VisitAsync();
        await visitor.OpenAsync(batch);
        await visitor.SignInAsync("early");
        await Expect(visitor.Part("buy")).ToContainTextAsync("Buy at");
        await stage.Client.OperateAsync(batch, "pause", Reason);
        await Expect(visitor.Part("until")).ToContainTextAsync("Paused by the seller since");
        await Expect(visitor.Part("reason")).ToHaveTextAsync(Reason);
        await Expect(visitor.Part("buy")).ToHaveTextAsync("Paused");
        await Expect(visitor.Part("phase")).ToHaveTextAsync("Reservations open · Paused");
        await Expect(visitor.Part("until-at")).ToContainTextAsync("Planned opening: ");
        await stage.Client.OperateAsync(batch, "resume");
        await Expect(visitor.Part("reason")).ToBeHiddenAsync();
        await Expect(visitor.Part("buy")).ToContainTextAsync("Buy at");
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_that_was_closed_early_shows_when_and_why_and_leads_to_the_next_one()
    {
        await stage.Client.CreateAsync(new Sale(Sale.Later));
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce));
        await using var visitor = await stage.VisitAsync("zh-CN");
        await visitor.OpenAsync(batch);
        await stage.Client.OperateAsync(batch, "close", Reason);
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", "closed");
        await Expect(visitor.Part("until")).ToHaveTextAsync("商家已提前结束抢购");
        await Expect(visitor.Part("reason")).ToHaveTextAsync(Reason);
        var ended = await visitor.Part("until-at").InnerTextAsync();
        ended.ShouldMatch(BeijingTime().ToString());
        (await visitor.Part("step-buy").InnerTextAsync()).ShouldContain(ended[^5..]);

        await Expect(visitor.Part("status")).ToContainTextAsync("开抢");
        await visitor.Part("go-on").ClickAsync();
        await Expect(visitor.Part("sign-in")).ToBeVisibleAsync();
        visitor.Page.Url.ShouldContain("/sale/browser-");
        visitor.Page.Url.ShouldNotEndWith(batch);
    }

    [Fact]
    public async Task After_the_payment_the_one_next_step_is_the_delivery()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "lives-there");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "lives-there");
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        await Expect(buyer.Part("pay")).ToBeHiddenAsync();
        await buyer.Part("pay-now").ClickAsync();
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.OrderIsAsync("paid");

        await buyer.Part("deliver").ClickAsync();
        await Expect(buyer.Part("delivery-name")).ToBeFocusedAsync();
        await Expect(buyer.Part("delivery-name")).ToBeInViewportAsync();
        await buyer.Part("delivery-name").FillAsync("李雷");
        await buyer.Part("delivery-phone").FillAsync("13800138000");
        await buyer.Part("delivery-address").FillAsync("北京市海淀区");
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("deliver")).ToBeHiddenAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "bought");
        buyer.Errors.ShouldBeEmpty();
        buyer.Refusals.ShouldBeEmpty("details that are not there yet are an answer");
    }

    [GeneratedRegex(@"^北京时间 \d+月\d+日（周.）\d\d:\d\d$")]
    private static partial Regex BeijingTime();
}
