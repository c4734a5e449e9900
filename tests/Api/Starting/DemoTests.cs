using Microsoft.Extensions.DependencyInjection;
using OrleansSale.Api.Hosting;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Starting;

public sealed class DemoTests
{
    [Fact]
    public async Task An_empty_engine_in_Development_opens_the_Mi2_batch()
    {
        await using var sale = await SaleFront.StartAsync(new FrontPlan
        {
            Settings = new() { ["Sale:Demo"] = "true", ["Channels:weibo:Name:zh-CN"] = "微博" },
        });
        var items = await FoundAsync(sale);
        var demo = items.ShouldHaveSingleItem();
        (demo["id"], demo["product.name"], demo["channel"]).ShouldBe(("mi2-1", "Xiaomi Mi2 16 GB", "weibo"));
        (demo.Number("stock"), demo.Number("free"), demo.Number("perUserLimit")).ShouldBe((50_000, 50_000, 1));
        (demo.Number("product.price.amount"), demo["product.price.currency"]).ShouldBe((199_900, "CNY"));
        demo["title.zh-CN"].ShouldBe("小米手机 2 微博专场 第 1 轮");
        demo["description.en"]!.ShouldContain("no money moves");
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

    [Fact]
    public async Task Whenever_a_newcomer_comes_there_is_a_batch_to_reserve_and_buy_in_within_two_minutes()
    {
        await using var sale =
            await SaleFront.StartAsync(new FrontPlan { Settings = new() { ["Sale:Demo"] = "true" } });
        await FoundAsync(sale);
        foreach (var (number, later) in ((int, TimeSpan)[])
            [(2, TimeSpan.FromMinutes(3)), (3, TimeSpan.FromHours(30)), (4, TimeSpan.FromMinutes(2))])
        {
            sale.Clock.Advance(later);
            await sale.Client.GetAsync("/");
            var batch = $"mi2-{number}";
            await Eventually.HoldsAsync(
                async () => (await sale.BoardAsync(batch))["phase"] == "reserving", $"{batch} can be reserved");
            var board = await sale.BoardAsync(batch);
            (board.Instant("schedule.saleOpens") - sale.Clock.GetUtcNow()).ShouldBeLessThanOrEqualTo(
                TimeSpan.FromMinutes(2));
            await Eventually.HoldsAsync(
                async () => (await sale.Client.GetAsync($"/api/batches/{batch}/announcements")).Items.Length == 1,
                $"{batch} is announced");
        }
        (await sale.BoardAsync("mi2-5")).IsRefusal(404, "not-found");
    }

    [Fact]
    public async Task A_demo_that_an_operator_closes_has_a_successor()
    {
        await using var sale =
            await SaleFront.StartAsync(new FrontPlan { Settings = new() { ["Sale:Demo"] = "true" } });
        await FoundAsync(sale);
        (await sale.OperateAsync("mi2-1", "close")).Is(200);
        await Eventually.HoldsAsync(async () => (await sale.Client.GetAsync("/api/batches")).Items.Length == 2,
            "there is another one");
    }

    [Fact]
    public async Task Without_the_demo_no_visits_are_counted()
    {
        await using var sale = await SaleFront.StartAsync();
        await sale.CreateAsync();
        var visits = sale.Front.Services.GetRequiredService<DemoVisits>();
        visits.AreRecent.ShouldBeFalse("no visits are counted where there is no demo");
        await sale.Client.GetAsync("/");
        visits.AreRecent.ShouldBeFalse();
    }

    private static async Task<Answer[]> FoundAsync(SaleFront sale)
    {
        Answer? list = null;
        await Eventually.HoldsAsync(
            async () => (list = await sale.Client.GetAsync("/api/batches")).Items.Length > 0, "there is a batch");
        return await Task.WhenAll(list!.Items.Select(item => sale.BoardAsync(item.GetProperty("id").GetString()!)));
    }
}
