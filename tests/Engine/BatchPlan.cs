using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Engine;

/// <summary>A batch to create: the terms that tests vary.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Stock">Units.</param>
/// <param name="SaleOpens">When the sale opens; reservations close then.</param>
public sealed record BatchPlan(string Id, int Stock, DateTimeOffset SaleOpens)
{
    /// <summary>The platform whose users may take part, unless said otherwise.</summary>
    public const string Channel = "weibo";

    /// <summary>The price of a unit, in minor units.</summary>
    public const long Price = 199_900;

    /// <summary>What it is in.</summary>
    public const string Currency = "CNY";

    /// <summary>The platforms whose users may take part.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [Channel];

    /// <summary>Units a user may have.</summary>
    public int PerUserLimit { get; init; } = 1;

    /// <summary>From a hold to its payBy.</summary>
    public int PaymentWindowSeconds { get; init; } = 900;

    /// <summary>When reservations open: in the past, unless said otherwise.</summary>
    public DateTimeOffset ReservationOpens { get; init; } = DateTimeOffset.UtcNow.AddMinutes(-1);

    /// <summary>When reservations close: at the opening, unless said otherwise.</summary>
    public DateTimeOffset? ReservationCloses { get; init; }

    /// <summary>From the opening to the end.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Its title; null: it has none.</summary>
    public string? Title { get; init; }

    /// <summary>Places in the line; null: as many as the engine gives by itself, 0: there is no line.</summary>
    public int? StandbyLimit { get; init; }

    /// <summary>From an offer to its payBy; null: as long as from a hold.</summary>
    public int? OfferWindowSeconds { get; init; }

    /// <summary>Until when buyers may cancel a paid order; null: as the engine does by itself.</summary>
    public string? CancelPaid { get; init; }

    /// <summary>Its product.</summary>
    public string Product { get; init; } = "mi2";

    /// <summary>Units for places that are carried over from earlier batches; null: none is carried.</summary>
    public int? BacklogUnits { get; init; }

    /// <summary>The create request's body.</summary>
    public JsonObject Body()
    {
        var body = Terms();
        if (Title is not null) body["title"] = Title;
        if (StandbyLimit is { } places) body["standbyLimit"] = places;
        if (OfferWindowSeconds is { } seconds) body["offerWindowSeconds"] = seconds;
        if (CancelPaid is { } until) body["cancelPaid"] = until;
        if (BacklogUnits is { } units) body["backlogUnits"] = units;
        return body;
    }

    private JsonObject Terms() => new()
    {
        ["id"] = Id,
        ["product"] = new JsonObject
        {
            ["id"] = Product,
            ["name"] = "Xiaomi Mi2 16 GB",
            ["price"] = new JsonObject { ["amount"] = Price, ["currency"] = Currency },
        },
        ["channel"] = new JsonArray([.. Channels.Select(channel => JsonValue.Create(channel))]),
        ["stock"] = Stock,
        ["perUserLimit"] = PerUserLimit,
        ["paymentWindowSeconds"] = PaymentWindowSeconds,
        ["schedule"] = new JsonObject
        {
            ["reservationOpens"] = Stamp(ReservationOpens),
            ["reservationCloses"] = Stamp(ReservationCloses ?? SaleOpens),
            ["saleOpens"] = Stamp(SaleOpens),
            ["saleCloses"] = Stamp(SaleOpens + OpenFor),
        },
    };

    private static string Stamp(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
