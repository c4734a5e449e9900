using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Rules.Orders;

public class CurrencyTests
{
    [Theory]
    [InlineData("CNY", 2)]
    [InlineData("USD", 2)]
    [InlineData("HUF", 2)]
    [InlineData("JPY", 0)]
    [InlineData("XOF", 0)]
    [InlineData("KWD", 3)]
    [InlineData("IQD", 3)]
    [InlineData("RMB", null)]
    [InlineData("XXX", null)]
    [InlineData("XTS", null)]
    [InlineData("XAU", null)]
    [InlineData("XDR", null)]
    [InlineData("CLF", null)]
    [InlineData("USN", null)]
    [InlineData("DEM", null)]
    [InlineData("cny", null)]
    [InlineData("", null)]
    public void A_currency_has_its_minor_units_and_what_is_none_has_none(string code, int? digits) =>
        Currency.MinorUnitsOf(code).ShouldBe(digits);

    [Theory]
    [InlineData(199_900, "CNY", "CN¥1,999", "¥1,999")]
    [InlineData(5, "CNY", "CN¥0.05", "¥0.05")]
    [InlineData(123_456_789_012, "CNY", "CN¥1,234,567,890.12", "¥1,234,567,890.12")]
    [InlineData(1_999, "JPY", "¥1,999", "JP¥1,999")]
    [InlineData(1_999, "USD", "$19.99", "US$19.99")]
    [InlineData(1_999, "SEK", "SEK\u00a019.99", "SEK\u00a019.99")]
    [InlineData(2_000, "KWD", "KWD\u00a02", "KWD\u00a02")]
    [InlineData(1_999, "KWD", "KWD\u00a01.999", "KWD\u00a01.999")]
    [InlineData(1_999, "UGX", "UGX\u00a01,999", "UGX\u00a01,999")]
    public void An_amount_is_written_as_people_write_it(
        long amount, string currency, string english, string chinese) =>
        Currency.Format(amount, currency).ShouldBe((english, chinese));

    [Fact]
    public void An_amount_of_every_currency_is_written_with_its_minor_units()
    {
        var letters = Enumerable.Range('A', 26).Select(letter => (char)letter).ToArray();
        string[] codes =
        [
            .. from first in letters from second in letters from third in letters
               select $"{first}{second}{third}" into code
               where Currency.MinorUnitsOf(code) is not null
               select code,
        ];
        codes.Length.ShouldBeGreaterThan(150);
        foreach (var code in codes)
        {
            var (written, _) = Currency.Format(1_234_567, code);
            (written.Length - 1 - written.LastIndexOf('.'))
                .ShouldBe(Currency.MinorUnitsOf(code) is > 0 and var digits ? digits : written.Length, code);
        }
    }
}
