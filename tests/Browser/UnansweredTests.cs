using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>
/// The network is cut when a request has left: what became of it is looked up, and told by what is learnt later.
/// </summary>
public sealed class UnansweredTests(SaleStage stage)
{
    private static readonly Sale One = new(Sale.AtOnce) { Stock = 1, StandbyLimit = 10 };

    [Fact]
    public async Task A_reservation_that_was_made_and_cancelled_without_answers_is_told_to_be()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("unanswered-reserves");
        await buyer.OpenAsync(batch);
        await CutAsync(buyer, "**/reservation", "PUT");
        await buyer.Part("reserve").ClickAsync();
        await buyer.ToldAsync("reserved");
        await CutAsync(buyer, "**/reservation", "DELETE");
        await buyer.Part("cancel-reservation").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("reservation-cancelled");
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "No answer arrived")]
    [InlineData("zh-CN", "网络异常")]
    public async Task A_reservation_of_which_nothing_is_known_is_asked_for_until_it_is(string language, string said)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync(language);
        await buyer.ComeSignedInAsync($"unanswered-{language}".ToLowerInvariant());
        // Nothing but the page itself asks.
        await buyer.Page.RouteAsync("**/live*", route => route.AbortAsync());
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await CutAsync(buyer, "**/reservation", "PUT");
        await buyer.Page.RouteAsync("**/api/me/reservation?*", route => route.AbortAsync());
        await buyer.Part("reserve").ClickAsync();
        await Expect(buyer.Part("notice-title")).ToHaveTextAsync(said);
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await buyer.Page.UnrouteAsync("**/api/me/reservation?*");
        await Expect(buyer.Part("step-reserve")).ToHaveAttributeAsync("data-state", "done");
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "The sale is open.")]
    [InlineData("zh-CN", "抢购已开始。")]
    public async Task A_reservation_that_is_answered_after_the_opening_is_not_said_to_wait_for_it(
        string language, string said)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync(language);
        using var time = await MovableTime.OfAsync(buyer);
        await buyer.ComeSignedInAsync($"late-answer-{language}".ToLowerInvariant());
        await buyer.OpenAsync(batch);
        await buyer.Page.RouteAsync("**/reservation", async route =>
        {
            var answer = await route.FetchAsync();
            await time.PassAsync(Sale.Later);
            await Expect(buyer.Part("sale")).ToHaveAttributeAsync("data-phase", "on-sale");
            await route.FulfillAsync(new() { Response = answer });
        });
        await buyer.Part("reserve").ClickAsync();
        await buyer.ToldAsync("reserved-late");
        await Expect(buyer.Part("notice-body")).ToHaveTextAsync(said);
        await buyer.CanBuyAsync();
        await stage.Client.OperateAsync(batch, "pause");
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_checkout_without_an_answer_is_not_spoken_of_any_more_once_the_order_has_ended()
    {
        var (batch, order) = await HeldAsync("unanswered-pays");
        await using var buyer = await ComeAsync(batch, "unanswered-pays");
        await CutAsync(buyer, "**/checkout", "POST");
        await buyer.Part("pay-now").ClickAsync();
        await buyer.ToldAsync("lost");
        await stage.Client.CancelAsync(order, "unanswered-pays");
        await buyer.OrderIsAsync("cancelled");
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_order_that_was_cancelled_without_an_answer_is_told_to_be()
    {
        var (batch, _) = await HeldAsync("unanswered-cancels");
        await using var buyer = await ComeAsync(batch, "unanswered-cancels");
        await CutAsync(buyer, "**/api/orders/*", "DELETE");
        await buyer.Part("cancel-order").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("order-cancelled");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_place_that_was_left_without_an_answer_is_told_to_be()
    {
        var (batch, _) = await HeldAsync("unanswered-holds", "unanswered-leaves");
        await stage.Client.StandByAsync(batch, "unanswered-leaves");
        await using var buyer = await ComeAsync(batch, "unanswered-leaves");
        await CutAsync(buyer, "**/place", "DELETE");
        await buyer.Part("leave-line").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("place-left");
        await Expect(buyer.Part("join")).ToBeVisibleAsync();
        await Expect(buyer.Part("leave-line")).Not.ToHaveAttributeAsync("aria-busy", "true");
        await buyer.ToldAsync("place-left");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_return_that_was_made_and_ended_without_answers_is_told_to_be()
    {
        var (batch, order) = await HeldAsync("unanswered-gives");
        await stage.Client.PayAsync(order, "unanswered-gives");
        await stage.Client.UntilOrderIsAsync(batch, "unanswered-gives", "paid");
        await using var buyer = await ComeAsync(batch, "unanswered-gives");
        await CutAsync(buyer, "**/return", "POST");
        await buyer.Part("return-order").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("return-offered");
        await CutAsync(buyer, "**/return", "DELETE");
        await Expect(buyer.Part("return-order")).Not.ToHaveAttributeAsync("aria-busy", "true");
        await buyer.Part("return-order").ClickAsync();
        await buyer.ToldAsync("return-cancelled");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Delivery_details_saved_without_an_answer_are_told_to_be_and_a_refusal_goes_when_they_are_saved()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later), "unanswered-moves");
        await using var buyer = await ComeAsync(batch, "unanswered-moves");
        await buyer.Part("delivery-summary").ClickAsync();
        await buyer.Part("delivery-name").FillAsync("Alice");
        await buyer.Part("delivery-phone").FillAsync("138 0000 0000");
        await buyer.Part("delivery-address").FillAsync("1 High Street");
        await CutAsync(buyer, "**/delivery", "PUT");
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("delivery-saved")).Not.ToBeEmptyAsync();
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();

        await buyer.Page.RouteAsync("**/delivery", route => route.AbortAsync());
        await buyer.Part("delivery-name").FillAsync("Bob");
        await buyer.Part("delivery-save").ClickAsync();
        await buyer.ToldAsync("lost");
        await buyer.Page.UnrouteAsync("**/delivery");
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("delivery-saved")).Not.ToBeEmptyAsync();
        await Expect(buyer.Part("notice")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    // From now on such requests arrive, and their answers do not.
    private static async Task CutAsync(Visitor buyer, string path, string method) =>
        await buyer.Page.RouteAsync(path, async route =>
        {
            if (route.Request.Method != method)
            {
                await route.FallbackAsync();
                return;
            }
            await route.FetchAsync();
            await route.AbortAsync();
        });

    // A batch whose one unit this user holds; others have reserved.
    private async Task<(string Batch, string Order)> HeldAsync(string user, params string[] others)
    {
        var batch = await stage.Client.CreateAsync(One, [user, .. others]);
        await stage.Client.UntilOpenAsync(batch);
        return (batch, await stage.Client.BuyAsync(batch, user));
    }

    private async Task<Visitor> ComeAsync(string batch, string user)
    {
        var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        return buyer;
    }
}
