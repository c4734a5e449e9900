using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A buyer who finds it sold out waits in the line, and gets what others give back.</summary>
public sealed class LineTests(SaleStage stage)
{
    private const string Holder = "holds-the-unit";

    private static readonly Sale Long = new(Sale.AtOnce) { Stock = 1, StandbyLimit = 10 };

    [Theory]
    [InlineData("en", 1280, "light", "Join the waiting line", "You are in the line", "Your turn: pay now")]
    [InlineData("zh-CN", 390, "dark", "候补排队", "候补排队中", "候补成功，待付款")]
    public async Task A_buyer_joins_moves_up_is_offered_what_another_gives_back_and_pays(
        string language, int width, string colors, string join, string wait, string turn)
    {
        var user = $"waits-{language}-{width}".ToLowerInvariant();
        var (batch, held) = await SoldOutAsync(Long, user, $"{user}-first");
        await stage.Client.StandByAsync(batch, $"{user}-first");
        await using var buyer = await stage.VisitAsync(language, width, colors);
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("join")).ToHaveTextAsync(join);
        await buyer.Part("join").ClickAsync();

        await buyer.ToldAsync("joined");
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("1");
        await Expect(buyer.Part("buy")).ToHaveTextAsync(wait);
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "line");
        await Expect(buyer.Part("standby-count")).ToContainTextAsync("2");
        await buyer.Page.ShouldHaveNoBarrierAsync();
        await stage.Client.LeaveLineAsync(batch, $"{user}-first");
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("0");

        await stage.Client.CancelAsync(held, Holder);
        await buyer.OrderIsAsync("awaiting-payment");
        await buyer.ToldAsync("offer");
        await Expect(buyer.Page).ToHaveTitleAsync(new Regex($"^{turn}"));
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "pay-offer");
        await buyer.Page.ShouldHaveNoBarrierAsync();
        await buyer.Part("pay-now").ClickAsync();
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.OrderIsAsync("paid");
        await Expect(buyer.Page).Not.ToHaveTitleAsync(new Regex(turn));
        (await stage.Client.OrdersAsync(batch, user)).Length.ShouldBe(1);
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Declining_an_offer_ends_the_place_and_says_so_before()
    {
        var (batch, held) = await SoldOutAsync(Long, "declines");
        await using var buyer = await WaitAsync(batch, "declines");
        await stage.Client.CancelAsync(held, Holder);
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("cancel-order")).ToHaveTextAsync("Decline");
        await buyer.Part("cancel-order").ClickAsync();
        await Expect(buyer.Part("confirm")).ToContainTextAsync("Your place in the line ends");
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.OrderIsAsync("cancelled");
        await Expect(buyer.Part("order-note")).ToContainTextAsync("You declined this offer");
        // The unit is free again, and nobody waits. So no line is spoken of.
        await buyer.CanBuyAsync();
        await buyer.ToldAsync("offer-declined");
        await Expect(buyer.Part("notice-body"))
            .ToHaveTextAsync("Your place in the line has ended. Nothing was charged.");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Declining_a_part_keeps_the_place_once()
    {
        var (batch, held) = await SoldOutAsync(new Sale(Sale.AtOnce) { Stock = 1, PerUserLimit = 2 }, "wants-two");
        await using var buyer = await WaitAsync(batch, "wants-two", quantity: 2);
        await stage.Client.CancelAsync(held, Holder);
        for (var time = 1; time <= 2; time++)
        {
            // The same unit is offered again, because nobody else waits.
            await Expect(buyer.Part("order")).ToHaveCountAsync(time);
            await Expect(buyer.Part("order").First).ToHaveAttributeAsync("data-status", "awaiting-payment");
            await buyer.Part("cancel-order").First.ClickAsync();
            await Expect(buyer.Part("confirm")).ToContainTextAsync("you keep your place");
            await buyer.Part("confirm-go").ClickAsync();
        }
        await buyer.CanBuyAsync();
        await buyer.ToldAsync("offer-declined");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_leaves_the_line_is_asked_and_can_join_again()
    {
        var (batch, _) = await SoldOutAsync(Long, "leaver");
        await using var buyer = await WaitAsync(batch, "leaver");
        await buyer.Part("leave-line").ClickAsync();
        await Expect(buyer.Part("confirm-keep")).ToHaveTextAsync("Stay in the line");
        await buyer.Part("confirm-keep").ClickAsync();
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("0");
        await buyer.Part("leave-line").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("place-left");
        await Expect(buyer.Part("line-ahead")).ToBeHiddenAsync();
        await buyer.Part("join").ClickAsync();
        await buyer.ToldAsync("joined");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_offer_that_is_not_paid_in_time_passes_to_the_next()
    {
        var (batch, held) = await SoldOutAsync(Long with { OfferWindowSeconds = 15 }, "sleeps", "is-next");
        await using var buyer = await WaitAsync(batch, "sleeps");
        await stage.Client.StandByAsync(batch, "is-next");
        await stage.Client.CancelAsync(held, Holder);
        await buyer.ToldAsync("offer");
        await buyer.OrderIsAsync("expired");
        await buyer.ToldAsync("offer-expired");
        await Expect(buyer.Part("order-note")).ToContainTextAsync("your turn has passed");
        (await stage.Client.OrdersAsync(batch, "is-next")).Length.ShouldBe(1);
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "join-passed");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_place_shows_at_once_in_all_tabs_and_devices()
    {
        var (batch, _) = await SoldOutAsync(Long, "everywhere");
        await using var telephone = await stage.VisitAsync();
        await using var desktop = await stage.VisitAsync("zh-CN", 1280);
        foreach (var device in (Visitor[])[telephone, desktop])
        {
            await device.ComeSignedInAsync("everywhere");
            await device.OpenAsync(batch);
            await Expect(device.Part("join")).ToBeVisibleAsync();
        }
        var tab = await telephone.Page.Context.NewPageAsync();
        await tab.GotoAsync($"/sale/{batch}");
        await Expect(tab.GetByTestId("join")).ToBeVisibleAsync();

        await telephone.Part("join").ClickAsync();
        foreach (var page in (IPage[])[telephone.Page, tab, desktop.Page])
            await Expect(page.GetByTestId("line-ahead")).ToHaveTextAsync("0");
        await desktop.Part("leave-line").ClickAsync();
        await desktop.Part("confirm-go").ClickAsync();
        foreach (var page in (IPage[])[telephone.Page, tab, desktop.Page])
            await Expect(page.GetByTestId("join")).ToBeVisibleAsync();
        await telephone.ToldAsync("place-left");
        telephone.Errors.ShouldBeEmpty();
        desktop.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", true, "Sold out. Wait in the line?")]
    [InlineData("zh-CN", false, "已抢完，要候补排队吗？")]
    public async Task Whoever_buys_too_late_is_asked_and_never_joined_silently(
        string language, bool wants, string asked)
    {
        var user = $"too-late-{language}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { Stock = 1 }, Holder, user);
        await using var buyer = await stage.VisitAsync(language);
        await buyer.WaitForOpeningAsync(batch, user);
        await stage.Client.UntilOpenAsync(batch);
        var bodies = new List<string?>();
        await buyer.OnPurchaseAsync(async route =>
        {
            if (bodies.Count == 0) await stage.Client.BuyAsync(batch, Holder);
            bodies.Add(route.Request.PostData);
            await route.ContinueAsync();
        });
        await buyer.Part("buy").ClickAsync();
        await Expect(buyer.Part("confirm")).ToContainTextAsync(asked);
        bodies.ShouldHaveSingleItem().ShouldNotBeNull().ShouldNotContain("standby");
        await buyer.Part(wants ? "confirm-go" : "confirm-keep").ClickAsync();
        await buyer.ToldAsync(wants ? "joined" : "sold-out");
        bodies.Count.ShouldBe(wants ? 2 : 1);
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_press_on_Buy_that_hits_Join_asks_first()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { Stock = 1 }, Holder, "hasty-joiner");
        await using var buyer = await stage.VisitAsync();
        await buyer.WaitForOpeningAsync(batch, "hasty-joiner");
        await stage.Client.UntilOpenAsync(batch);
        await buyer.Part("join").EvaluateAsync("""
            join => new MutationObserver((_, watch) => { watch.disconnect(); join.click(); })
              .observe(join, { attributeFilter: ['hidden'] })
            """);
        await stage.Client.BuyAsync(batch, Holder);
        await Expect(buyer.Part("confirm")).ToContainTextAsync("Wait in the line?");
        await buyer.Part("confirm-keep").ClickAsync();
        await Expect(buyer.Part("join")).ToBeVisibleAsync();
        await Expect(buyer.Part("standby-count")).ToHaveTextAsync("0 people");
    }

    [Fact]
    public async Task A_removed_place_and_the_end_of_the_sale_are_told()
    {
        var (batch, _) = await SoldOutAsync(Long, "unlucky");
        await using var buyer = await WaitAsync(batch, "unlucky");
        await stage.Client.RemovePlaceAsync(batch, 1);
        await buyer.ToldAsync("place-removed");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "join-removed");
        await buyer.Part("join").ClickAsync();
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("0");
        await stage.Client.OperateAsync(batch, "pause");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "line-paused");
        await stage.Client.OperateAsync(batch, "close");
        await buyer.ToldAsync("place-backlog");
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_and_a_suspended_line_are_said_to_be_so()
    {
        var (batch, _) = await SoldOutAsync(Long with { StandbyLimit = 1 }, "one", "two");
        await stage.Client.StandByAsync(batch, "one");
        await using var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync("two");
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "line-full");
        await Expect(buyer.Part("join")).ToBeHiddenAsync();
        await stage.Client.LeaveLineAsync(batch, "one");
        await Expect(buyer.Part("join")).ToBeVisibleAsync();
        await stage.Client.OperateAsync(batch, "suspend-line");
        await Expect(buyer.Part("join")).ToBeHiddenAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "sold-out");
    }

    [Fact]
    public async Task A_session_that_ends_takes_no_place()
    {
        var (batch, _) = await SoldOutAsync(Long, "signed-off");
        await using var buyer = await WaitAsync(batch, "signed-off");
        await buyer.Page.Context.ClearCookiesAsync();
        await buyer.Part("leave-line").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "ended-line");
        await buyer.SignInAsync("signed-off");
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("0");
    }

    [Fact]
    public async Task Whoever_allowed_it_is_notified_while_they_do_something_else()
    {
        var (batch, held) = await SoldOutAsync(Long, "elsewhere");
        await using var buyer = await stage.VisitAsync();
        await buyer.Page.Context.AddInitScriptAsync("""
            let permission = 'default';
            window.titles = [];
            window.Notification = class {
              static get permission() { return permission; }
              static async requestPermission() { return permission = 'granted'; }
              constructor(title) { window.titles.push(title); }
            };
            """);
        await buyer.ComeSignedInAsync("elsewhere");
        await buyer.OpenAsync(batch);
        await buyer.Part("join").ClickAsync();
        await buyer.Part("notify-offer").ClickAsync();
        await Expect(buyer.Part("notify-offer")).ToBeHiddenAsync();
        await buyer.Page.EvaluateAsync("() => Object.defineProperty(document, 'hidden', { get: () => true })");
        await stage.Client.CancelAsync(held, Holder);
        await buyer.ToldAsync("offer");
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        await buyer.Page.WaitForFunctionAsync("() => window.titles.length > 0");
        (await buyer.Page.EvaluateAsync<string[]>("() => window.titles")).ShouldBe(
            ["Your turn has come: Xiaomi Mi2 16 GB"]);
    }

    // A batch whose one unit somebody holds; these users have reserved.
    private async Task<(string Batch, string Held)> SoldOutAsync(Sale sale, params string[] users)
    {
        var batch = await stage.Client.CreateAsync(sale, [Holder, .. users]);
        await stage.Client.UntilOpenAsync(batch);
        return (batch, await stage.Client.BuyAsync(batch, Holder));
    }

    private async Task<Visitor> WaitAsync(string batch, string user, int quantity = 1)
    {
        var buyer = await stage.VisitAsync();
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("join")).ToBeVisibleAsync();
        if (quantity > 1) await buyer.Part("quantity").FillAsync($"{quantity}");
        await buyer.Part("join").ClickAsync();
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("0");
        return buyer;
    }
}
