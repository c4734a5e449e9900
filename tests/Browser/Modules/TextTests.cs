using OrleansSale.GrainInterfaces;
using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>The page's words.</summary>
public sealed class TextTests(SaleStage stage)
{
    private const string Text = "/js/text.js";

    [Fact]
    public async Task Both_languages_have_the_same_texts_and_none_is_empty()
    {
        await using var modules = await ModulePage.OpenAsync(stage.Browser);
        var gaps = await modules.RunAsync<string[]>(Text, """
            const names = texts => new Set(Object.keys(texts).map(name => name.replace(/\.one$/, '.other')));
            const [en, zh] = [names(m.texts.en), names(m.texts['zh-CN'])];
            const empty = Object.values(m.texts).flatMap(texts => Object.entries(texts)).filter(([, text]) => text.trim() === '');
            return [...en].filter(name => !zh.has(name)).concat([...zh].filter(name => !en.has(name)), empty.map(([name]) => name));
            """);
        gaps.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_translation_fills_in_what_the_original_fills_in()
    {
        await using var modules = await ModulePage.OpenAsync(stage.Browser);
        var wrong = await modules.RunAsync<string[]>(Text, """
            const holes = text => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort().join();
            return Object.entries(m.texts['zh-CN']).filter(([name, text]) => holes(text) !== holes(m.texts.en[name])).map(([name]) => name);
            """);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_refusal_that_the_engine_knows_has_words()
    {
        await using var modules = await ModulePage.OpenAsync(stage.Browser);
        var codes = Enum.GetValues<Refusal>().Select(Api.Problems.Problem.CodeOf).ToArray();
        codes.Length.ShouldBeGreaterThan(15);
        var missing = await modules.RunAsync<string[]>(Text, """
            return x.filter(code => !['title', 'body'].every(part => m.hasText(`refusal.${code}.${part}`)));
            """, codes);
        missing.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("['zh-TW', 'en']", "zh-CN")]
    [InlineData("['fr', 'zh-Hans-CN']", "zh-CN")]
    [InlineData("['en-GB', 'zh']", "en")]
    [InlineData("['fr']", "en")]
    public async Task The_language_is_the_first_that_the_browser_prefers_and_the_page_speaks(string preferred, string chosen)
    {
        await using var modules = await ModulePage.OpenAsync(stage.Browser);
        (await modules.RunAsync<string>(Text, $"return m.chooseLanguage(null, null, {preferred});")).ShouldBe(chosen);
    }

    [Theory]
    [InlineData("en", 199_900, "CNY", "CN¥1,999")]
    [InlineData("zh-CN", 199_900, "CNY", "¥1,999")]
    [InlineData("en", 199_950, "CNY", "CN¥1,999.50")]
    [InlineData("en", 1_999, "JPY", "¥1,999")]
    public async Task Money_is_written_with_the_digits_of_its_currency(string language, int amount, string currency, string written)
    {
        await using var modules = await ModulePage.OpenAsync(stage.Browser);
        var text = await modules.RunAsync<string>(Text,
            "m.setLanguage(x.language); return m.money(x);", new { language, amount, currency });
        text.ShouldBe(written);
    }
}
