using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>Nothing moves under a finger that is about to press it.</summary>
public sealed class StillnessTests(SaleStage stage, ITestOutputHelper output)
{
    /// <summary>The most that the parts of the page may shift, as browsers count it.</summary>
    private const double MaxShift = 0.02;

    // What moved just before is counted when its frame is drawn, so that frame is awaited.
    private const string Watch = """
        async () => {
          await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
          window.shifts = [];
          new PerformanceObserver(list => {
            for (const entry of list.getEntries())
              window.shifts.push({ value: entry.value, of: entry.sources.map(({ node }) => node?.id ?? null) });
          }).observe({ type: 'layout-shift' });
        }
        """;

    // Where everything is that can be pressed, by its name, on the page and not on the screen.
    private const string Places = """
        () => Object.fromEntries([...document.querySelectorAll('main :is(a, button, input, summary)')]
          .filter(part => part.checkVisibility({ visibilityProperty: true }))
          .map(part => [part.dataset.testid ?? part.id, part.getBoundingClientRect()])
          .map(([name, { x, y, width, height }]) => [name, [x, y + scrollY, width, height].map(Math.round).join()]))
        """;

    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(30);

    private static readonly string LongReason = string.Concat(Enumerable.Repeat("The lorry is late. 货车晚点了。", 12));

    /// <summary>How a sale can end before the eyes of a visitor who waits.</summary>
    public enum End
    {
        SoldOut, Closed, ClosedEarly,
    }

    [Theory]
    [InlineData("en", 390)]
    [InlineData("zh-CN", 390)]
    [InlineData("en", 1280)]
    public async Task From_reserving_to_the_order_the_page_stands_still(string language, int width)
    {
        var user = $"still-{language}-{width}".ToLowerInvariant();
        await using var buyer = await stage.VisitAsync(language, width);
        await buyer.ComeSignedInAsync(user);
        await using var opening = await HeldOpening.OfAsync(stage.Client, new Sale(Sale.AtOnce));
        await buyer.OpenAsync(opening.Batch);
        await Expect(buyer.Part("reserve")).ToBeVisibleAsync();
        await buyer.Page.EvaluateAsync(Watch);

        var reserve = await buyer.Part("reserve").BoundingBoxAsync();
        await buyer.Part("reserve").ClickAsync();
        await buyer.ToldAsync("reserved");
        var before = await buyer.Part("buy").BoundingBoxAsync();
        before.ShouldBeEquivalentTo(reserve);
        await opening.LetComeAsync();
        await buyer.CanBuyAsync();
        (await buyer.Part("buy").BoundingBoxAsync()).ShouldBeEquivalentTo(before);
        await buyer.Part("buy").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        (await buyer.Part("pay-now").BoundingBoxAsync()).ShouldBeEquivalentTo(before);
        await ShouldHaveStoodStillAsync(buyer);
    }

    [Theory]
    [InlineData("en", 390)]
    [InlineData("zh-CN", 390)]
    [InlineData("en", 1280)]
    public async Task A_pause_before_the_opening_and_its_end_move_nothing(string language, int width)
    {
        var user = $"paused-{language}-{width}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later), user);
        await using var visitor = await stage.VisitAsync(language, width);
        await AnnounceManyAsync(batch);
        await visitor.OpenAsync(batch);
        await visitor.SignInAsync(user);
        await Expect(visitor.Part("cancel-reservation")).ToBeVisibleAsync();
        await PauseAndResumeAsync(visitor, batch, "saleOpens");
    }

