using System.Globalization;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sandbox;

/// <summary>Amounts on the cashier's page.</summary>
internal static class Price
{
    /// <summary>An amount of minor units as people write it: ¥1,999.00.</summary>
    public static string Format(long amount, string currency)
    {
        // Nothing is sold in a currency that is not in the list; two digits are what most have.
        var digits = Currency.MinorUnitsOf(currency) ?? 2;
        var major = amount / (decimal)Math.Pow(10, digits);
        var number = major.ToString($"N{digits}", CultureInfo.InvariantCulture);
        return currency switch
        {
            "CNY" or "JPY" => "¥" + number,
            "USD" => "$" + number,
            "EUR" => "€" + number,
            "GBP" => "£" + number,
            _ => $"{currency} {number}",
        };
    }
}
