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

    [Fact]
    public void Every_code_is_three_capital_letters_and_there_once()
    {
        Currency.Codes.Count.ShouldBeGreaterThan(150);
        Currency.Codes.ShouldAllBe(code => code.Length == 3 && code.All(char.IsAsciiLetterUpper));
        Currency.Codes.ShouldBeUnique();
    }
}
