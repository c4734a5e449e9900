using Microsoft.Playwright;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>The pages fit the visitor: their screen, their language, their senses.</summary>
public sealed class LooksTests(SaleStage stage)
{
    [Theory]
    [InlineData("en", "light", 1280)]
    [InlineData("zh-CN", "dark", 390)]
    public async Task The_pages_have_no_serious_barrier(string language, string colors, int width)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync(language, width, colors);
        var card = await visitor.FindInListAsync(batch);
        await card.LeaveAloneAsync();
        await Expect(card).ToBeVisibleAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
        (await SidewaysAsync(visitor.Page)).ShouldBe(0);

        await visitor.OpenAsync(batch);
        await visitor.Page.ShouldHaveNoBarrierAsync();
        await visitor.Part("sign-in").ClickAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
        await visitor.Page.Keyboard.PressAsync("Escape");
        await visitor.SignInAsync($"axe-{width}");
        await visitor.ReserveAsync(batch);
        await visitor.Part("delivery-summary").ClickAsync();
        await Expect(visitor.Part("delivery-address")).ToBeVisibleAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
        await visitor.Page.GotoAsync("/sandbox/platform/login");
        await visitor.Page.ShouldHaveNoBarrierAsync();
        await visitor.LogInAtThePlatformAsync("alice");
        await Expect(visitor.Page.GetByTestId("continue")).ToBeVisibleAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
        (await SidewaysAsync(visitor.Page)).ShouldBe(0);
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_button_without_a_name_and_a_page_without_a_language_are_barriers()
    {
        await using var visitor = await stage.VisitAsync();
        await visitor.Page.SetContentAsync("<html><title>Sale</title><body><button></button></body></html>");
        (await visitor.Page.FindBarriersAsync()).Select(barrier => barrier.Split(':')[0])
            .ShouldBe(["button-name", "html-has-lang"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_order_with_its_delivery_form_has_no_serious_barrier()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), "axe-order");
        await using var visitor = await stage.VisitAsync();
        await visitor.WaitForOpeningAsync(batch, "axe-order");
        await visitor.Part("buy").ClickAsync();
        // Until the order is there, the form is the reservation's.
        await visitor.OrderIsAsync("awaiting-payment");
        await visitor.Part("delivery-summary").ClickAsync();
        await Expect(visitor.Part("delivery-address")).ToBeVisibleAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
    }

    [Theory]
    [InlineData(320)]
    [InlineData(768)]
    [InlineData(1280)]
    public async Task Nothing_scrolls_sideways(int width)
    {
        const string Buyer = "a-rather-long-name-of-a-buyer";
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { PerUserLimit = 5 }, Buyer);
        await using var visitor = await stage.VisitAsync("en", width);
        await visitor.Page.GotoAsync("/");
        await Expect(visitor.Part("batch").First).ToBeVisibleAsync();
        (await SidewaysAsync(visitor.Page)).ShouldBe(0);
        await visitor.WaitForOpeningAsync(batch, Buyer);
        (await SidewaysAsync(visitor.Page)).ShouldBe(0);
        await visitor.Part("buy").ClickAsync();
        await visitor.OrderIsAsync("awaiting-payment");
        await visitor.Part("delivery-summary").ClickAsync();
        (await SidewaysAsync(visitor.Page)).ShouldBe(0);
        await Expect(await visitor.FindInListAsync(batch)).ToBeVisibleAsync();
        (await SidewaysAsync(visitor.Page)).ShouldBe(0);
    }

    [Theory]
    [InlineData(320)]
    [InlineData(360)]
    [InlineData(390)]
    public async Task No_line_of_a_Chinese_title_ends_inside_a_word(int width)
    {
        await using var visitor = await stage.VisitAsync("zh-CN", width);
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { Title = "小米手机2新浪微博社会化网络购机专场" });
        await visitor.OpenAsync(batch);
        (await BrokenAsync(visitor.Part("product"))).ShouldBeEmpty();
        await stage.Client.UntilOpenAsync(batch);
        var card = await visitor.FindInListAsync(batch);
        (await BrokenAsync(card.Locator(".batch-name"))).ShouldBeEmpty();
        (await SidewaysAsync(visitor.Page)).ShouldBe(0);
    }

    [Fact]
    public async Task A_chosen_language_is_kept_and_the_address_overrules_it()
    {
        await using var visitor = await stage.VisitAsync("en");
        var html = visitor.Page.Locator("html");
        await visitor.Page.GotoAsync("/");
        await Expect(html).ToHaveAttributeAsync("lang", "en");
        await visitor.Part("language").ClickAsync();
        await Expect(html).ToHaveAttributeAsync("lang", "zh-CN");
        await visitor.Page.ReloadAsync();
        await Expect(html).ToHaveAttributeAsync("lang", "zh-CN");
        await visitor.Page.GotoAsync("/?lang=en");
        await Expect(html).ToHaveAttributeAsync("lang", "en");
    }

    [Fact]
    public async Task The_pages_load_nothing_from_elsewhere()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        var hosts = new HashSet<string>();
        visitor.Page.Request += (_, request) => hosts.Add(new Uri(request.Url).Authority);
        await visitor.Page.GotoAsync("/");
        await visitor.OpenAsync(batch);
        hosts.ShouldBe([stage.Client.Address.Authority]);
    }

    // Those of these words whose characters are on two lines, at any size of the title's letters.
    private static Task<string[]> BrokenAsync(ILocator title) => title.EvaluateAsync<string[]>(
        """
        title => {
          const broken = [];
          const texts = [...title.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
          for (let size = 20; size <= 32; size += 1) {
            title.style.fontSize = `${size}px`;
            for (const word of ['小米', '手机', '新浪', '微博', '网络', '专场']) {
              const text = texts.find(node => node.data.includes(word));
              if (text === undefined) {
                broken.push(`${word} in two parts`);
                continue;
              }
              const range = document.createRange();
              const from = text.data.indexOf(word);
              range.setStart(text, from);
              range.setEnd(text, from + word.length);
              if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1)
                broken.push(`${word} at ${size} px`);
            }
          }
          return broken;
        }
        """);

    private static Task<int> SidewaysAsync(IPage page) => page.EvaluateAsync<int>(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
