using System.Diagnostics;
using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>Several tabs and devices of one buyer show the same, at once, over one stream a browser.</summary>
public sealed class TabsTests(SaleStage stage)
{
    private const int Tabs = 10;

    /// <summary>How long a browser may take to suspend a tab; waiting ends as soon as it has.</summary>
    private static readonly TimeSpan SuspendedWithin = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Ten_tabs_over_HTTP_1_share_one_stream_and_all_learn_of_a_purchase_and_its_end()
    {
        await using var opening = await HeldOpening.OfAsync(stage.Client, new Sale(Sale.AtOnce), "tabs");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("tabs");
        var (tabs, streams) = await OpenTabsAsync(buyer, opening.Batch, Tabs);
        foreach (var tab in tabs) await Expect(tab.GetByTestId("live")).ToHaveAttributeAsync("data-state", "live");
        await opening.LetComeAsync();
        foreach (var tab in tabs)
        {
            await Expect(tab.GetByTestId("buy")).ToHaveAttributeAsync(
                "aria-disabled", "false", new() { Timeout = 45_000 });
        }
        streams().ShouldBe(1);

        await tabs[3].GetByTestId("buy").ClickAsync();
        foreach (var tab in tabs) await OrderIsAsync(tab, "awaiting-payment");
        await tabs[7].GetByTestId("cancel-order").ClickAsync();
        await tabs[7].GetByTestId("confirm-go").ClickAsync();
        foreach (var tab in tabs) await OrderIsAsync(tab, "cancelled");
        streams().ShouldBe(1);
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task When_the_tab_with_the_stream_is_closed_another_takes_over()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "closes");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("closes");
        await stage.Client.UntilOpenAsync(batch);
        var (tabs, streams) = await OpenTabsAsync(buyer, batch, 3);
        await tabs[0].CloseAsync();
        await stage.Client.OperateAsync(batch, "pause");
        foreach (var tab in tabs[1..])
            await Expect(tab.GetByTestId("sale")).ToHaveAttributeAsync("data-phase", "paused");
        streams().ShouldBe(2);
        foreach (var tab in tabs[1..])
            await Expect(tab.GetByTestId("live")).ToHaveAttributeAsync("data-state", "live");
    }

    [Fact]
    public async Task When_the_browser_has_suspended_the_tab_with_the_stream_another_takes_over()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce));
        await using var visitor = await stage.VisitAsync();
        await stage.Client.UntilOpenAsync(batch);
        var (tabs, streams) = await OpenTabsAsync(visitor, batch, 1);
        var other = visitor.Page;
        await other.Clock.InstallAsync();
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "live");
        streams().ShouldBe(1);

        var browser = await other.Context.NewCDPSessionAsync(tabs[0]);
        await browser.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        // Nothing for 15 s, and no answer for 10 s more. The browser says that the tab is frozen before it has stopped.
        // Until then the tab still answers, and the other one begins to wait anew.
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < SuspendedWithin && streams() == 1;)
        {
            await other.Clock.FastForwardAsync(16_000);
            await other.Clock.FastForwardAsync(11_000);
            await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "live");
        }
        streams().ShouldBe(2);
        await stage.Client.OperateAsync(batch, "pause");
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", "paused");

        // The tab that comes back follows.
        await browser.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });
        await Expect(tabs[0].GetByTestId("sale")).ToHaveAttributeAsync("data-phase", "paused");
        await stage.Client.OperateAsync(batch, "resume");
        foreach (var tab in (IPage[])[tabs[0], other])
            await Expect(tab.GetByTestId("sale")).ToHaveAttributeAsync("data-phase", "on-sale");
    }

    [Fact]
    public async Task Where_tabs_can_not_share_each_has_a_stream_of_its_own()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce));
        await using var visitor = await stage.VisitAsync();
        await visitor.Page.Context.AddInitScriptAsync("delete Navigator.prototype.locks;");
        var (tabs, streams) = await OpenTabsAsync(visitor, batch, 2);
        foreach (var tab in tabs)
            await Expect(tab.GetByTestId("live")).ToHaveAttributeAsync("data-state", "live");
        streams().ShouldBe(2);
    }

    [Fact]
    public async Task A_second_device_is_told_of_a_purchase_a_payment_and_a_refund_and_does_not_ask()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "devices");
        await using var telephone = await stage.VisitAsync();
        await using var desktop = await stage.VisitAsync(width: 1280);
        await telephone.WaitForOpeningAsync(batch, "devices");
        await desktop.WaitForOpeningAsync(batch, "devices");
        await Expect(desktop.Part("live")).ToHaveAttributeAsync("data-state", "live");
        var asked = 0;
        desktop.Page.Request += (_, request) =>
        {
            // The delivery details are asked for once. No event tells them.
            var isDelivery = request.Url.EndsWith("/delivery", StringComparison.Ordinal);
            if (request.Url.Contains("/orders", StringComparison.Ordinal) && !isDelivery) asked++;
        };

        await telephone.Part("buy").ClickAsync();
        await desktop.OrderIsAsync("awaiting-payment");
        await Expect(desktop.Part("pay-now")).ToBeVisibleAsync();
        var order = (await stage.Client.OrdersAsync(batch, "devices"))[0].GetProperty("id").GetString()!;
        await stage.Client.PayAsync(order, "devices");
        await desktop.OrderIsAsync("paid");
        await telephone.OrderIsAsync("paid");
        await stage.Client.CancelAsOperatorAsync(order);
        await desktop.OrderIsAsync("refunded");
        await telephone.OrderIsAsync("refunded");
        await Expect(desktop.Part("order-note")).ToContainTextAsync("The seller cancelled this order.");
        asked.ShouldBe(0, "the stream tells everything");
        telephone.Errors.ShouldBeEmpty();
        desktop.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_device_is_told_of_a_reservation_and_its_cancellation_at_once()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var telephone = await stage.VisitAsync("zh-CN");
        await using var desktop = await stage.VisitAsync(width: 1280);
        foreach (var device in (Visitor[])[telephone, desktop])
        {
            await device.ComeSignedInAsync("reserves");
            await device.OpenAsync(batch);
            await Expect(device.Part("reserve")).ToBeVisibleAsync();
            await Expect(device.Part("live")).ToHaveAttributeAsync("data-state", "live");
        }
        for (var time = 0; time < 2; time++)
        {
            await telephone.Part("reserve").ClickAsync();
            await Expect(desktop.Part("step-reserve")).ToHaveAttributeAsync("data-state", "done");
            await Expect(desktop.Part("buy")).ToBeVisibleAsync();
            await telephone.Part("cancel-reservation").ClickAsync();
            await telephone.Part("confirm-go").ClickAsync();
            await Expect(desktop.Part("step-reserve")).ToHaveAttributeAsync("data-state", "current");
            await Expect(desktop.Part("reserve")).ToBeVisibleAsync();
            await Expect(telephone.Part("reserve")).ToBeVisibleAsync();
        }
        telephone.Errors.ShouldBeEmpty();
        desktop.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reservation_and_a_sign_out_show_in_the_other_tab()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("leaves");
        await buyer.OpenAsync(batch);
        var other = await buyer.Page.Context.NewPageAsync();
        await other.GotoAsync($"/sale/{batch}");
        await Expect(other.GetByTestId("reserve")).ToBeVisibleAsync();
        await buyer.Part("reserve").ClickAsync();
        await Expect(other.GetByTestId("step-reserve")).ToHaveAttributeAsync("data-state", "done");

        await buyer.Part("account").ClickAsync();
        await buyer.Part("sign-out").ClickAsync();
        await Expect(other.GetByTestId("account")).ToHaveAttributeAsync("data-signed-in", "false");
        await Expect(other.GetByTestId("status")).ToHaveAttributeAsync("data-status", "sign-in-to-reserve");
        await Expect(other.GetByTestId("step-reserve")).ToHaveAttributeAsync("data-state", "current");
    }

    private static Task OrderIsAsync(IPage tab, string status) =>
        Expect(tab.GetByTestId("order")).ToHaveAttributeAsync("data-status", status);

    // The tabs, and how many streams they have opened so far.
    private static async Task<(IPage[] Tabs, Func<int> Streams)> OpenTabsAsync(Visitor visitor, string batch, int count)
    {
        var streams = 0;
        visitor.Page.Context.Request += (_, request) =>
        {
            if (request.ResourceType == "eventsource") Interlocked.Increment(ref streams);
        };
        var tabs = new IPage[count];
        for (var i = 0; i < count; i++)
        {
            tabs[i] = await visitor.Page.Context.NewPageAsync();
            await tabs[i].GotoAsync($"/sale/{batch}");
            await Expect(tabs[i].GetByTestId("live")).ToHaveAttributeAsync("data-state", "live");
        }
        return (tabs, () => Volatile.Read(ref streams));
    }
}
