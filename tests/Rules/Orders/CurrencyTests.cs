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
    [InlineData(199_900, "CNY", "¥1,999.00")]
    [InlineData(5, "CNY", "¥0.05")]
    [InlineData(123_456_789_012, "CNY", "¥1,234,567,890.12")]
    [InlineData(1_999, "JPY", "¥1,999")]
    [InlineData(1_999, "USD", "$19.99")]
    [InlineData(1_999, "SEK", "SEK 19.99")]
    [InlineData(1_999, "KWD", "KWD 1.999")]
    [InlineData(1_999, "UGX", "UGX 1,999")]
    public void An_amount_is_written_as_people_write_it(long amount, string currency, string expected) =>
        Currency.Format(amount, currency).ShouldBe(expected);

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
            var written = Currency.Format(1_234_567, code);
            (written.Length - 1 - written.LastIndexOf('.'))
                .ShouldBe(Currency.MinorUnitsOf(code) is > 0 and var digits ? digits : written.Length, code);
        }
    }
}
