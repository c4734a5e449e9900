using OrleansSale.Api.Http;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.Silo;

namespace OrleansSale.Api.Hosting;

/// <summary>Reads whose shop the pages are.</summary>
public static class MerchantSettings
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 40;

    private const string Name = "Sale:MerchantName", MarkUrl = "Sale:MerchantMarkUrl";

    /// <summary>Reads it.</summary>
    /// <exception cref="StartException">A setting is wrong; the message names each.</exception>
    public static Merchant Read(IConfiguration configuration)
    {
        var options = configuration.GetSection("Sale").Get<SaleOptions>() ?? new SaleOptions();
        var names = options.MerchantName;
        var mark = string.IsNullOrEmpty(options.MerchantMarkUrl) ? null : options.MerchantMarkUrl;
        string?[] faults = [.. names.Select(name => FaultOfName(name.Key, name.Value)), FaultOfMark(mark)];
        if (faults.Any(fault => fault is not null)) throw new StartException(string.Join(' ', faults.OfType<string>()));
        var english = names.GetValueOrDefault(PageLanguage.English) ?? names.GetValueOrDefault(PageLanguage.Chinese)
            ?? Merchant.DefaultName;
        return new Merchant(english, names.GetValueOrDefault(PageLanguage.Chinese) ?? english, mark);
    }

    private static string? FaultOfName(string language, string name)
    {
        string[] languages = [PageLanguage.English, PageLanguage.Chinese];
        if (!languages.Contains(language, StringComparer.OrdinalIgnoreCase))
            return $"{Name}:{language} is of no language of the pages: they have {string.Join(" and ", languages)}.";
        return name.Length > MaxNameLength || !PlainText.IsLine(name) || PlainText.IsBlank(name)
            ? $"{Name}:{language} must be 1 to {MaxNameLength} printable characters." : null;
    }

    private static string? FaultOfMark(string? address) =>
        address is null || new ImageAddressAttribute().Check(address) is not { } problem ? null
            : $"{MarkUrl} {problem.Detail}.";
}
