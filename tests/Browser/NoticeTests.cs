using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A notice says what is true, and goes when that is over.</summary>
public sealed class NoticeTests(SaleStage stage)
{
    private static readonly Sale One = new(Sale.AtOnce) { Stock = 1, StandbyLimit = 10 };

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
    public async Task How_many_are_ahead_stays_true_and_nobody_is_said_to_be_nobody()
    {
        var batch = await stage.Client.CreateAsync(One, "holds", "goes", "moves-up");
        await stage.Client.UntilOpenAsync(batch);
        await stage.Client.BuyAsync(batch, "holds");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("moves-up");
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("status")).ToContainTextAsync("Nobody is waiting yet.");
        await stage.Client.StandByAsync(batch, "goes");
        await Expect(buyer.Part("status")).ToContainTextAsync("1 person waits.");
        await buyer.Part("join").ClickAsync();
        await buyer.ToldAsync("joined");
        await Expect(buyer.Part("notice-body")).ToContainTextAsync("1 person is ahead of you.");
        await stage.Client.LeaveLineAsync(batch, "goes");
        await Expect(buyer.Part("notice-body")).ToContainTextAsync("Nobody is ahead of you.");
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

    // A batch whose one unit this user has paid for; another has reserved.
    private async Task<string> SoldAsync(string user, string other)
    {
        var batch = await stage.Client.CreateAsync(One, user, other);
        await stage.Client.UntilOpenAsync(batch);
        await stage.Client.PayAsync(await stage.Client.BuyAsync(batch, user), user);
        await stage.Client.UntilPaidAsync(batch, user);
        return batch;
    }
}
