using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>What operators announce is seen on the open page.</summary>
public sealed class AnnouncementTests(SaleStage stage)
{
    // Notes in the page when each announcement comes, as the page is asked about it only later.
    private const string NoteArrivals = """
        () => {
          window.arrivals = {};
          new MutationObserver(() => {
            for (const item of document.querySelectorAll('[data-testid=announcement]'))
              window.arrivals[item.dataset.id] ??= Date.now();
          }).observe(document.body, { childList: true, subtree: true });
        }
        """;

    [Fact]
    public async Task An_announcement_appears_on_an_open_page_without_reloading()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await WatchAsync(batch);
        await Expect(visitor.Part("announcements")).ToBeHiddenAsync();

        await stage.Client.AnnounceAsync(batch, new("The doors are open", "开门了"));
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync("The doors are open");
        await Expect(visitor.Page.Locator("#news")).ToContainTextAsync("The doors are open");

        await visitor.Part("language").ClickAsync();
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync("开门了");
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_teaser_appears_by_itself_and_not_before_its_time()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await WatchAsync(batch);
        var (id, at) = await stage.Client.AnnounceAsync(
            batch, new("Something is coming", "敬请期待"), DateTimeOffset.UtcNow + TimeSpan.FromSeconds(3));
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync("Something is coming");
        (await ArrivalAsync(visitor, id)).ShouldBeGreaterThanOrEqualTo(at);
    }

    [Fact]
    public async Task A_visitor_who_comes_later_sees_what_was_announced_and_asks_for_the_earlier_ones()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        for (var i = 1; i <= 5; i++) await stage.Client.AnnounceAsync(batch, new($"News {i}", $"消息 {i}"));
        await using var visitor = await stage.VisitAsync();
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync(["News 5", "News 4", "News 3"]);
        await visitor.Part("announcements-earlier").ClickAsync();
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync(
            ["News 5", "News 4", "News 3", "News 2", "News 1"]);
        await Expect(visitor.Part("announcements-earlier")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task All_earlier_announcements_can_be_reached()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        for (var i = 1; i <= 45; i++) await stage.Client.AnnounceAsync(batch, new($"News {i}", $"消息 {i}"));
        await using var visitor = await stage.VisitAsync();
        await visitor.OpenAsync(batch);
        foreach (var shown in (int[])[3, 20, 40, 45])
        {
            await Expect(visitor.Part("announcement-text")).ToHaveCountAsync(shown);
            if (shown < 45) await visitor.Part("announcements-earlier").ClickAsync();
        }
        await Expect(visitor.Part("announcement-text").Last).ToHaveTextAsync("News 1");
        await Expect(visitor.Part("announcements-earlier")).ToBeHiddenAsync();
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_script_in_an_announcement_is_text()
    {
        const string Script = "<img src=x onerror=\"window.isHacked=1\"><script>window.isHacked=1</script>";
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await WatchAsync(batch);
        await stage.Client.AnnounceAsync(batch, new(Script, Script));
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync(Script);
        (await visitor.Page.EvaluateAsync<bool>("() => window.isHacked === undefined")).ShouldBeTrue();
        visitor.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_the_live_stream_the_page_asks_for_announcements()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await using var visitor = await stage.VisitAsync();
        await visitor.Page.RouteAsync("**/live", route => route.AbortAsync());
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "reconnecting");
        await stage.Client.AnnounceAsync(batch, new("Still heard", "仍能听到"));
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync("Still heard");
    }

    [Theory]
    [InlineData("en", "light", 320)]
    [InlineData("zh-CN", "dark", 390)]
    [InlineData("en", "dark", 1280)]
    public async Task Announcements_fit_every_screen_and_have_no_serious_barrier(
        string language, string colors, int width)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await stage.Client.AnnounceAsync(batch, new(
            "Two days of reservations.\nThe sale opens at noon on Friday: " + new string('w', 200),
            "预约持续两天，周五中午准时开售。" + string.Concat(Enumerable.Repeat("小米手机二", 40))));
        await using var visitor = await stage.VisitAsync(language, width, colors);
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("announcement-text")).ToBeVisibleAsync();
        (await visitor.Page.EvaluateAsync<int>(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0);
        await visitor.Page.ShouldHaveNoBarrierAsync();
    }

    // A visitor whose page is connected.
    private async Task<Visitor> WatchAsync(string batch)
    {
        var visitor = await stage.VisitAsync();
        await visitor.OpenAsync(batch);
        await Expect(visitor.Part("live")).ToHaveAttributeAsync("data-state", "live");
        await visitor.Page.EvaluateAsync(NoteArrivals);
        return visitor;
    }

    private static async Task<DateTimeOffset> ArrivalAsync(Visitor visitor, string id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            await visitor.Page.EvaluateAsync<long>("id => window.arrivals[id]", id));
}
