using System.Text.Json.Nodes;

namespace OrleansSale.Tests.Api.Line;

/// <summary>A batch whose one unit or more are held, each by another user.</summary>
/// <param name="Id">The batch.</param>
/// <param name="Holders">The users, and the order of each.</param>
internal sealed record SoldOutBatch(string Id, (string User, string Order)[] Holders)
{
    /// <summary>The first holder's order.</summary>
    public string Order => Holders[0].Order;

    /// <summary>Makes one. The front has a fresh copy of its board, which says that it is sold out.</summary>
    public static async Task<SoldOutBatch> OpenAsync(
        SaleFront sale, int stock = 1, int limit = 1, int? standbyLimit = 10, int? offerWindowSeconds = null,
        params string[] channels)
    {
        var batch = await sale.CreateAsync(stock: stock, limit: limit, change: terms =>
        {
            terms["standbyLimit"] = standbyLimit;
            terms["offerWindowSeconds"] = offerWindowSeconds;
            if (channels.Length > 0)
                terms["channel"] = new JsonArray([.. channels.Select(channel => JsonValue.Create(channel))]);
        });
        var holders = new List<(string, string)>();
        for (var unit = 0; unit < stock; unit++)
        {
            var user = sale.NewUser();
            holders.Add((user, await sale.OrderAsync(batch, user)));
        }
        await Harness.Eventually.HoldsAsync(
            async () => (await sale.BoardAsync(batch))["phase"] == "sold-out", "the front knows that it is sold out");
        return new SoldOutBatch(batch, [.. holders]);
    }

    /// <summary>A holder cancels, so a unit is free for the line.</summary>
    public async Task FreeOneAsync(SaleFront sale, int holder = 0) =>
        (await sale.CancelAsync(Holders[holder].Order, Holders[holder].User)).Is(200);
}
