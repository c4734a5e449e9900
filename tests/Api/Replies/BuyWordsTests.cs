using OrleansSale.Api.Sales.Replies;

namespace OrleansSale.Tests.Api.Replies;

public sealed class BuyWordsTests
{
    private static readonly BuyWords Default = new(new Dictionary<string, string>());

    [Theory]
    [InlineData("buy", "en")]
    [InlineData(" BUY!! ", "en")]
    [InlineData("ｂｕｙ", "en")]
    [InlineData("@小米手机 buy 🎉", "en")]
    [InlineData("抢购", "zh-CN")]
    [InlineData("@小米手机 抢购！", "zh-CN")]
    [InlineData("👍抢购👍\n", "zh-CN")]
    [InlineData("“抢购”", "zh-CN")]
    public void A_reply_that_says_the_word_buys(string text, string language) =>
        Default.LanguageOf(text).ShouldBe(language);

    [Theory]
    [InlineData("I do not want to buy")]
    [InlineData("buy buy")]
    [InlineData("buyer")]
    [InlineData("bye")]
    [InlineData("@buy")]
    [InlineData("不抢购")]
    [InlineData("抢购失败了")]
    [InlineData("怎么抢购？")]
    [InlineData("b-u-y")]
    [InlineData("buy 2")]
    [InlineData("buy?")]
    [InlineData("抢购？")]
    [InlineData("!!!")]
    [InlineData("🎉")]
    [InlineData("")]
    public void Any_other_reply_does_not(string text) => Default.LanguageOf(text).ShouldBeNull();

    [Fact]
    public void A_configured_word_replaces_both_and_may_be_several_words()
    {
        var words = new BuyWords(new Dictionary<string, string> { ["EN"] = "I want it" });
        words.LanguageOf("i  want\tIT.").ShouldBe("en");
        words.LanguageOf("buy").ShouldBeNull();
        words.LanguageOf("抢购").ShouldBeNull();
    }
}
