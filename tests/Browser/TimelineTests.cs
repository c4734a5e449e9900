using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>What operators announce reaches the platform, where people read it, follow its link, and reply.</summary>
public sealed class TimelineTests(SaleStage stage)
{
    [Fact]
    public async Task A_post_leads_to_the_sales_page_and_takes_replies()
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        await stage.Client.AnnounceAsync(batch, new($"Open for {batch}", $"{batch} 开门了"));
        await using var visitor = await stage.ReadTimelineAsync("timeline-reader", $"Open for {batch}");
        var post = visitor.Part("post").Filter(new() { HasText = $"Open for {batch}" });
        await Expect(post.GetByTestId("card-title")).ToHaveTextAsync("Limited sale");
        await Expect(post.GetByTestId("card-price")).ToContainTextAsync("1,999");
        // Noon in Shanghai, where the visitor is; not the instant as the server wrote it.
        await Expect(post.GetByTestId("card-opens")).Not.ToContainTextAsync("Z");

        await post.GetByTestId("reply-box").FillAsync("I want <b>one</b>");
        await post.GetByTestId("reply-send").ClickAsync();
        await Expect(post.GetByTestId("reply-text")).ToHaveTextAsync("I want <b>one</b>");
        await Expect(post.GetByTestId("reply-user")).ToHaveTextAsync("timeline-reader");

        await post.GetByTestId("link-card").ClickAsync();
        await Expect(visitor.Part("sale")).ToBeVisibleAsync();
        visitor.Page.Url.ShouldEndWith($"/sale/{batch}");
        await Expect(visitor.Part("announcement-text")).ToHaveTextAsync($"Open for {batch}");
        visitor.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", "light", 320)]
    [InlineData("zh-CN", "dark", 390)]
    [InlineData("en", "dark", 1280)]
    public async Task The_timeline_fits_every_screen_and_has_no_serious_barrier(
        string language, string colors, int width)
    {
        var batch = await stage.Client.CreateAsync(new Sale(Sale.Later));
        var (english, chinese) = ($"Two days of reservations ({batch}, {width}).", $"预约持续两天（{batch}，{width}）。");
        await stage.Client.AnnounceAsync(batch, new(
            $"{english}\nThe sale opens at noon on Friday: {new string('w', 120)}", $"{chinese}\n周五中午准时开售。"));
        var text = language == "en" ? english : chinese;
        await using var visitor = await stage.ReadTimelineAsync(
            "a-rather-long-name-of-a-reader", text, language, width, colors);
        var post = visitor.Part("post").Filter(new() { HasText = text });
        await post.GetByTestId("reply-box").FillAsync(language == "en" ? "Count me in" : "算我一个");
        await post.GetByTestId("reply-send").ClickAsync();
        await Expect(post.GetByTestId("reply-text")).ToBeVisibleAsync();
        (await visitor.Page.EvaluateAsync<int>(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0);
        await post.LeaveAloneAsync();
        await visitor.Page.ShouldHaveNoBarrierAsync();
        visitor.Errors.ShouldBeEmpty();
    }
}
