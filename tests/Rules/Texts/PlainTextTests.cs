using System.Globalization;
using System.Text;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Tests.Rules.Texts;

public class PlainTextTests
{
    [Theory]
    [InlineData("王小明")]
    [InlineData("O'Neil")]
    [InlineData("O’Neil\u00a0Jr.")]
    [InlineData("山田\u3000太郎")]
    [InlineData("می\u200cخواهم")]
    [InlineData("محمد\u200f (Ali)\u200e\u061c")]
    [InlineData("e\u0301a\u0308\u0323")]
    [InlineData("👨\u200d👩\u200d👧\ufe0f")]
    [InlineData("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f")]
    [InlineData("𠜎\U000323b0\U0001faea")]
    [InlineData("\u00adsoft\u200bbreak\ufeff")]
    [InlineData("\ue863")]
    public void A_line_may_be_what_a_person_can_be_called(string text)
    {
        PlainText.IsLine(text).ShouldBeTrue();
        PlainText.IsLines(text).ShouldBeTrue();
        PlainText.IsBlank(text).ShouldBeFalse();
    }

    [Theory]
    [InlineData("a\nb", true)]
    [InlineData("a\tb", true)]
    [InlineData("a\rb", false)]
    [InlineData("a\vb", false)]
    [InlineData("a\0b", false)]
    [InlineData("a\u007fb", false)]
    [InlineData("a\u0085b", false)]
    [InlineData("a\u2028b", false)]
    [InlineData("a\u202ab", false)]
    [InlineData("a\u202bb", false)]
    [InlineData("a\u202cb", false)]
    [InlineData("a\u202db", false)]
    [InlineData("a\u202eb", false)]
    [InlineData("a\u2066b", false)]
    [InlineData("a\u2067b", false)]
    [InlineData("a\u2068b", false)]
    [InlineData("a\u2069b", false)]
    [InlineData("a\ufffdb", false)]
    [InlineData("a\uffffb", false)]
    [InlineData("a\ufdd0b", false)]
    [InlineData("a\U0010ffffb", false)]
    public void A_line_has_no_controls_and_nothing_that_reorders_and_lines_may_break(string text, bool areLines)
    {
        PlainText.IsLine(text).ShouldBeFalse();
        PlainText.IsLines(text).ShouldBe(areLines);
    }

    [Fact]
    public void Half_a_character_is_in_no_text()
    {
        foreach (var half in new[] { '\ud800', '\udbff', '\udc00', '\udfff' })
        {
            PlainText.IsLine($"a{half}b").ShouldBeFalse();
            PlainText.IsLines($"a{half}b").ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("a\r\nb\rc\nd", "a\nb\nc\nd")]
    [InlineData("a\u2028b\u2029c\u0085d", "a\nb\nc\nd")]
    [InlineData("\r\n\r\n", "\n\n")]
    public void Every_line_break_becomes_a_line_feed(string text, string expected) =>
        PlainText.WithLineFeeds(text).ShouldBe(expected);

    [Theory]
    [InlineData("", 0)]
    [InlineData(" \t\n\u00a0\u2003\u3000", 0)]
    [InlineData("\u200b\u200d\ufeff\u2060\u3164\u2800\ufe0f", 0)]
    [InlineData(" x\u200d ", 1)]
    [InlineData("北京", 2)]
    [InlineData("\U000323b0\U0001faea", 2)]
    public void What_can_be_seen_is_counted_by_characters(string text, int count)
    {
        PlainText.CountVisible(text).ShouldBe(count);
        PlainText.IsBlank(text).ShouldBe(count == 0);
    }

    // The runtime's table of characters may be older or newer than the grammar. They must agree only where both know
    // the character.
    [Fact]
    public void Of_all_characters_those_are_refused_that_no_table_calls_writing()
    {
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value)) continue;
            var category = Rune.GetUnicodeCategory(new Rune(value));
            if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator)
                PlainText.IsRefused(value).ShouldBeTrue($"U+{value:X4}");
            else if (category is not (UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned) && value != 0xFFFD)
                PlainText.IsRefused(value).ShouldBeFalse($"U+{value:X4}");
            PlainText.IsWhiteSpace(value).ShouldBe(value < 0x10000 && char.IsWhiteSpace((char)value), $"U+{value:X4}");
        }
    }
}
