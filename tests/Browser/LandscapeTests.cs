using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A phone that lies on its side has little height, and cut-outs at its sides.</summary>
public sealed class LandscapeTests(SaleStage stage)
{
    /// <summary>The most of the screen's height that the bar with the main button may take.</summary>
    private const double MaxShare = 0.2;

    // What a phone with a cut-out leaves free in this position.
    private const int Side = 47, Bottom = 21;

    [Theory]
    [InlineData("zh-CN", 844, 390)]
    [InlineData("en", 667, 375)]
    public async Task The_bar_is_low_and_hides_nothing_at_any_step(string language, int width, int height)
    {
        var user = $"lies-{language}-{width}".ToLowerInvariant();
        await using var buyer = await VisitAsync(language, width, height);
        await buyer.ComeSignedInAsync(user);
        await using var opening = await HeldOpening.OfAsync(stage.Client, new Sale(Sale.AtOnce) { PerUserLimit = 3 });
        var batch = opening.Batch;
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await ShouldFitAsync(buyer, height);
        await buyer.Part("reserve").ClickAsync();
        await buyer.ToldAsync("reserved");
        await ShouldFitAsync(buyer, height);
        await opening.LetComeAsync();
        await buyer.CanBuyAsync();
        await Expect(buyer.Part("quantity")).ToBeVisibleAsync();
        await ShouldFitAsync(buyer, height);
        await stage.Client.OperateAsync(batch, "pause", "The lorry is late.");
        await Expect(buyer.Part("countdown")).ToHaveAttributeAsync("data-until", "paused");
        await ShouldFitAsync(buyer, height);
        await stage.Client.OperateAsync(batch, "resume");
        await buyer.CanBuyAsync();
        await buyer.Part("buy").ClickAsync();
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        await ShouldFitAsync(buyer, height);
        await stage.Client.OperateAsync(batch, "close", "Sold at the door.");
        await Expect(buyer.Part("sale")).ToHaveAttributeAsync("data-phase", "closed");
        await ShouldFitAsync(buyer, height);
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(844, 390)]
    [InlineData(390, 844)]
    public async Task Nothing_lies_under_a_cut_out_of_the_screen(int width, int height)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await VisitAsync("en", width, height);
        var browser = await visitor.Page.Context.NewCDPSessionAsync(visitor.Page);
        var side = width > height ? Side : 0;
        await browser.SendAsync("Emulation.setSafeAreaInsetsOverride", new()
        {
            ["insets"] = new Dictionary<string, object> { ["left"] = side, ["right"] = side, ["bottom"] = Bottom },
        });
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("sign-in")).ToBeVisibleAsync();
        var under = await visitor.Page.EvaluateAsync<string[]>("""
            ({ side, bottom }) => [...document.querySelectorAll('body :is(h1, h2, p, li, dl, a, button)')]
              .filter(part => part.checkVisibility({ visibilityProperty: true })
                && !part.matches('.skip, .visually-hidden, .visually-hidden *'))
              .filter(part => {
                const { left, right, bottom: end } = part.getBoundingClientRect();
                const isBar = part.closest('.action') !== null;
                return left < side || right > innerWidth - side || isBar && end > innerHeight - bottom;
              })
              .map(part => part.outerHTML.slice(0, 80))
            """, new { side, bottom = Bottom });
        under.ShouldBeEmpty();
        await ShouldEndAboveTheBarAsync(visitor);
        if (width > height) (await ShareAsync(visitor)).ShouldBeLessThanOrEqualTo(MaxShare);
    }

    private static async Task ShouldFitAsync(Visitor visitor, int height)
    {
        (await ShareAsync(visitor)).ShouldBeLessThanOrEqualTo(MaxShare, $"of {height}");
        (await visitor.Page.EvaluateAsync<int>(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0);
        // All that can be pressed in the bar is inside of it.
        (await visitor.Page.EvaluateAsync<bool>("""
            () => {
              const bar = document.getElementById('action').getBoundingClientRect();
              return [...document.querySelectorAll('#action :is(button, a, input, #status)')]
                .filter(part => part.checkVisibility()).map(part => part.getBoundingClientRect())
                .every(({ top, bottom, left, right }) =>
                  top >= bar.top && bottom <= bar.bottom && left >= bar.left && right <= bar.right);
            }
            """)).ShouldBeTrue();
        await ShouldEndAboveTheBarAsync(visitor);
        await ShouldNotHideTheFocusAsync(visitor);
    }

    private static Task<double> ShareAsync(Visitor visitor) => visitor.Page.EvaluateAsync<double>(
        "() => document.getElementById('action').getBoundingClientRect().height / innerHeight");

    // The end of the page can be scrolled out from behind the bar.
    private static async Task ShouldEndAboveTheBarAsync(Visitor visitor) =>
        (await visitor.Page.EvaluateAsync<double>("""
            () => {
              scrollTo(0, document.documentElement.scrollHeight);
              const last = Math.max(...[...document.querySelectorAll('.foot > *')]
                .map(part => part.getBoundingClientRect().bottom));
              const room = document.getElementById('action').getBoundingClientRect().top - last;
              scrollTo(0, 0);
              return room;
            }
            """)).ShouldBeGreaterThanOrEqualTo(0);

    private static async Task ShouldNotHideTheFocusAsync(Visitor visitor)
    {
        await visitor.Page.EvaluateAsync("() => document.getElementById('content').focus()");
        for (var i = 0; i < 20; i++)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            (await visitor.Page.EvaluateAsync<string?>("""
                () => {
                  const part = document.activeElement;
                  // The content has the focus when what had it is gone, as at the opening.
                  if (part === document.body || part.matches('[data-focus-home]') || part.closest('.action') !== null)
                    return null;
                  const bar = document.getElementById('action').getBoundingClientRect();
                  return part.getBoundingClientRect().bottom > bar.top ? part.outerHTML.slice(0, 80) : null;
                }
                """)).ShouldBeNull();
        }
    }

    private async Task<Visitor> VisitAsync(string language, int width, int height)
    {
        var visitor = await stage.VisitAsync(language, width);
        await visitor.Page.SetViewportSizeAsync(width, height);
        return visitor;
    }
}
