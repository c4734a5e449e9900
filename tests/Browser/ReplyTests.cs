using OrleansSale.Tests.Browser.Stage;
using static Microsoft.Playwright.Assertions;

namespace OrleansSale.Tests.Browser;

/// <summary>From a post on the platform's timeline to the paid order, with one log-in.</summary>
public sealed class ReplyTests(SaleStage stage)
{
    [Theory]
    [InlineData(
        "en", "light", 390, "buy", "not opened yet", "You got it", "is held for you", "was cancelled", "was refunded")]
    [InlineData("zh-CN", "dark", 1280, "抢购！", "尚未开始", "恭喜您抢到了", "前完成付款", "已取消", "退款成功")]
    public async Task A_reply_with_the_buy_word_is_an_order_paid_with_the_same_log_in_and_its_refund_is_told_there(
        string language, string colors, int width, string word, string early, string got, string held,
        string cancelled, string refunded)
    {
        var user = $"replier-{language}";
        var batch = await stage.Client.CreateAsync(new Sale(Sale.AtOnce), user);
        var (opens, said) = ($"Reply {word} to {batch}", $"回复“{word}”抢购 {batch}");
        await stage.Client.AnnounceAsync(batch, new(opens, said));
        await using var buyer = await stage.ReadTimelineAsync(
            user, language == "en" ? opens : said, language, width, colors);
        var post = buyer.Part("post").Filter(new() { HasText = batch });

        // On a slow machine the sale is open already.
        var answer = await ReplyAsync(post, word);
        if (!answer.Contains(got, StringComparison.Ordinal))
        {
            answer.ShouldContain(early);
            await stage.Client.UntilOpenAsync(batch);
            answer = await ReplyAsync(post, word);
        }
        answer.ShouldContain(got);
        answer.ShouldContain(held);
        await post.LeaveAloneAsync();
        await buyer.Page.ShouldHaveNoBarrierAsync();

        await post.GetByTestId("answer-link").Last.ClickAsync();
        await Expect(buyer.Part("sale")).ToBeVisibleAsync();
        await buyer.Part("account").ClickAsync();
        await buyer.Part("sign-in-with-weibo").ClickAsync();
        await buyer.Part("continue").ClickAsync();
        // The link leads on to the cashier.
        await buyer.Page.Locator("#pay").ClickAsync();
        await buyer.OrderIsAsync("paid");
        await buyer.IsSignedInAsync($"weibo:{user}");
        (await stage.Client.OrdersAsync(batch, user)).Length.ShouldBe(1);

        await buyer.Part("cancel-order").ClickAsync();
        await buyer.Part("confirm-go").ClickAsync();
        await buyer.OrderIsAsync("refunded");
        var messages = await SaleStage.ReadMessagesAsync(buyer, 2);
        await Expect(messages.First).ToContainTextAsync(refunded);
        await Expect(messages.Last).ToContainTextAsync(cancelled);
        await Expect(messages.Last).ToContainTextAsync("1,999");
        await buyer.Page.ShouldHaveNoBarrierAsync();
        await buyer.Part("message-link").First.ClickAsync();
        await Expect(buyer.Part("sale")).ToBeVisibleAsync();
        buyer.Page.Url.ShouldEndWith($"/sale/{batch}");
        buyer.Errors.ShouldBeEmpty();
    }

    private static async Task<string> ReplyAsync(Microsoft.Playwright.ILocator post, string word)
    {
        var answers = await post.GetByTestId("answer").CountAsync();
        await post.GetByTestId("reply-box").FillAsync(word);
        await post.GetByTestId("reply-send").ClickAsync();
        await Expect(post.GetByTestId("answer")).ToHaveCountAsync(answers + 1);
        return (await post.GetByTestId("answer-text").Last.TextContentAsync())!;
    }
}
