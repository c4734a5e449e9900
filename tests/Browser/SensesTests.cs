using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>Visitors with a keyboard or a screen reader can follow a sale through all that may happen to it.</summary>
public sealed class SensesTests(SaleStage stage)
{
    private const string Focused = "() => document.activeElement.id";

    // Everything that a screen reader is told unasked.
    private const string Listen = """
        () => {
          window.told = [];
          for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]')) {
            new MutationObserver(() => region.innerText.trim() !== '' && window.told.push(region.innerText.trim()))
              .observe(region, { childList: true, characterData: true, subtree: true });
          }
        }
        """;

    private static readonly string LongReason = string.Concat(Enumerable.Repeat("The lorry is late. ", 20)).TrimEnd();

    [Theory]
    [InlineData("en", "light", 390)]
    [InlineData("zh-CN", "dark", 1280)]
    public async Task Pauses_and_ends_have_no_serious_barrier(string language, string colors, int width)
    {
        var (first, second) = ($"first-{width}-{colors}", $"axe-{width}-{colors}");
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { Stock = 1 }, first, second);
        await using var visitor = await stage.VisitAsync(language, width, colors);
        await visitor.WaitForOpeningAsync(batch, second);
        await stage.Client.OperateAsync(batch, "pause", LongReason);
        await Expect(visitor.Part("countdown")).ToHaveAttributeAsync("data-until", "paused");
        await visitor.Page.ShouldHaveNoBarrierAsync();
        await stage.Client.OperateAsync(batch, "resume");
        await visitor.CanBuyAsync();
        await stage.Client.BuyAsync(batch, first);
        await Expect(visitor.Part("next")).ToBeVisibleAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
        await stage.Client.OperateAsync(batch, "close", LongReason);
        await Expect(visitor.Part("go-on")).ToBeVisibleAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
        visitor.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "dark", 390)]
    [InlineData("zh-CN", "light", 1280)]
    public async Task An_ended_session_the_cashier_and_ended_orders_have_no_serious_barrier(
        string language, string colors, int width)
    {
        var user = $"ends-{language}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { PerUserLimit = 2 }, user);
        await using var buyer = await stage.VisitAsync(language, width, colors);
        await buyer.WaitForOpeningAsync(batch, user);
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await buyer.Part("pay-now").ClickAsync();
        await Expect(buyer.Page.Locator("#pay")).ToBeEnabledAsync();
        await buyer.Page.ShouldHaveNoBarrierAsync();
        await buyer.Page.Locator("#decline").ClickAsync();
        await Expect(buyer.Page.Locator("body[data-state=declined]")).ToBeVisibleAsync();
        await buyer.Page.ShouldHaveNoBarrierAsync();
        await buyer.Page.Locator(".act .back-link").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await buyer.Part("cancel-order").ClickAsync();
        await buyer.Page.ShouldHaveNoBarrierAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.OrderIsAsync("cancelled");
        await stage.Client.EndSessionsAsync($"weibo:{user}");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "ended", new() { Timeout = 100_000 });
        await buyer.Page.ShouldHaveNoBarrierAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_focus_stays_on_the_main_button_and_goes_to_what_replaces_it()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "tabs-along");
        await using var visitor = await stage.VisitAsync();
        await visitor.WaitForOpeningAsync(batch, "tabs-along");
        await visitor.Page.EvaluateAsync("() => document.getElementById('content').focus()");
        await visitor.Page.Keyboard.PressAsync("Tab");
        (await visitor.Page.EvaluateAsync<string>(Focused)).ShouldBe("buy", "the first thing in the content");
        await stage.Client.OperateAsync(batch, "pause", LongReason);
        await Expect(visitor.Part("buy")).ToHaveAttributeAsync("aria-disabled", "true");
        (await visitor.Page.EvaluateAsync<string>(Focused)).ShouldBe("buy");
        // A long reason scrolls, so the keyboard reaches it.
        await visitor.Page.Keyboard.PressAsync("Shift+Tab");
        (await visitor.Page.EvaluateAsync<string>(Focused)).ShouldBe("reason");
        await visitor.Page.Keyboard.PressAsync("Tab");
        await stage.Client.OperateAsync(batch, "close", "It was sold at the door.");
        await Expect(visitor.Part("go-on")).ToBeVisibleAsync();
        (await visitor.Page.EvaluateAsync<string>(Focused)).ShouldBe("action");
        await visitor.Page.Keyboard.PressAsync("Tab");
        (await visitor.Page.EvaluateAsync<string>(Focused)).ShouldBe("go-on");
    }

    [Fact]
    public async Task A_dismissed_notice_leaves_the_focus_on_the_page()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.ComeSignedInAsync("dismisses");
        await visitor.ReserveAsync(batch);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Dismiss", Exact = true }).FocusAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Part("notice")).ToBeHiddenAsync();
        (await visitor.Page.EvaluateAsync<string>(Focused)).ShouldBe("content");
    }

    [Fact]
    public async Task A_pause_and_its_end_are_told_once_each_and_the_seconds_are_not_told()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.OpenAsync(batch);
        await visitor.Page.EvaluateAsync(Listen);
        await SecondsPassAsync(visitor);
        (await ToldAsync(visitor)).ShouldBeEmpty();
        await stage.Client.OperateAsync(batch, "pause", LongReason);
        await Expect(visitor.Part("countdown")).ToHaveAttributeAsync("data-until", "paused");
        await stage.Client.OperateAsync(batch, "resume");
        await Expect(visitor.Part("countdown")).ToHaveAttributeAsync("data-until", "saleOpens");
        await SecondsPassAsync(visitor);
        (await ToldAsync(visitor)).ShouldBe(["The sale is paused.", "The sale is not paused any more."]);
    }

    [Fact]
    public async Task A_place_in_the_line_is_told_once_however_often_the_line_moves()
    {
        string[] ahead = ["is-first", "is-second"];
        var sale = new Sale(Sale.AtOnce) { Stock = 1, StandbyLimit = 10 };
        var batch = await stage.Client.CreateAsync(sale, [.. ahead, "has-it", "listens"]);
        await stage.Client.UntilOpenAsync(batch);
        await stage.Client.BuyAsync(batch, "has-it");
        foreach (var user in ahead) await stage.Client.StandByAsync(batch, user);
        await using var visitor = await stage.VisitAsync();
        await visitor.ComeSignedInAsync("listens");
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("join")).ToBeVisibleAsync();
        await visitor.Page.EvaluateAsync(Listen);
        await visitor.Part("join").ClickAsync();
        await visitor.ToldAsync("joined");
        await Expect(visitor.Part("line-ahead")).ToHaveTextAsync("2");
        await stage.Client.LeaveLineAsync(batch, ahead[0]);
        await Expect(visitor.Part("line-ahead")).ToHaveTextAsync("1");
        await stage.Client.LeaveLineAsync(batch, ahead[1]);
        await Expect(visitor.Part("line-ahead")).ToHaveTextAsync("0");
        (await ToldAsync(visitor)).Where(words => words.StartsWith("You are in the line", StringComparison.Ordinal))
            .ShouldHaveSingleItem();
    }

    private static Task<string[]> ToldAsync(Visitor visitor) =>
        visitor.Page.EvaluateAsync<string[]>("() => window.told");

    // Until the countdown has moved on a few times.
    private static async Task SecondsPassAsync(Visitor visitor) => await visitor.Page.EvaluateAsync("""
        () => new Promise(resolve => {
          let left = 3;
          const seconds = document.querySelector('[data-part=seconds] .digits');
          new MutationObserver((_, observer) => {
            left -= 1;
            if (left === 0) {
              observer.disconnect();
              resolve();
            }
          }).observe(seconds, { childList: true, characterData: true, subtree: true });
        })
        """);
}
