using System.Globalization;
using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Front;

/// <summary>Where in its timetable a batch is made.</summary>
internal enum Stage
{
    Announced,
    Reserving,
    Waiting,
    OnSale,
    Over,
}

/// <summary>What to say when creating a batch.</summary>
internal static class Offer
{
    /// <summary>Each stage but the last lasts this long: room enough to jump into any of them.</summary>
    public static readonly TimeSpan StageLasts = TimeSpan.FromHours(1);

    public const long Price = 199_900;

    public static JsonObject Of(string id, DateTimeOffset now, Stage stage, int stock, int limit, int windowSeconds)
    {
        var announced = now - (int)stage * StageLasts - TimeSpan.FromMinutes(1);
        return new JsonObject
        {
            ["id"] = id,
            ["product"] = new JsonObject
            {
                ["id"] = "mi2",
                ["name"] = "Xiaomi Mi2 16 GB",
                ["price"] = new JsonObject { ["amount"] = Price, ["currency"] = "CNY" },
            },
            ["channel"] = "weibo",
            ["stock"] = stock,
            ["perUserLimit"] = limit,
            ["paymentWindowSeconds"] = windowSeconds,
            ["schedule"] = new JsonObject
            {
                ["reservationOpens"] = Stamp(announced + StageLasts),
                ["reservationCloses"] = Stamp(announced + 2 * StageLasts),
                ["saleOpens"] = Stamp(announced + 3 * StageLasts),
                ["saleCloses"] = Stamp(announced + 4 * StageLasts),
            },
        };
    }

    public static string Stamp(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
