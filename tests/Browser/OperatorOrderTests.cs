using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>What a buyer sees of what operators do with their order.</summary>
public sealed class OperatorOrderTests(SaleStage stage)
{
    [Theory]
    [InlineData("en", "Shipped", "Tracking number: SF 1234 5678",
        "The seller has refunded this order in full.")]
    [InlineData("zh-CN", "已发货", "物流单号：SF 1234 5678", "商家已为该订单全额退款。")]
    public async Task A_shipped_order_shows_its_tracking_and_cannot_be_cancelled(
        string language, string status, string tracking, string refund)
    {
        var user = $"shipped-{language}";
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), user);
        await using var buyer = await stage.VisitAsync(language);
        await buyer.WaitForOpeningAsync(batch, user);
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        var order = (await stage.Client.OrdersAsync(batch, user)).Single().GetProperty("id").GetString()!;
        await stage.Client.PayAsync(order, user);
        await buyer.OrderIsAsync("paid");
        await Expect(buyer.Part("cancel-order")).ToBeVisibleAsync();

        await stage.Client.ShipAsync(order, "SF 1234 5678");
        await Expect(buyer.Part("order-status")).ToHaveTextAsync(status);
        await Expect(buyer.Part("order-note")).ToContainTextAsync(tracking);
        await Expect(buyer.Part("cancel-order")).ToBeHiddenAsync();
        await Expect(buyer.Part("delivery-place")).ToBeHiddenAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "shipped");
        await stage.Client.ShipAsync(order, "SF 2");
        await Expect(buyer.Part("order-note")).ToContainTextAsync("SF 2");

        await stage.Client.ChangeAsync(order, "refund");
        await buyer.OrderIsAsync("refunded");
        await Expect(buyer.Part("order-note")).ToHaveTextAsync(refund);
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_granted_order_appears_by_itself_and_can_be_paid()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "granted");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "granted");
        await stage.Client.GrantAsync(batch, "granted");
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_order_that_was_revived_is_told_and_can_be_paid_again()
    {
        var sale = new Sale(Sale.AtOnce) { PaymentWindowSeconds = 5 };
        var batch = await stage.Client.CreateAsync(sale, "revived");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "revived");
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("expired");
        var order = (await stage.Client.OrdersAsync(batch, "revived")).Single().GetProperty("id").GetString()!;
        await stage.Client.ChangeAsync(order, "revive");
        await buyer.ToldAsync("order-revived");
        await buyer.OrderIsAsync("awaiting-payment");
    }

    [Fact]
    public async Task A_paid_order_has_no_way_to_cancel_it_if_the_terms_say_never()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { CancelPaid = "never" }, "kept");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "kept");
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("cancel-order")).ToBeVisibleAsync();
        var order = (await stage.Client.OrdersAsync(batch, "kept")).Single().GetProperty("id").GetString()!;
        await stage.Client.PayAsync(order, "kept");
        await buyer.OrderIsAsync("paid");
        await Expect(buyer.Part("cancel-order")).ToBeHiddenAsync();
        await Expect(buyer.Part("delivery-place")).ToBeVisibleAsync();
    }
}
