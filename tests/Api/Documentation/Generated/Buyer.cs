namespace OrleansSale.Tests.Api.Documentation.Generated;

/// <summary>
/// Buys a unit with a client that was generated from docs/openapi.json. It is no part of this project: the test
/// compiles it with that client.
/// </summary>
public static class Buyer
{
    /// <summary>Creates a batch whose sale opens then, and whose reservations are open.</summary>
    public static async Task CreateAsync(HttpClient chef, string batch, DateTimeOffset opens)
    {
        var hour = TimeSpan.FromHours(1);
        var created = await new SaleClient(chef).CreateBatchAsync(new CreateBatchBody
        {
            Id = batch,
            Product = new ProductBody
            {
                Id = "mi2",
                Name = "Xiaomi Mi2",
                Price = new MoneyBody { Amount = 199_900, Currency = "CNY" },
            },
            Channel = "weibo",
            Stock = 3,
            PerUserLimit = 1,
            PaymentWindowSeconds = 900,
            Schedule = new ScheduleBody
            {
                ReservationOpens = opens - 2 * hour,
                ReservationCloses = opens,
                SaleOpens = opens,
                SaleCloses = opens + hour,
            },
        });
        Expect(created.Phase == Phase.Reserving && created.Free == 3, $"{created.Phase} {created.Free}");
    }

    /// <summary>Buys from it; the order's id.</summary>
    public static async Task<string> BuyAsync(HttpClient chef, HttpClient user, HttpClient byTicket, string batch)
    {
        var shop = new SaleClient(byTicket);
        var order = await shop.BuyAsync(batch, "from-csharp", new PurchaseBody { Quantity = 1 });
        Expect(order.Status == OrderStatus.AwaitingPayment && order.Units.Count == order.Quantity, $"{order.Status}");
        Expect(
            (await shop.BuyAsync(batch, "from-csharp", new PurchaseBody())).Id == order.Id,
            "a repeat is the same order");
        try
        {
            await shop.BuyAsync(batch, "another", new PurchaseBody());
            Expect(false, "a second unit was sold");
        }
        catch (SaleException<ProblemBody> refused)
        {
            Expect(refused.Result.Code == ProblemBodyCode.LimitReached, $"{refused.Result.Code}");
        }

        var mine = new SaleClient(user);
        Expect((await mine.GetOrderAsync(order.Id)).Amount.Amount == 199_900, "the amount");
        Expect((await mine.ListMyOrdersAsync(batch, null, 10)).Items.Count == 1, "one order");
        Expect((await new SaleClient(chef).ListOrdersAsync(batch, null, null, null)).Items.Count == 1, "one order");
        return order.Id;
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }
}
