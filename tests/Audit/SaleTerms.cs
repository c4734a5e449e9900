using System.Buffers;
using System.Text.Json;

namespace OrleansSale.Tests.Audit;

/// <summary>The terms a batch was created with, as its first entry states them.</summary>
/// <param name="Batch">Id of the batch.</param>
/// <param name="Channels">Whose users may take part.</param>
/// <param name="Stock">Units at the beginning, 1…10,000,000.</param>
/// <param name="PerUserLimit">Units a user may have in live orders, 1…100.</param>
/// <param name="PaymentWindowSeconds">From a hold to its payBy, 1…86,400.</param>
/// <param name="Price">Of one unit.</param>
/// <param name="Schedule">The schedule that was promised first.</param>
/// <param name="StandbyPlaces">Places of the line that may wait, 0…1,000,000; 0: there is no line.</param>
/// <param name="OfferWindowSeconds">From an offer to the line to its payBy, 1…86,400.</param>
/// <param name="BacklogUnits">Units for places that are carried over from earlier batches, 0…stock.</param>
public sealed record SaleTerms(
    string Batch, IReadOnlySet<string> Channels, int Stock, int PerUserLimit, int PaymentWindowSeconds, Amount Price,
    SaleSchedule Schedule, int StandbyPlaces, int OfferWindowSeconds, int BacklogUnits)
{
    private const int MaxStandbyPlaces = 1_000_000, LongestWindowSeconds = 86_400;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private static readonly HashSet<string> Known =
        ["id", "product", "channel", "stock", "perUserLimit", "paymentWindowSeconds", "schedule",
            "keepPersonalDataDays", "title", "description", "standbyLimit", "offerWindowSeconds", "cancelPaid",
            "backlogUnits", "keyHash", "secretHash"];

    private static readonly string[] Languages = ["en", "zh-CN"];

    /// <summary>Reads the data of a <c>created</c> entry.</summary>
    /// <exception cref="FormatException">Something is missing, unknown or out of its range.</exception>
    internal static SaleTerms Read(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var data = document.RootElement;
        if (data.ValueKind != JsonValueKind.Object) throw new FormatException("the terms are not an object");
        foreach (var member in data.EnumerateObject())
            if (!Known.Contains(member.Name))
                throw new FormatException($"the terms have an unknown member {member.Name}");

        Number(data, "keepPersonalDataDays", 0, 3_650);
        RequireTexts(data, "title", 100);
        RequireTexts(data, "description", 2_000);
        if (data.TryGetProperty("cancelPaid", out _) && Text(data, "cancelPaid") is not ("until-shipped" or "never"))
            throw new FormatException("cancelPaid is neither until-shipped nor never");
        RequireHash(data, "keyHash");
        if (data.TryGetProperty("secretHash", out _)) RequireHash(data, "secretHash");

        var price = Member(Member(data, "product", JsonValueKind.Object), "price", JsonValueKind.Object);
        var stock = Number(data, "stock", 1, UnitMap.MaxStock);
        var window = Number(data, "paymentWindowSeconds", 1, LongestWindowSeconds);
        return new SaleTerms(
            Text(data, "id"),
            ReadChannels(data),
            stock,
            Number(data, "perUserLimit", 1, 100),
            window,
            new Amount(Member(price, "amount", JsonValueKind.Number).GetInt64(), Text(price, "currency")),
            SaleSchedule.Read(Member(data, "schedule", JsonValueKind.Object)),
            NumberOr(Math.Min(stock, MaxStandbyPlaces), data, "standbyLimit", 0, MaxStandbyPlaces),
            NumberOr(window, data, "offerWindowSeconds", 1, LongestWindowSeconds),
            NumberOr(0, data, "backlogUnits", 0, stock));
    }

    private static HashSet<string> ReadChannels(JsonElement data)
    {
        if (!data.TryGetProperty("channel", out var channel)) throw new FormatException("the terms have no channel");
        HashSet<string> channels = channel.ValueKind == JsonValueKind.Array
            ? [.. channel.EnumerateArray().Select(one => one.GetString() ?? "")]
            : [Text(data, "channel")];
        return channels.Count > 0 ? channels : throw new FormatException("the terms have no channel");
    }

    private static JsonElement Member(JsonElement data, string name, JsonValueKind kind) =>
        data.TryGetProperty(name, out var member) && member.ValueKind == kind
            ? member
            : throw new FormatException($"the terms have no {name} that is a {kind}");

    private static string Text(JsonElement data, string name) => Member(data, name, JsonValueKind.String).GetString()!;

    private static int Number(JsonElement data, string name, int least, int most) =>
        Member(data, name, JsonValueKind.Number).TryGetInt32(out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"{name} is not within {least}…{most}");

    private static int NumberOr(int otherwise, JsonElement data, string name, int least, int most) =>
        data.TryGetProperty(name, out _) ? Number(data, name, least, most) : otherwise;

    private static void RequireTexts(JsonElement data, string name, int most)
    {
        if (!data.TryGetProperty(name, out _)) return;
        var texts = Member(data, name, JsonValueKind.Object).EnumerateObject().ToList();
        var isOne = texts.Count > 0 && texts.All(text => Languages.Contains(text.Name)
            && text.Value.ValueKind == JsonValueKind.String
            && text.Value.GetString() is { Length: > 0 } words && words.Length <= most);
        if (!isOne) throw new FormatException($"{name} is no text in a language of the pages");
    }

    private static void RequireHash(JsonElement data, string name)
    {
        var text = Text(data, name);
        if (text.Length != 64 || text.AsSpan().ContainsAnyExcept(LowerHex))
            throw new FormatException($"{name} is not a SHA-256");
    }
}
