using System.Collections.Frozen;
using System.Globalization;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>
/// The currencies that something can be sold in, with their minor units: list one of ISO 4217 as of January 2026,
/// without funds codes (<c>CLF</c>), units of account (<c>XDR</c>), metals (<c>XAU</c>) and codes that are no currency
/// (<c>XTS</c>, <c>XXX</c>).
/// </summary>
public static class Currency
{
    private const string WithNone = """
        BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
        """;

    private const string WithTwo = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC
        CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
        JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
        NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
        SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
        """;

    private const string WithThree = """
        BHD IQD JOD KWD LYD OMR TND
        """;

    // As browsers write them.
    private static readonly FrozenDictionary<string, (string English, string Chinese)> Symbols =
        new Dictionary<string, (string, string)>
        {
            ["CNY"] = ("CN¥", "¥"),
            ["JPY"] = ("¥", "JP¥"),
            ["USD"] = ("$", "US$"),
            ["EUR"] = ("€", "€"),
            ["GBP"] = ("£", "£"),
            ["HKD"] = ("HK$", "HK$"),
            ["TWD"] = ("NT$", "NT$"),
            ["KRW"] = ("₩", "￦"),
            ["INR"] = ("₹", "₹"),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> Digits =
        Of(WithNone, 0).Concat(Of(WithTwo, 2)).Concat(Of(WithThree, 3)).ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How many decimal digits its minor unit is (CNY 2, JPY 0, KWD 3); null: nothing is sold in it.</summary>
    public static int? MinorUnitsOf(string code) => Digits.TryGetValue(code, out var digits) ? digits : null;

    /// <summary>
    /// An amount of minor units as people write it in each language, the minor units only where there are some:
    /// CN¥1,999 in English and ¥1,999 in Chinese, CN¥19.99 and ¥19.99. The pages' scripts write it the same.
    /// </summary>
    public static (string English, string Chinese) Format(long amount, string code)
    {
        var (major, digits) = MajorOf(amount, code);
        var number = major.ToString($"N{(decimal.IsInteger(major) ? 0 : digits)}", CultureInfo.InvariantCulture);
        return Symbols.TryGetValue(code, out var symbol)
            ? (symbol.English + number, symbol.Chinese + number)
            : ($"{code}\u00a0{number}", $"{code}\u00a0{number}");
    }

    /// <summary>An amount of minor units in major ones, and how many decimal digits these have.</summary>
    public static (decimal Amount, int Digits) MajorOf(long amount, string code)
    {
        // Nothing is sold in a currency that is not in the list. Most have two digits.
        var digits = MinorUnitsOf(code) ?? 2;
        return (amount / (decimal)Math.Pow(10, digits), digits);
    }

    private static IEnumerable<KeyValuePair<string, int>> Of(string codes, int digits) =>
        codes.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(code => KeyValuePair.Create(code, digits));
}
