using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A notice says what is true, and goes when that is over.</summary>
public sealed class NoticeTests(SaleStage stage)
{
    private static readonly Sale One = new(Sale.AtOnce) { Stock = 1, StandbyLimit = 10 };

    // Time to pay: enough to be asked whether to cancel, and little enough to wait for its end.
    private const int ToAnswerSeconds = 20;

    [Fact]
    public async Task An_offer_to_the_line_is_not_announced_any_more_once_somebody_has_it()
    {
        var batch = await SoldAsync("offers-back", "gets-it");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("offers-back");
        await buyer.OpenAsync(batch);
        await buyer.Part("return-order").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("return-offered");
        await stage.Client.StandByAsync(batch, "gets-it");
        await Expect(buyer.Part("order-note")).ToContainTextAsync("has been offered it");
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reservation_that_was_cancelled_elsewhere_is_not_announced_any_more()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("cancels-elsewhere");
        await buyer.ReserveAsync(batch);
        await stage.Client.CancelReservationAsync(batch, "cancels-elsewhere");
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Nobody_who_waits_is_said_to_be_nobody()
    {
        var batch = await stage.Client.CreateAsync(One, "holds", "goes", "looks");
        await stage.Client.UntilOpenAsync(batch);
        await stage.Client.BuyAsync(batch, "holds");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("looks");
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("status")).ToContainTextAsync("Nobody is waiting yet.");
        await stage.Client.StandByAsync(batch, "goes");
        await Expect(buyer.Part("status")).ToContainTextAsync("1 person waits.");
    }

    [Fact]
    public async Task An_order_that_expires_while_its_buyer_is_asked_is_not_said_to_be_refunded()
    {
        var batch = await stage.Client.CreateAsync(One with { PaymentWindowSeconds = ToAnswerSeconds }, "hesitates");
        await stage.Client.UntilOpenAsync(batch);
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("hesitates");
        await buyer.OpenAsync(batch);
        await stage.Client.BuyAsync(batch, "hesitates");
        await CancelTooLateAsync(buyer);
        await buyer.ToldAsync("order-expired");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_offer_that_expires_while_its_buyer_is_asked_is_not_said_to_be_refunded()
    {
        var batch = await stage.Client.CreateAsync(
            One with { OfferWindowSeconds = ToAnswerSeconds }, "gives-up", "hesitates-too");
        await stage.Client.UntilOpenAsync(batch);
        var held = await stage.Client.BuyAsync(batch, "gives-up");
        await stage.Client.StandByAsync(batch, "hesitates-too");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("hesitates-too");
        await buyer.OpenAsync(batch);
        await stage.Client.CancelAsync(held, "gives-up");
        await CancelTooLateAsync(buyer);
        await buyer.ToldAsync("offer-expired");
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "You have more time", "pay until")]
    [InlineData("zh-CN", "支付时间已延长", "前支付")]
    public async Task More_time_to_pay_is_told_once_in_every_tab_and_not_at_a_first_load(
        string language, string title, string body)
    {
        var user = $"extended-{language}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), user);
        await stage.Client.UntilOpenAsync(batch);
        var order = await stage.Client.BuyAsync(batch, user);
        await using var buyer = await stage.VisitAsync(language);
        await buyer.ComeSignedInAsync(user);
        var tab = await buyer.Page.Context.NewPageAsync();
        foreach (var page in (IPage[])[buyer.Page, tab])
        {
            await page.GotoAsync($"/sale/{batch}");
            await Expect(page.GetByTestId("pay-now")).ToBeVisibleAsync();
            await Expect(page.GetByTestId("notice")).ToBeHiddenAsync();
        }
        await stage.Client.ExtendAsync(batch, 600);
        foreach (var page in (IPage[])[buyer.Page, tab])
        {
            await Expect(page.GetByTestId("notice-title")).ToHaveTextAsync(title);
            await Expect(page.GetByTestId("notice-body")).ToContainTextAsync(body);
        }
        // A tab behind another one is loaded at its leisure.
        await buyer.Page.BringToFrontAsync();
        await buyer.Page.ReloadAsync();
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        await Expect(buyer.Part("order")).ToHaveCountAsync(1);
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();

        // It goes when it is paid.
        await stage.Client.PayAsync(order, user);
        await Expect(tab.GetByTestId("notice")).ToHaveAttributeAsync("data-name", "paid");
        buyer.Errors.ShouldBeEmpty();
    }

    // Confirms when the time to pay has passed, and waits until that has had its answer.
    private static async Task CancelTooLateAsync(Visitor buyer)
    {
        await buyer.Part("cancel-order").ClickAsync();
        await buyer.OrderIsAsync("expired");
        await buyer.Part("confirm-go").ClickAsync();
        await Expect(buyer.Part("cancel-order")).Not.ToHaveAttributeAsync("aria-busy", "true");
    }

    // A batch whose one unit this user has paid for; another has reserved.
    private async Task<string> SoldAsync(string user, string other)
    {
        var batch = await stage.Client.CreateAsync(One, user, other);
        await stage.Client.UntilOpenAsync(batch);
        await stage.Client.PayAsync(await stage.Client.BuyAsync(batch, user), user);
        await stage.Client.UntilOrderIsAsync(batch, user, "paid");
        return batch;
    }
}
