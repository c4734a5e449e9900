using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// The page on which a buyer pays: <see cref="CashierView"/> in the buyer's language, and the files it loads.
/// </summary>
internal sealed class CashierPage : IDisposable
{
    /// <summary>The language for everyone who asks for none of the others.</summary>
    public const string English = "en";

    /// <summary>Simplified Chinese.</summary>
    public const string Chinese = "zh-CN";

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly Dictionary<string, (byte[] Bytes, string ContentType)> _assets = new()
    {
        ["cashier.css"] = (Resource("cashier.css"), "text/css; charset=utf-8"),
        ["cashier.js"] = (Resource("cashier.js"), "text/javascript; charset=utf-8"),
    };

    private readonly string _version;

    public CashierPage() => _version = Convert.ToHexStringLower(
        SHA256.HashData([.. _assets["cashier.css"].Bytes, .. _assets["cashier.js"].Bytes]))[..16];

    /// <summary>
    /// The language that a tag such as <c>zh-Hans</c> or <c>en-GB</c> asks for; null: none of the two.
    /// </summary>
    public static string? Language(string? tag) =>
        tag is null ? null
        : tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
        : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English
        : null;

    /// <summary>A file that the page loads, or null.</summary>
    public (byte[] Bytes, string ContentType)? Asset(string name) =>
        _assets.TryGetValue(name, out var asset) ? asset : null;

    /// <summary>The page of <paramref name="checkout"/>; null: the page that says there is none.</summary>
    public async Task<string> RenderAsync(Checkout? checkout, string merchant, string language, DateTimeOffset now)
    {
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(CashierView.Checkout)] = checkout,
            [nameof(CashierView.Merchant)] = merchant,
            [nameof(CashierView.Language)] = language,
            [nameof(CashierView.Now)] = now,
            [nameof(CashierView.Version)] = _version,
        });
        await using var renderer = new HtmlRenderer(_services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(
            async () => (await renderer.RenderComponentAsync<CashierView>(parameters)).ToHtmlString());
    }

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

    public void Dispose() => _services.Dispose();

    private static byte[] Resource(string name)
    {
        using var stream = typeof(CashierPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
