using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A buyer who has paid gives the unit to the next in line, and is told honestly what happens.</summary>
public sealed class ReturnTests(SaleStage stage)
{
    private static readonly Sale One = new(Sale.AtOnce) { Stock = 1, StandbyLimit = 10 };

    [Theory]
    [InlineData("en", 390, "light", "Offer to the line", "Keep my order", "only when the next buyer has paid",
        "You keep your order unless the one who has been offered it pays by ")]
    [InlineData("zh-CN", 1280, "dark", "转让给候补买家", "保留订单", "对方付款后才会为您退款", "不再顺延给下一位")]
    public async Task A_paid_order_is_offered_to_the_line_and_refunded_when_the_next_has_paid_though_it_is_kept_by_then(
        string language, int width, string colors, string give, string keep, string honest,
        string last)
    {
        var user = $"gives-{language}-{width}".ToLowerInvariant();
        var (batch, order) = await PaidAsync(user, $"{user}-next");
        await using var buyer = await stage.VisitAsync(language, width, colors);
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("return-order")).ToHaveTextAsync(give);
        await buyer.Part("return-order").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();

        await buyer.ToldAsync("return-offered");
        await Expect(buyer.Part("return-order")).ToHaveTextAsync(keep);
        await Expect(buyer.Part("order-note")).ToContainTextAsync(honest);
        await Expect(buyer.Part("order")).ToHaveAttributeAsync("data-status", "paid");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "returning");
        await buyer.Page.ShouldHaveNoBarrierAsync();

        await stage.Client.StandByAsync(batch, $"{user}-next");
        await Expect(buyer.Part("cancel-order")).ToBeHiddenAsync();
        await Expect(buyer.Part("return-order")).ToHaveTextAsync(keep);
        await buyer.Part("return-order").ClickAsync();
        await buyer.ToldAsync("return-ending");
        await Expect(buyer.Part("return-order")).ToBeHiddenAsync();
        await Expect(buyer.Part("cancel-order")).ToBeHiddenAsync();
        await Expect(buyer.Part("order-note")).ToContainTextAsync(last);
        await buyer.Page.ShouldHaveNoBarrierAsync();
        var offer = (await stage.Client.OrdersAsync(batch, $"{user}-next")).Single().GetProperty("id").GetString()!;
        await stage.Client.PayAsync(offer, $"{user}-next");
        await buyer.ToldAsync("returned");
        await buyer.OrderIsAsync("refunded");
        (await stage.Client.OrdersAsync(batch, user)).Single().GetProperty("id").GetString().ShouldBe(order);
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_buyer_who_changes_their_mind_keeps_the_order_with_the_keyboard_alone()
    {
        var (batch, _) = await PaidAsync("changes-mind");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("changes-mind");
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("return-order")).ToBeVisibleAsync();
        await buyer.Part("return-order").FocusAsync();
        await buyer.Page.Keyboard.PressAsync("Enter");
        await Expect(buyer.Part("confirm")).ToContainTextAsync("is refunded only when they have paid");
        await Expect(buyer.Part("confirm")).ToContainTextAsync("To be refunded for sure, cancel the order instead.");
        await buyer.Page.Keyboard.PressAsync("Escape");
        await Expect(buyer.Part("confirm")).ToBeHiddenAsync();
        await Expect(buyer.Part("return-order")).ToHaveTextAsync("Offer to the line");

        // A button ignores keys while what it began before is not over.
        await Expect(buyer.Part("return-order")).Not.ToHaveAttributeAsync("aria-busy", "true");
        await buyer.Page.Keyboard.PressAsync("Enter");
        await Expect(buyer.Part("confirm-go")).ToBeVisibleAsync();
        await buyer.Part("confirm-go").FocusAsync();
        await buyer.Page.Keyboard.PressAsync("Enter");
        await buyer.ToldAsync("return-offered");
        await Expect(buyer.Part("return-order")).ToBeFocusedAsync();
        await Expect(buyer.Part("return-order")).Not.ToHaveAttributeAsync("aria-busy", "true");
        await buyer.Page.Keyboard.PressAsync("Enter");
        await buyer.ToldAsync("return-cancelled");
        await Expect(buyer.Part("return-order")).ToHaveTextAsync("Offer to the line");
        await Expect(buyer.Part("order-note")).ToContainTextAsync("Waiting to be shipped");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_end_of_the_sale_ends_what_is_offered_and_the_page_says_so()
    {
        var (batch, order) = await PaidAsync("too-late-giver");
        await stage.Client.ReturnAsync(order, "too-late-giver");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("too-late-giver");
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("return-order")).ToHaveTextAsync("Keep my order");
        await stage.Client.OperateAsync(batch, "close");
        await Expect(buyer.Part("return-order")).ToBeHiddenAsync();
        await Expect(buyer.Part("order-status")).ToHaveTextAsync("Paid");
        await Expect(buyer.Part("order-note")).ToContainTextAsync("Waiting to be shipped");
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "Its 2 units go together, so they wait until the first in the line asks for at least as many.")]
    [InlineData("zh-CN", "2 件商品须一并转让，待队首候补买家的候补数量不少于此数时分配。")]
    public async Task Units_that_go_together_are_said_to_wait_for_a_first_in_line_who_wants_as_many(
        string language, string said)
    {
        var user = $"gives-two-{language}".ToLowerInvariant();
        var two = One with { Stock = 2, PerUserLimit = 2 };
        var (batch, order) = await PaidAsync(user, $"{user}-one", two, quantity: 2);
        await stage.Client.StandByAsync(batch, $"{user}-one");
        await using var buyer = await stage.VisitAsync(language);
        await buyer.ComeSignedInAsync(user);
        await stage.Client.ReturnAsync(order, user);
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("order-note")).ToContainTextAsync(said);
        await Expect(buyer.Part("standby-count")).ToContainTextAsync("1");
    }

    [Theory]
    [InlineData("en", "Nobody is waiting yet.")]
    [InlineData("zh-CN", "暂无人候补。")]
    public async Task A_return_that_nobody_waits_for_is_said_to_be_so(string language, string nobody)
    {
        var user = $"gives-nobody-{language}".ToLowerInvariant();
        var (batch, order) = await PaidAsync(user);
        await stage.Client.ReturnAsync(order, user);
        await using var buyer = await stage.VisitAsync(language);
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("order-note")).ToContainTextAsync(nobody);
    }

    [Fact]
    public async Task The_Chinese_dialog_for_one_item_speaks_of_one_order()
    {
        var (batch, _) = await PaidAsync("gives-one-zh");
        await using var buyer = await stage.VisitAsync("zh-CN");
        await buyer.ComeSignedInAsync("gives-one-zh");
        await buyer.OpenAsync(batch);
        await buyer.Part("return-order").ClickAsync();
        await Expect(buyer.Part("confirm")).ToContainTextAsync("订单将转让给候补买家；如还有未售出的商品，会先行分配。");
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("return-offered");
        await Expect(buyer.Part("notice-body")).ToContainTextAsync("候补买家付款后，才会为您退款");
    }

    [Fact]
    public async Task A_sale_without_a_line_offers_no_return()
    {
        var (batch, _) = await PaidAsync("no-line", sale: One with { StandbyLimit = 0 });
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("no-line");
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("cancel-order")).ToBeVisibleAsync();
        await Expect(buyer.Part("return-order")).ToBeHiddenAsync();
    }

    // A batch whose one unit this user has paid for; others have reserved.
    private async Task<(string Batch, string Order)> PaidAsync(
        string user, string? other = null, Sale? sale = null, int quantity = 1)
    {
        var batch = await stage.Client.CreateAsync(sale ?? One, other is null ? [user] : [user, other]);
        await stage.Client.UntilOpenAsync(batch);
        var order = await stage.Client.BuyAsync(batch, user, quantity);
        await stage.Client.PayAsync(order, user);
        await stage.Client.UntilOrderIsAsync(batch, user, "paid");
        return (batch, order);
    }
}
