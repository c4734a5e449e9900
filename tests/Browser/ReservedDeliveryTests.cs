using System.Text.RegularExpressions;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A visitor says while reserving where to deliver, so that they need not type at the opening.</summary>
public sealed partial class ReservedDeliveryTests(SaleStage stage)
{
    private const string Address = "北京市海淀区\n中关村大街1号";

    [Theory]
    [InlineData("zh-CN", 390, "选填", "请核对收货信息")]
    [InlineData("en", 1280, "Optional: saves typing later", "Check your delivery details")]
    public async Task What_was_said_while_reserving_is_in_the_order_and_in_the_operators_list(
        string language, int width, string optional, string check)
    {
        var user = $"early-{language}-{width}".ToLowerInvariant();
        await using var buyer = await stage.VisitAsync(language, width);
        await buyer.ComeSignedInAsync(user);
        await using var opening = await HeldOpening.OfAsync(stage.Client, new Sale(Sale.AtOnce));
        var batch = opening.Batch;
        await buyer.ReserveAsync(batch);
        await Expect(buyer.Part("delivery-known")).ToContainTextAsync(optional);
        await buyer.Part("delivery-summary").ClickAsync();
        await SayAsync(buyer);
        await Expect(buyer.Part("delivery-known")).ToHaveTextAsync("李雷 · 138 0000 0000 · 北京市海淀区 中关村大街1号");

        await opening.LetComeAsync();
        await buyer.CanBuyAsync();
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("reserved-delivery")).ToBeEmptyAsync();
        await ShouldBeToCheckAsync();
        (await DeliveryAsync(batch)).ShouldBe(("李雷", Address));

