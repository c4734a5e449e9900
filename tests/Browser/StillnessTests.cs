using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>Nothing moves under a finger that is about to press it.</summary>
public sealed class StillnessTests(SaleStage stage, ITestOutputHelper output)
{
    /// <summary>The most that the parts of the page may shift, as browsers count it.</summary>
    private const double MaxShift = 0.02;

    private const string Watch = """
        () => {
          window.shifts = [];
          new PerformanceObserver(list => {
            for (const entry of list.getEntries())
              window.shifts.push({ value: entry.value, of: entry.sources.map(({ node }) => node?.id ?? null) });
          }).observe({ type: 'layout-shift' });
        }
        """;

    [Theory]
    [InlineData("en", 390)]
    [InlineData("zh-CN", 390)]
    [InlineData("en", 1280)]
    [InlineData("zh-CN", 1280)]
    public async Task From_reserving_to_the_order_the_page_stands_still(string language, int width)
    {
        var user = $"still-{language}-{width}".ToLowerInvariant();
        await using var buyer = await stage.VisitAsync(language, width);
        await buyer.ComeSignedInAsync(user);
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Soon));
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await buyer.Page.EvaluateAsync(Watch);

        var reserve = await buyer.Part("reserve").BoundingBoxAsync();
        await buyer.Part("reserve").ClickAsync();
        await buyer.ToldAsync("reserved");
        var before = await buyer.Part("buy").BoundingBoxAsync();
        before.ShouldBeEquivalentTo(reserve);
        await buyer.CanBuyAsync();
        (await buyer.Part("buy").BoundingBoxAsync()).ShouldBeEquivalentTo(before);
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        (await buyer.Part("pay-now").BoundingBoxAsync()).ShouldBeEquivalentTo(before);

        // Shifts right after a click count too: a second click could hit something else.
        var shift = await buyer.Page.EvaluateAsync<double>(
            "() => window.shifts.reduce((sum, { value }) => sum + value, 0)");
        var parts = await buyer.Page.EvaluateAsync<string>("() => JSON.stringify(window.shifts)");
        output.WriteLine($"{language} {width}: {shift:0.0000}, {parts}");
        shift.ShouldBeLessThanOrEqualTo(MaxShift, parts);
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task A_pause_a_sold_out_batch_and_the_end_leave_the_button_where_it_is(int width)
    {
        var (first, second) = ($"holds-{width}", $"watches-{width}");
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { Stock = 1 }, first, second);
        await using var visitor = await stage.VisitAsync("en", width);
        await visitor.WaitForOpeningAsync(batch, second);
        var before = await visitor.Part("buy").BoundingBoxAsync();
        await stage.Client.OperateAsync(batch, "pause", "The lorry is late.");
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", "paused");
        (await visitor.Part("buy").BoundingBoxAsync()).ShouldBeEquivalentTo(before);
        await stage.Client.OperateAsync(batch, "resume");
        await visitor.CanBuyAsync();
        await stage.Client.BuyAsync(batch, first);
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", "sold-out");
        (await visitor.Part("buy").BoundingBoxAsync()).ShouldBeEquivalentTo(before);
    }
}
