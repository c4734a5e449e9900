using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Rules.Orders;

public class PhoneNumberTests
{
    [Theory]
    [InlineData("12345")]
    [InlineData("13800138000")]
    [InlineData("+8613800138000")]
    [InlineData("+86 138-0013-8000")]
    [InlineData("+86-10-6888 8888")]
    [InlineData("(010) 6888-8888")]
    [InlineData("+1 (555) 123.4567")]
    [InlineData("01 23 45 67 89")]
    [InlineData("010-68888888转12")]
    [InlineData("010-68888888 分机 12")]
    [InlineData("555 123 4567 ext. 12")]
    [InlineData("555 123 4567 x12")]
    [InlineData("555 123 4567,12")]
    [InlineData("555 123 4567#12")]
    [InlineData("030/1234567")]
    public void A_number_is_as_people_write_it(string text)
    {
        PhoneNumber.Normalise(text).ShouldBe(text);
        PhoneNumber.IsNumber(text).ShouldBeTrue();
    }

    [Theory]
    [InlineData("１３８００１３８０００", "13800138000")]
    [InlineData("＋８６（１０）６８８８－８８８８", "+86(10)6888-8888")]
    [InlineData("۰۹۱۲ ۳۴۵ ۶۷۸۹", "0912 345 6789")]
    [InlineData("٠١٢٣٤٥٦", "0123456")]
    [InlineData("\U0001D7CF\U0001D7D0\U0001D7D1\U0001D7D2\U0001D7D3", "12345")]
    [InlineData("\u3000138\u00a00013\u20118000 ", "138 0013-8000")]
    public void Digits_of_any_script_and_signs_of_any_width_become_ASCII(string text, string expected)
    {
        PhoneNumber.Normalise(text).ShouldBe(expected);
        PhoneNumber.IsNumber(expected).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("12-34")]
    [InlineData("1234 ext. 56789")]
    [InlineData("abcdefg")]
    [InlineData("-12345")]
    [InlineData("=12345")]
    [InlineData("@12345")]
    [InlineData("+12345+6")]
    [InlineData("+12345-A1")]
    [InlineData("+12345/A1")]
    [InlineData("12345=A1")]
    [InlineData("12345 ext 6 7")]
    [InlineData("12345\n6")]
    [InlineData("1234567890123456789012345678901234")]
    [InlineData("+12345 HYPERLINK(1)")]
    [InlineData("12345!A1")]
    public void Everything_else_is_none(string text) => PhoneNumber.IsNumber(text).ShouldBeFalse();

    [Fact]
    public void Half_a_character_is_no_digit()
    {
        foreach (var text in new[] { "12345\ud835", "\udfcf12345" })
            PhoneNumber.IsNumber(PhoneNumber.Normalise(text)).ShouldBeFalse();
    }
}