        await buyer.Part("pay-now").ClickAsync();
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.OrderIsAsync("paid");
        await ShouldBeToCheckAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "bought");
        await Expect(buyer.Part("deliver")).ToBeHiddenAsync();
        await Expect(buyer.Part("delivery-form")).ToBeHiddenAsync();
        await buyer.Part("delivery-summary").ClickAsync();
        await Expect(buyer.Part("delivery-address")).ToHaveValueAsync(Address);
        await buyer.Part("delivery-name").FillAsync("韩梅梅");
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("delivery-saved")).Not.ToBeEmptyAsync();
        (await DeliveryAsync(batch)).ShouldBe(("韩梅梅", Address));
        buyer.Errors.ShouldBeEmpty();
        buyer.Refusals.ShouldBeEmpty();

        async Task ShouldBeToCheckAsync()
        {
            await Expect(buyer.Part("delivery-title")).ToHaveTextAsync(check);
            await Expect(buyer.Part("delivery-known")).ToContainTextAsync("李雷 · 138 0000 0000");
        }
    }

    [Fact]
    public async Task It_is_shown_after_a_reload_changed_removed_and_gone_with_the_reservation_and_the_session()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("changes-address");
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await Expect(buyer.Part("reserved-delivery")).ToBeEmptyAsync();
        await buyer.Part("reserve").ClickAsync();
        await buyer.Part("delivery-summary").ClickAsync();
        await Expect(buyer.Part("delivery-remove")).ToBeHiddenAsync();
        await SayAsync(buyer);

        await buyer.Page.ReloadAsync();
        await Expect(buyer.Part("delivery-known")).ToContainTextAsync("李雷");
        await buyer.Part("delivery-summary").FocusAsync();
        await buyer.Page.Keyboard.PressAsync("Enter");
        await buyer.Page.Keyboard.PressAsync("Tab");
        await Expect(buyer.Part("delivery-name")).ToBeFocusedAsync();
        await buyer.Page.Keyboard.TypeAsync("韩梅梅");
        await buyer.Page.Keyboard.PressAsync("Enter");
        await Expect(buyer.Part("delivery-known")).ToContainTextAsync("韩梅梅");
        await buyer.Part("delivery-remove").ClickAsync();
        await Expect(buyer.Part("delivery-name")).ToHaveValueAsync("");
        await Expect(buyer.Part("delivery-known")).ToContainTextAsync("Optional");
        await SayAsync(buyer);

        await buyer.Part("cancel-reservation").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await Expect(buyer.Part("reserved-delivery")).ToBeEmptyAsync();
        await buyer.Part("reserve").ClickAsync();
        await Expect(buyer.Part("delivery-known")).ToContainTextAsync("Optional");
        await buyer.Part("delivery-summary").ClickAsync();
        await Expect(buyer.Part("delivery-name")).ToHaveValueAsync("");
        await SayAsync(buyer);
        await buyer.Part("account").ClickAsync();
        await buyer.Part("sign-out").ClickAsync();
        await Expect(buyer.Part("reserved-delivery")).ToBeEmptyAsync();
        (await buyer.Page.ContentAsync()).ShouldNotContain("李雷");
        buyer.Errors.ShouldBeEmpty();
        buyer.Refusals.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_typed_and_not_saved_goes_on_in_the_order()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "half-typed");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "half-typed");
        await buyer.Part("delivery-summary").ClickAsync();
        await buyer.Part("delivery-name").FillAsync("李雷");
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("delivery-name")).ToBeVisibleAsync();
        await Expect(buyer.Part("delivery-name")).ToHaveValueAsync("李雷");
        await Expect(buyer.Part("delivery-known")).ToHaveTextAsync("Not given yet");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_that_is_opened_while_buying_stays_open_in_the_order()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "opens-form");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "opens-form");
        await buyer.Part("delivery-summary").ClickAsync();
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("reserved-delivery")).ToBeEmptyAsync();
        await Expect(buyer.Part("delivery-address")).ToBeVisibleAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_an_order_has_is_shown_also_if_the_page_hears_of_the_order_last()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "hears-last");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "hears-last");
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await buyer.Part("delivery-summary").ClickAsync();
        await SayAsync(buyer);

        var isTold = new TaskCompletionSource();
        await buyer.Page.RouteAsync("**/api/me/live?*", route => route.AbortAsync());
        await buyer.Page.RouteAsync("**/api/me/orders?*", async route =>
        {
            await isTold.Task;
            await route.ContinueAsync();
        });
        await buyer.Page.ReloadAsync();
        // The page knows the reservation. Without its stream it does not know yet that there is an order.
        await Expect(buyer.Part("buy")).ToBeVisibleAsync();
        await Expect(buyer.Part("reserved-delivery")).ToBeEmptyAsync();
        isTold.SetResult();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("delivery-known")).ToContainTextAsync("李雷");
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "A phone number has at least 5 digits.", "You have no reservation")]
    [InlineData("zh-CN", "电话号码至少 5 位数字。", "您没有预约")]
    public async Task A_wrong_detail_and_a_reservation_that_has_gone_are_told(
        string language, string fault, string gone)
    {
        var user = $"gone-{language}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later), user);
        await using var buyer = await stage.VisitAsync(language);
        await buyer.ComeSignedInAsync(user);
        await buyer.Page.RouteAsync("**/api/me/live?*", route => route.AbortAsync());
        await buyer.OpenAsync(batch);
        await buyer.Part("delivery-summary").ClickAsync();
        await buyer.Part("delivery-name").FillAsync("李雷");
        await buyer.Part("delivery-address").FillAsync(Address);
        await buyer.Part("delivery-phone").FillAsync("1234");
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("delivery-phone-fault")).ToHaveTextAsync(fault);
        await Expect(buyer.Part("delivery-phone")).ToBeFocusedAsync();

        // Another device cancels the reservation. Without its stream this page does not know of it.
        await stage.Client.CancelReservationAsync(batch, user);
        await buyer.Part("delivery-phone").FillAsync("13800000000");
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("notice-title")).ToHaveTextAsync(gone);
        await Expect(buyer.Part("reserved-delivery")).ToBeEmptyAsync();
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    private static async Task SayAsync(Visitor buyer)
    {
        await Expect(buyer.Part("delivery-phone")).ToHaveAttributeAsync("type", "tel");
        await buyer.Page.GetByLabel(Recipient()).FillAsync("李雷");
        await buyer.Part("delivery-phone").FillAsync("138 0000 0000");
        await buyer.Part("delivery-address").FillAsync(Address);
        await buyer.Part("delivery-save").ClickAsync();
        await Expect(buyer.Part("delivery-saved")).Not.ToBeEmptyAsync();
    }

    private async Task<(string? Name, string? Address)> DeliveryAsync(string batch)
    {
        var delivery = (await stage.Client.OrdersOfAllAsync(batch)).ShouldHaveSingleItem().GetProperty("delivery");
        return (delivery.GetProperty("name").GetString(), delivery.GetProperty("address").GetString());
    }

    [GeneratedRegex("^(Recipient|收货人)$")]
    private static partial Regex Recipient();
}
