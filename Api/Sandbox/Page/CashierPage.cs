using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace OrleansSale.Api.Sandbox.Page;

/// <summary>The page on which a buyer pays, rendered from the embedded template in the buyer's language.</summary>
internal sealed partial class CashierPage
{
    private const string MissingState = "missing";
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // Texts that the script needs after the page was rendered.
    private static readonly string[] ScriptTexts = ["paying", "noAnswer", "lastMinute"];

    private readonly string _template = Encoding.UTF8.GetString(Resource("cashier.html"));
    private readonly Dictionary<string, (byte[] Bytes, string ContentType)> _assets = new()
    {
        ["cashier.css"] = (Resource("cashier.css"), "text/css; charset=utf-8"),
        ["cashier.js"] = (Resource("cashier.js"), "text/javascript; charset=utf-8"),
    };

    private readonly string _version;

    public CashierPage() => _version = Convert.ToHexStringLower(
        SHA256.HashData([.. _assets["cashier.css"].Bytes, .. _assets["cashier.js"].Bytes]))[..16];

    /// <summary>A file that the page loads, or null.</summary>
    public (byte[] Bytes, string ContentType)? Asset(string name) =>
        _assets.TryGetValue(name, out var asset) ? asset : null;

    /// <summary>The page of <paramref name="checkout"/>; null: the page that says there is none.</summary>
    public string Render(Checkout? checkout, string merchant, string language, DateTimeOffset now)
    {
        var state = checkout is null ? MissingState : StateOf(checkout, now);
        var texts = CashierTexts.In(language);
        var amount = checkout is null ? "" : Format(checkout.Terms.Amount, checkout.Terms.Currency);
        string TextOf(string name) =>
            string.Format(CultureInfo.InvariantCulture, texts[name], amount, merchant, checkout?.Terms.User);

        // One pass over the template: what a merchant sent is never looked at for placeholders.
        return Placeholder().Replace(_template, match => match.Groups["name"].Value switch
        {
            "lang" => language,
            "otherLang" => language == CashierTexts.Chinese ? CashierTexts.English : CashierTexts.Chinese,
            "version" => _version,
            "state" => state,
            "amount" => Encode(amount),
            "merchant" => Encode(merchant),
            "description" => Encode(checkout?.Terms.Description),
            "user" => Encode(checkout?.Terms.User),
            "order" => Encode(checkout?.Terms.Order),
            "expiresAt" => checkout?.Terms.ExpiresAt.ToString(InstantFormat, CultureInfo.InvariantCulture) ?? "",
            "left" => checkout is null ? "" : FormatLeft(checkout.Terms.ExpiresAt - now),
            "returnUrl" => Encode(checkout?.Terms.ReturnUrl),
            "returnHidden" => checkout?.Terms.ReturnUrl is null ? " hidden" : "",
            "page" => JsonSerializer.Serialize(DataOf(checkout, now, TextOf), CashierPageJson.Default.CashierPageData),
            var name when name.StartsWith("text.", StringComparison.Ordinal) => Encode(TextOf(name["text.".Length..])),
            var name => throw new InvalidOperationException($"The cashier's page has an unknown placeholder: {name}"),
        });
    }

    /// <summary>An amount of minor units as people write it: ¥1,999.00.</summary>
    public static string Format(long amount, string currency)
    {
        var digits = MinorUnitsOf(currency);
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

    // ISO 4217: two digits, but for these.
    private static int MinorUnitsOf(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "VND" or "VUV"
            or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        _ => 2,
    };

    private static string StateOf(Checkout checkout, DateTimeOffset now) =>
        checkout.Refund is not null ? "refunded"
        : checkout.Payment is not null ? "paid"
        : now >= checkout.Terms.ExpiresAt ? "expired"
        : checkout.Declined ? "declined"
        : "open";

    private static CashierPageData DataOf(Checkout? checkout, DateTimeOffset now, Func<string, string> textOf) => new(
        now.ToUnixTimeMilliseconds(),
        checkout?.Terms.ExpiresAt.ToUnixTimeMilliseconds(),
        checkout is null ? null : Math.Max(1, (long)(checkout.Terms.ExpiresAt - checkout.CreatedAt).TotalMilliseconds),
        checkout?.Terms.ReturnUrl,
        ScriptTexts.ToDictionary(name => name, textOf));

    private static string FormatLeft(TimeSpan left)
    {
        var seconds = Math.Max(0, (long)Math.Ceiling(left.TotalSeconds));
        return seconds >= 3600
            ? $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}"
            : $"{seconds / 60:00}:{seconds % 60:00}";
    }

    private static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    private static byte[] Resource(string name)
    {
        using var stream = typeof(CashierPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    [GeneratedRegex(@"\{\{(?<name>[A-Za-z.]+)\}\}")]
    private static partial Regex Placeholder();
}

/// <summary>What the page's script starts from; instants are Unix milliseconds of the server's clock.</summary>
internal sealed record CashierPageData(
    long Now, long? ExpiresAt, long? WindowMs, string? ReturnUrl, IReadOnlyDictionary<string, string> Text);

// The default encoder escapes everything that could end the element this is put into.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CashierPageData))]
internal sealed partial class CashierPageJson : JsonSerializerContext;