    [Theory]
    [InlineData("en", 390)]
    [InlineData("zh-CN", 390)]
    [InlineData("en", 1280)]
    public async Task A_pause_of_an_open_sale_and_its_end_move_nothing(string language, int width)
    {
        var user = $"halted-{language}-{width}".ToLowerInvariant();
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce) { PerUserLimit = 3 }, user);
        await AnnounceManyAsync(batch);
        await using var visitor = await stage.VisitAsync(language, width);
        await visitor.WaitForOpeningAsync(batch, user);
        await PauseAndResumeAsync(visitor, batch, "saleCloses");
    }

    [Theory]
    [InlineData(End.SoldOut, 390, true)]
    [InlineData(End.SoldOut, 1280, false)]
    [InlineData(End.Closed, 390, false)]
    [InlineData(End.ClosedEarly, 390, false)]
    [InlineData(End.ClosedEarly, 1280, true)]
    public async Task The_end_of_a_sale_moves_nothing_and_leads_on_where_the_button_was(
        End end, int width, bool blocksNotifications)
    {
        var (first, second) = ($"holds-{end}-{width}".ToLowerInvariant(), $"watches-{end}-{width}".ToLowerInvariant());
        await stage.Client.CreateAsync(new Sale(Sale.Later));
        var sale = new Sale(Sale.AtOnce) { Stock = 1, OpenFor = end == End.Closed ? Brief : TimeSpan.FromHours(1) };
        await using var visitor = await stage.VisitAsync("en", width);
        if (blocksNotifications) await visitor.BlockNotificationsAsync();
        await visitor.ComeSignedInAsync(second);
        var batch = await stage.Client.CreateAsync(sale, first, second);
        await AnnounceManyAsync(batch);
        await visitor.OpenAsync(batch);
        await visitor.CanBuyAsync();
        await Expect(visitor.Part("announcements-earlier")).ToBeVisibleAsync();
        await visitor.Page.EvaluateAsync(Watch);
        var before = await PlacesAsync(visitor);

        if (end == End.SoldOut) await stage.Client.BuyAsync(batch, first);
        if (end == End.ClosedEarly) await stage.Client.OperateAsync(batch, "close", LongReason);
        var phase = end == End.SoldOut ? "sold-out" : "closed";
        await Expect(visitor.Part("sale")).ToHaveAttributeAsync("data-phase", phase, new() { Timeout = 60_000 });
        await Expect(visitor.Part(end == End.SoldOut ? "next" : "go-on")).ToBeVisibleAsync();
        var after = await PlacesAsync(visitor);
        after[end == End.SoldOut ? "join" : "go-on"].ShouldBe(before["buy"]);
        after["announcements-earlier"].ShouldBe(before["announcements-earlier"]);
        await ShouldHaveStoodStillAsync(visitor);
    }

    [Theory]
    [InlineData("en", 390)]
    [InlineData("zh-CN", 390)]
    [InlineData("en", 1280)]
    public async Task From_joining_the_line_to_the_offer_the_page_stands_still(string language, int width)
    {
        var user = $"queues-{language}-{width}".ToLowerInvariant();
        var (holder, first) = ($"{user}-holds", $"{user}-first");
        var batch = await stage.Client.CreateAsync(
            new Sale(Sale.AtOnce) { Stock = 1, StandbyLimit = 9 }, holder, first, user);
        await AnnounceManyAsync(batch);
        await stage.Client.UntilOpenAsync(batch);
        var order = await stage.Client.BuyAsync(batch, holder);
        await stage.Client.StandByAsync(batch, first);
        await using var buyer = await stage.VisitAsync(language, width);
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        await Expect(buyer.Part("join")).ToBeVisibleAsync();
        await Expect(buyer.Part("announcements-earlier")).ToBeVisibleAsync();
        await buyer.Page.EvaluateAsync(Watch);
        var before = await PlacesAsync(buyer);

        await buyer.Part("join").ClickAsync();
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("1");
        await Expect(buyer.Part("buy")).ToBeVisibleAsync();
        var waiting = await PlacesAsync(buyer);
        waiting["buy"].ShouldBe(before["join"]);
        Moved(before, waiting).ShouldBeEmpty();
        await stage.Client.LeaveLineAsync(batch, first);
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("0");
        Moved(waiting, await PlacesAsync(buyer)).ShouldBeEmpty();
        await stage.Client.CancelAsync(order, holder);
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync();
        var offered = await PlacesAsync(buyer);
        offered["pay-now"].ShouldBe(before["join"]);
        offered["announcements-earlier"].ShouldBe(before["announcements-earlier"]);
        await ShouldHaveStoodStillAsync(buyer);
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1280)]
    public async Task A_page_that_is_opened_after_the_end_keeps_no_room_for_what_was_before(int width)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce));
        await stage.Client.OperateAsync(batch, "close", "Sold at the door.");
        await using var visitor = await stage.VisitAsync("en", width);
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("go-on")).ToBeVisibleAsync();
        var bands = await visitor.Page.EvaluateAsync<double[]>("""
            () => ['countdown', 'action'].map(id => {
              const shown = [...document.getElementById(id).children].filter(part => part.checkVisibility());
              const bottom = part => part.getBoundingClientRect().bottom;
              return bottom(document.getElementById(id)) - Math.max(...shown.map(bottom));
            })
            """);
        bands.ShouldAllBe(band => band < 24, string.Join(", ", bands));
    }

    private async Task PauseAndResumeAsync(Visitor visitor, string batch, string awaited)
    {
        var countdown = visitor.Part("countdown");
        await Expect(countdown).ToHaveAttributeAsync("data-until", awaited);
        await Expect(visitor.Part("announcements-earlier")).ToBeVisibleAsync();
        await visitor.Page.EvaluateAsync(Watch);
        var before = await PlacesAsync(visitor);
        before.Keys.ShouldContain("announcements-earlier");
        await stage.Client.OperateAsync(batch, "pause", LongReason);
        await Expect(countdown).ToHaveAttributeAsync("data-until", "paused");
        await Expect(visitor.Part("reason")).ToHaveTextAsync(LongReason);
        Moved(before, await PlacesAsync(visitor)).ShouldBeEmpty();
        await stage.Client.OperateAsync(batch, "resume");
        await Expect(countdown).ToHaveAttributeAsync("data-until", awaited);
        Moved(before, await PlacesAsync(visitor)).ShouldBeEmpty();
        await ShouldHaveStoodStillAsync(visitor);
    }

    // More than are shown at first, so that there is something to press below them.
    private async Task AnnounceManyAsync(string batch)
    {
        for (var i = 1; i <= 4; i++) await stage.Client.AnnounceAsync(batch, new($"News {i}", $"消息 {i}"));
    }

    private static Task<Dictionary<string, string>> PlacesAsync(Visitor visitor) =>
        visitor.Page.EvaluateAsync<Dictionary<string, string>>(Places);

    private static IEnumerable<string> Moved(Dictionary<string, string> before, Dictionary<string, string> after) =>
        before.Where(one => after.TryGetValue(one.Key, out var place) && place != one.Value)
            .Select(one => $"{one.Key}: {one.Value}, then {after[one.Key]}");

    // Shifts right after a click count too: a second click could hit something else.
    private async Task ShouldHaveStoodStillAsync(Visitor visitor)
    {
        var shift = await visitor.Page.EvaluateAsync<double>(
            "() => window.shifts.reduce((sum, { value }) => sum + value, 0)");
        var parts = await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.shifts)");
        output.WriteLine($"{shift:0.0000}, {parts}");
        shift.ShouldBeLessThanOrEqualTo(MaxShift, parts);
    }
}
