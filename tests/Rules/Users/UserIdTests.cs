using System.Globalization;
using System.Text;
using CsCheck;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Rules.Users;

public class UserIdTests
{
    [Theory]
    [InlineData("weibo", true)]
    [InlineData("a", true)]
    [InlineData("0-9-z", true)]
    [InlineData("-", true)]
    [InlineData("a2345678901234567890123456789012", true)]
    [InlineData("a23456789012345678901234567890123", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("Weibo", false)]
    [InlineData("wei bo", false)]
    [InlineData("wei_bo", false)]
    [InlineData("weibo:", false)]
    [InlineData("微博", false)]
    [InlineData("weibo\n", false)]
    public void A_channel_is_1_to_32_of_small_letters_digits_and_hyphens(string? text, bool valid) =>
        UserId.IsChannel(text).ShouldBe(valid);

    [Theory]
    [InlineData("alice", true)]
    [InlineData("张伟", true)]
    [InlineData("al ice", true)]
    [InlineData("a@b.c", true)]
    [InlineData("\U0001F600", true)]
    [InlineData("𠜎", true)]
    [InlineData("\"'<>&\\%", true)]
    [InlineData("李\U000323b0", true)]
    [InlineData("\U0001faea", true)]
    [InlineData("می\u200cخواهم", true)]
    [InlineData("क्\u200dष", true)]
    [InlineData("👨\u200d👩\u200d👧", true)]
    [InlineData("❤\ufe0f\u200d🔥", true)]
    [InlineData("ali\u200cce", false)]
    [InlineData("张\u200d三", false)]
    [InlineData("\u200d👩", false)]
    [InlineData("👩\u200d", false)]
    [InlineData("👩\u200d\u200d👧", false)]
    [InlineData("👩\u200da", false)]
    [InlineData("a\u200fb", false)]
    [InlineData("a\u2066b", false)]
    [InlineData("a\uffffb", false)]
    [InlineData("a\U0010fffdb", false)]
    [InlineData("a\u00adb", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData(" alice", false)]
    [InlineData("alice ", false)]
    [InlineData(" ", false)]
    [InlineData("a/b", false)]
    [InlineData("a:b", false)]
    [InlineData("a\tb", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\0b", false)]
    [InlineData("a\u007fb", false)]
    [InlineData("a\u2028b", false)]
    [InlineData("a\u2029b", false)]
    [InlineData("a\u200bb", false)]
    [InlineData("a\u202eb", false)]
    [InlineData("a\u00a0b", false)]
    [InlineData("a\u3000b", false)]
    [InlineData("a\ufffdb", false)]
    [InlineData("a\ue000b", false)]
    [InlineData("\ufeff", false)]
    public void A_subject_is_printable_without_slash_and_colon(string? text, bool valid) =>
        UserId.IsSubject(text).ShouldBe(valid);

    // The grammar must not change with the runtime's table of characters. Characters that the table knows are judged by
    // it. Others are allowed, because they may be part of a name.
    [Fact]
    public void Every_character_that_a_table_knows_is_judged_by_its_kind_and_an_unknown_one_is_printable()
    {
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value) || value is '/' or ':' or 0xFFFD or 0x200C or 0x200D) continue;
            var category = Rune.GetUnicodeCategory(new Rune(value));
            var isCharacter = (value & 0xFFFE) != 0xFFFE && value is not (>= 0xFDD0 and <= 0xFDEF);
            var expected = category switch
            {
                UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator => false,
                UnicodeCategory.SpaceSeparator => value == ' ',
                UnicodeCategory.Format => (bool?)null,
                UnicodeCategory.OtherNotAssigned => isCharacter ? null : false,
                _ => true,
            };
            var isSubject = UserId.IsSubject($"a{new Rune(value)}b");
            if (expected is not null) isSubject.ShouldBe(expected.Value, $"U+{value:X4}");
        }
        UserId.IsSubject("\U000323af\U000323b0\U000323ff").ShouldBeTrue("not assigned before Unicode 17");
    }

    // A lone surrogate can't be an argument of a theory: the runner would replace it.
    [Fact]
    public void A_subject_with_half_a_character_is_none()
    {
        foreach (var half in new[] { '\ud800', '\udbff', '\udc00', '\udfff' })
            UserId.IsSubject($"a{half}b").ShouldBeFalse();
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_subject_has_1_to_128_characters(int length, bool valid) =>
        UserId.IsSubject(new string('a', length)).ShouldBe(valid);

    [Theory]
    [InlineData("weibo:alice", true)]
    [InlineData("weibo:", false)]
    [InlineData(":alice", false)]
    [InlineData("weibo", false)]
    [InlineData("weibo:al:ice", false)]
    [InlineData("Weibo:alice", false)]
    [InlineData("weibo: alice", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_user_is_a_channel_a_colon_and_a_subject(string? text, bool valid) =>
        UserId.IsUser(text).ShouldBe(valid);

    [Fact]
    public void A_valid_channel_and_subject_make_a_user_whose_channel_is_found_again() =>
        Gen.Select(Gen.Char["abz019-"].Array[1, 32].Select(c => new string(c)), Gen.String[1, 128])
            .Sample((channel, subject) =>
        {
            var user = UserId.Of(channel, subject);
            UserId.IsUser(user).ShouldBe(UserId.IsSubject(subject));
            UserId.ChannelOf(user).ToString().ShouldBe(channel);
        }, iter: 50 * Check.Iter);

    [Fact]
    public void Text_without_a_colon_has_no_channel() => UserId.ChannelOf("alice").Length.ShouldBe(0);
}
