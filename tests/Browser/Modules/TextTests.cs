using System.Text.Json;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Browser.Stage;

namespace OrleansSale.Tests.Browser.Modules;

/// <summary>The page's words.</summary>
public sealed class TextTests(SaleStage stage)
{
    private const string Text = "/js/text.js";

    private const string Texts = """
        const texts = {
          'en': (await import('/text/en.js')).default,
          'zh-CN': (await import('/text/zh-CN.js')).default,
        };
        """;

    [Fact]
    public async Task Both_languages_have_the_same_texts_and_none_is_empty()
    {
        var gaps = await stage.Modules.RunAsync<string[]>(Text, Texts + """
            const names = texts => new Set(Object.keys(texts).map(name => name.replace(/\.one$/, '.other')));
            const [en, zh] = [names(texts.en), names(texts['zh-CN'])];
            const all = Object.values(texts).flatMap(known => Object.entries(known));
            const empty = all.filter(([, text]) => text.trim() === '').map(([name]) => name);
            return [...[...en].filter(name => !zh.has(name)), ...[...zh].filter(name => !en.has(name)), ...empty];
            """);
        gaps.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("小米手机2新浪微博社会化网络购机专场", "微博", "小米", "手机", "网络", "专场")]
    [InlineData("限量抢购", "抢购")]
    [InlineData("Mi2 for Weibo, batch 1", "Mi2 for Weibo, batch 1")]
    [InlineData("", "")]
    public async Task A_title_is_broken_only_between_words(string title, params string[] whole)
    {
        var parts = await stage.Modules.RunAsync<string[]>("/js/dom.js", "return m.wordsOf(x);", title);
        string.Concat(parts).ShouldBe(title);
        foreach (var word in whole) parts.ShouldContain(part => part.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_translation_fills_in_what_the_original_fills_in()
    {
        var wrong = await stage.Modules.RunAsync<string[]>(Text, Texts + """
            const holes = text => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort().join();
            const differs = ([name, text]) => holes(text) !== holes(texts.en[name]);
            return Object.entries(texts['zh-CN']).filter(differs).map(([name]) => name);
            """);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_refusal_that_the_engine_knows_has_words()
    {
        var codes = Enum.GetValues<Refusal>().Select(Problem.CodeOf).ToArray();
        codes.Length.ShouldBeGreaterThan(15);
        var missing = await stage.Modules.RunAsync<string[]>(Text, """
            await m.loadTexts();
            return x.filter(code => !['title', 'body'].every(part => m.hasText(`refusal.${code}.${part}`)));
            """, codes);
        missing.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_knows_the_minor_unit_of_every_currency_that_the_engine_sells_in()
    {
        var letters = Enumerable.Range('A', 26).Select(letter => (char)letter).ToArray();
        string[] codes =
        [
            .. from first in letters from second in letters from third in letters
               select $"{first}{second}{third}" into code
               where Currency.MinorUnitsOf(code) is not null
               select code,
        ];
        var digits = await stage.Modules.RunAsync<int[]>("/js/currency.js", "return x.map(m.minorUnitsOf);", codes);
        codes.Zip(digits).ShouldAllBe(pair => Currency.MinorUnitsOf(pair.First) == pair.Second);
    }

    [Fact]
    public async Task Everything_that_can_be_wrong_with_a_field_has_words()
    {
        var faults = Enum.GetNames<FieldFault>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName).ToArray();
        var words = await stage.Modules.RunAsync<string[]>(
            Text, """
            await m.setLanguage('en');
            return x.flatMap(fault => ['name', 'phone', 'address'].map(field => m.faultText(field, fault)));
            """,
            faults);
        words.ShouldAllBe(text => text.Length > 5);
    }

    [Theory]
    [InlineData("en", "Sat, Nov 28, 7:02")]
    [InlineData("zh-CN", "11月28日（周六）07:02")]
    public async Task An_instant_is_written_as_readers_of_the_language_write_it(string language, string written)
    {
        var text = await stage.Modules.RunAsync<string>(Text,
            "await m.setLanguage(x); return m.moment(new Date(2026, 10, 28, 7, 2));", language);
        text.ShouldStartWith(written);
    }

    [Theory]
    [InlineData("en", "weibo", "Weibo")]
    [InlineData("zh-CN", "weibo", "微博")]
    [InlineData("en", "second-hand-club", "partner platform")]
    [InlineData("zh-CN", "second-hand-club", "合作平台")]
    public async Task A_channel_is_shown_by_its_name_and_never_by_its_id(string language, string channel, string name)
    {
        var text = await stage.Modules.RunAsync<string>(Text, """
            await m.setLanguage(x.language);
            m.setChannelNames([{ id: 'weibo', name: { 'en': 'Weibo', 'zh-CN': '微博' } }]);
            return m.channelName(x.channel);
            """, new { language, channel });
        text.ShouldBe(name);
    }

    [Theory]
    [InlineData("en", new[] { 17 }, "17")]
    [InlineData("en", new[] { 1205, 1206 }, "1205, 1206")]
    [InlineData("zh-CN", new[] { 1205, 1206 }, "1205、1206")]
    [InlineData("en", new[] { 3, 12, 1205, 1206, 1207, 1208, 50_000 }, "3, 12, 1205–1208, 50000")]
    [InlineData("zh-CN", new[] { 1, 2, 3, 9 }, "1–3、9")]
    public async Task Units_are_numbers_without_commas_inside_and_many_in_a_row_are_a_range(
        string language, int[] units, string written)
    {
        var text = await stage.Modules.RunAsync<string>(Text,
            "await m.setLanguage(x.language); return m.unitsText(x.units);", new { language, units });
        text.ShouldBe(written);
    }

    [Theory]
    [InlineData("en", 199_900, "CNY", "CN¥1,999")]
    [InlineData("zh-CN", 199_900, "CNY", "¥1,999")]
    [InlineData("en", 199_950, "CNY", "CN¥1,999.50")]
    [InlineData("en", 1_999, "JPY", "¥1,999")]
    [InlineData("en", 1_999, "KWD", "KWD\u00a01.999")]
    [InlineData("en", 1_999, "IQD", "IQD\u00a01.999")]
    [InlineData("en", 199_950, "RSD", "RSD\u00a01,999.50")]
    public async Task Money_is_written_with_the_digits_of_its_currency(
        string language, int amount, string currency, string written)
    {
        var text = await stage.Modules.RunAsync<string>(Text,
            "await m.setLanguage(x.language); return m.money(x);", new { language, amount, currency });
        text.ShouldBe(written);
    }
}
