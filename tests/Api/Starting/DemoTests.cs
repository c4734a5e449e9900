using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Starting;

public sealed class DemoTests
{
    [Fact]
    public async Task An_empty_engine_in_Development_opens_the_Mi2_batch()
    {
        await using var sale =
            await SaleFront.StartAsync(new FrontPlan { Settings = new() { ["Sale:Demo"] = "true" } });
        var items = await FoundAsync(sale);
        var demo = items.ShouldHaveSingleItem();
        (demo["id"], demo["product.name"], demo["channel"]).ShouldBe(("mi2-1", "Xiaomi Mi2 16 GB", "weibo"));
        (demo.Number("stock"), demo.Number("free"), demo.Number("perUserLimit")).ShouldBe((50_000, 50_000, 1));
        (demo.Number("product.price.amount"), demo["product.price.currency"]).ShouldBe((199_900, "CNY"));
        demo["phase"].ShouldBe("reserving");
        (demo.Instant("schedule.saleOpens") - demo.Instant("schedule.reservationOpens"))
            .ShouldBe(TimeSpan.FromMinutes(2));

        // From the reservation to the purchase, as a newcomer would.
        var user = sale.NewUser();
        var ticket = (await sale.ReserveAsync("mi2-1", user)).Is(201)["ticket"]!;
        (await sale.Client.BuyAsync("mi2-1", "Ticket " + ticket)).IsRefusal(409, "sale-not-open");
        sale.Clock.Advance(TimeSpan.FromMinutes(2));
        (await sale.Client.BuyAsync("mi2-1", "Ticket " + ticket)).Is(201)["id"].ShouldBe("mi2-1.3");
    }

    private static async Task<Answer[]> FoundAsync(SaleFront sale)
    {
        Answer? list = null;
        await Eventually.HoldsAsync(
            async () => (list = await sale.Client.GetAsync("/api/batches")).Items.Length > 0, "there is a batch");
        return await Task.WhenAll(list!.Items.Select(item => sale.BoardAsync(item.GetProperty("id").GetString()!)));
    }
}
