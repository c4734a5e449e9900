using System.Text.RegularExpressions;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>A buyer who still waited at the end is told of the next batch, and finds their place there.</summary>
public sealed class BacklogTests(SaleStage stage)
{
    private const string Holder = "holds-the-unit";

    [Theory]
    [InlineData("en", 390, "light", "You keep your place", "ahead of everyone", "Go to your place")]
    [InlineData("zh-CN", 1280, "dark", "您的候补顺序已保留", "优先为您分配", "查看我的候补")]
    public async Task Who_waits_at_the_end_is_led_to_the_next_batch_and_to_their_place_there(
        string language, int width, string colors, string kept, string next, string go)
    {
        var (product, user) = ($"kept-{language.ToLowerInvariant()}", $"keeps-{language.ToLowerInvariant()}");
        var first = await SoldOutAsync(product, user);
        await using var buyer = await WaitAsync(first, user, language, width, colors);
        await stage.Client.OperateAsync(first, "close");
        await buyer.ToldAsync("place-backlog");
        await Expect(buyer.Part("status")).ToContainTextAsync(kept);
        await Expect(buyer.Part("leave-line")).ToBeVisibleAsync();

        await using var second = await HeldOpening.OfAsync(
            stage.Client, new Sale(Sale.AtOnce) { Stock = 1, Product = product, BacklogUnits = 1 });
        await buyer.Page.ReloadAsync();
        await Expect(buyer.Part("status")).ToContainTextAsync(next);
        await Expect(buyer.Part("go-on")).ToHaveAttributeAsync("href", new Regex($"/sale/{second.Batch}$"));
        await second.LetComeAsync();
        await stage.Client.UntilOrderIsAsync(second.Batch, user, "awaiting-payment");
        // The page asks every minute; whoever loads it anew knows at once.
        await buyer.Page.ReloadAsync();
        await Expect(buyer.Part("go-on")).ToHaveTextAsync(go);
        await Expect(buyer.Part("leave-line")).ToBeHiddenAsync();
        await buyer.Part("go-on").ClickAsync();
        await buyer.OrderIsAsync("awaiting-payment");
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "pay-offer");
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", 390, "light",
        "You keep place 1 from “Xiaomi Mi2 16 GB”. It is carried into this batch at the opening.",
        "Give up your place")]
    [InlineData("zh-CN", 1280, "dark", "您保留着“Xiaomi Mi2 16 GB”的第 1 位候补，开抢时将转入本批次。", "放弃候补")]
    public async Task The_next_batch_tells_before_its_opening_of_the_place_that_comes_in_at_it(
        string language, int width, string colors, string said, string giveUp)
    {
        var (product, user) = ($"told-{language.ToLowerInvariant()}", $"is-told-{language.ToLowerInvariant()}");
        var first = await SoldOutAsync(product, user);
        await stage.Client.StandByAsync(first, user);
        await stage.Client.OperateAsync(first, "close");
        var second = await stage.Client.CreateAsync(
            new Sale(Sale.Later) { Stock = 1, Product = product, BacklogUnits = 1 });
        await using var buyer = await stage.VisitAsync(language, width, colors);
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(first);
        await Expect(buyer.Part("leave-line")).ToHaveTextAsync(giveUp);
        await Expect(buyer.Part("go-on")).ToHaveAttributeAsync("href", new Regex($"/sale/{second}$"));
        await buyer.Part("go-on").ClickAsync();
        await Expect(buyer.Part("status")).ToHaveTextAsync(said);
        // It takes no more room than what is said at the opening.
        (await buyer.Part("status").BoundingBoxAsync())!.Height.ShouldBeLessThan(45);
        await buyer.Page.ShouldHaveNoBarrierAsync();
        await stage.Client.LeaveLineAsync(first, user);
        await buyer.Page.ReloadAsync();
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "reserve");
        buyer.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en", 390, "light", "Xiaomi Mi2 16 GB for Weibo users, the second batch", null)]
    [InlineData("zh-CN", 390, "dark", "小米手机2新浪微博社会化网络购机专场第二批", null)]
    [InlineData("en", 390, "dark",
        "Xiaomi Mi2 16 GB in black or white for the users of Weibo, the second batch of the year, with a case for it",
        "Xiaomi Mi2 16 GB in black or white for the users of Weibo…")]
    [InlineData("zh-CN", 390, "light", "小米手机2黑色白色十六吉字节版新浪微博社会化网络购机专场第二批次限量发售附送官方保护壳一个",
        "小米手机2黑色白色十六吉字节版新浪微博社会化网络购机专场第二…")]
    [InlineData("en", 900, "light",
        "Xiaomi Mi2 16 GB in black or white for the users of Weibo, the second batch of the year, with a case for it",
        null)]
    public async Task The_whole_title_of_the_earlier_batch_is_said_and_a_narrow_screen_shows_whole_words_of_it(
        string language, int width, string colors, string title, string? shown)
    {
        title = title[..Math.Min(title.Length, BatchTerms.MaxTitleLength)];
        var product = $"titled-{language}-{colors}-{width}".ToLowerInvariant();
        var user = $"of-{product}";
        var first = await SoldOutAsync(product, user, title);
        await stage.Client.StandByAsync(first, user);
        await stage.Client.OperateAsync(first, "close");
        await using var second = await HeldOpening.OfAsync(
            stage.Client, new Sale(Sale.AtOnce) { Stock = 1, Product = product, BacklogUnits = 1 });
        await using var buyer = await stage.VisitAsync(language, width, colors);
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(second.Batch);
        await Expect(buyer.Part("status")).ToHaveAttributeAsync("data-status", "kept");
        await Expect(buyer.Part("status")).ToContainTextAsync(title);
        (await buyer.Part("status").AriaSnapshotAsync()).ShouldContain(title);
        var seen = await buyer.Page.EvaluateAsync<string>("""
            () => [...document.getElementById('status').childNodes]
              .filter(part => part.nodeType === Node.TEXT_NODE || part.getBoundingClientRect().width > 1)
              .map(part => part.textContent).join('')
            """);
        seen.ShouldContain(shown ?? title);
        if (shown is not null) seen.ShouldNotContain(title);
        await buyer.Page.ShouldHaveNoBarrierAsync();

        var before = await buyer.Part("reserve").BoundingBoxAsync();
        await second.LetComeAsync();
        await Expect(buyer.Part("pay-now")).ToBeVisibleAsync(new() { Timeout = 90_000 });
        (await buyer.Part("pay-now").BoundingBoxAsync()).ShouldBeEquivalentTo(before);
        buyer.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_gives_up_their_place_is_asked_and_told_so()
    {
        var first = await SoldOutAsync("given-up", "gives-up");
        await using var buyer = await WaitAsync(first, "gives-up");
        await stage.Client.OperateAsync(first, "close");
        await buyer.ToldAsync("place-backlog");
        await buyer.Part("leave-line").ClickAsync();
        await Expect(buyer.Part("confirm")).ToContainTextAsync("It is not kept for the next batch then");
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.ToldAsync("place-left");
        await Expect(buyer.Part("leave-line")).ToBeHiddenAsync();
        buyer.Errors.ShouldBeEmpty();
    }

    // A batch of its own product, whose one unit somebody holds.
    private async Task<string> SoldOutAsync(string product, string user, string? title = null)
    {
        var sale = new Sale(Sale.AtOnce) { Stock = 1, StandbyLimit = 10, Product = product, Title = title };
        var batch = await stage.Client.CreateAsync(sale, Holder, user);
        await stage.Client.UntilOpenAsync(batch);
        await stage.Client.BuyAsync(batch, Holder);
        return batch;
    }

    private async Task<Visitor> WaitAsync(
        string batch, string user, string language = "en", int width = 390, string colors = "light")
    {
        var buyer = await stage.VisitAsync(language, width, colors);
        await buyer.ComeSignedInAsync(user);
        await buyer.OpenAsync(batch);
        await buyer.Part("join").ClickAsync();
        await Expect(buyer.Part("line-ahead")).ToHaveTextAsync("0");
        return buyer;
    }
}
