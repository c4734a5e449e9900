using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>The silo of a batch goes; the batch goes on elsewhere.</summary>
public sealed class FailoverTests
{
    private const int Buyers = 20, MostOrdersEach = 1_000;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_batch_moved_under_load_loses_nothing_that_was_told(short silos)
    {
        await using var sale = await SaleHarness.StartAsync(new() { Silos = silos });
        var id = (await sale.CreateBatchAsync(stock: Buyers * MostOrdersEach)).Id;
        var batch = sale.Batch(id);
        using var enough = new CancellationTokenSource();
        var buying = BuyAsync(sale, batch, enough.Token);
        for (var move = 0; move < 6; move++)
        {
            // To another silo: a move to the silo that has it would never be reported as done.
            var here = sale.PlaceOf(batch.Actor);
            await sale.MigrateAsync(batch.Actor, sale.Silos.First(silo => !silo.Equals(here)));
            await FrontRetry.AskAsync(() => batch.Actor.WakeAsync());
            sale.PlaceOf(batch.Actor).ShouldNotBe(here);
            await SellsAsync(batch);
        }

        await enough.CancelAsync();
        await IsStoredAsync(sale, id, await buying);
        sale.Ledger.MostUnderWay(Streams.OfBatch(id)).ShouldBe(1);
    }

    [Fact]
    public async Task Two_of_three_silos_killed_one_after_the_other_under_load_lose_nothing_that_was_told()
    {
        await using var sale = await SaleHarness.StartAsync(new() { Silos = 3 });
        var id = (await sale.CreateBatchAsync(stock: Buyers * MostOrdersEach)).Id;
        var batch = sale.Batch(id);
        using var enough = new CancellationTokenSource();
        var buying = BuyAsync(sale, batch, enough.Token);
        while (sale.Silos.Count > 1)
        {
            // The buyers are on the first silo.
            var owner = sale.Silos[^1];
            await SellsAsync(batch);
            if (sale.PlaceOf(batch.Actor) != owner) await sale.MigrateAsync(batch.Actor, owner);
            await SellsAsync(batch);
            sale.PlaceOf(batch.Actor).ShouldBe(owner);
            await sale.KillSiloAsync(owner);
        }

        await SellsAsync(batch);
        await enough.CancelAsync();
        await IsStoredAsync(sale, id, await buying);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Deadlines_go_on_when_the_silo_of_the_batch_is_killed(short silos)
    {
        await using var sale = await SaleHarness.StartAsync(new() { Silos = silos });
        var victim = sale.Silos[1];
        var terms = Terms("killed", sale.Clock.Now, stock: 1);
        var batch = sale.Batch("killed");
        await SaleHarness.OnAsync(victim, () => batch.Actor.CreateAsync(terms));
        var order = await batch.OrderAsync("weibo:a");
        await sale.KillSiloAsync(victim);
        await sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(31));

        await FrontRetry.AskAsync(() => sale.Catalogue.WakeAllAsync());
        await Eventually.HoldsAsync(
            async () =>
            {
                await sale.Clock.AdvanceAsync(Agenda.Period);
                return await FrontRetry.AskAsync(() => batch.StatusAsync(order)) == OrderStatus.Expired;
            },
            "the hold ends");
        (await batch.OrderAsync("weibo:b")).Units.ShouldBe(order.Units);
        await sale.Stored.AuditAsync("killed");
    }

    private static Task<List<OrderView>[]> BuyAsync(SaleHarness sale, TestBatch batch, CancellationToken enough)
    {
        sale.Ledger.AppendLatency = TimeSpan.FromMilliseconds(2);
        return Task.WhenAll(Enumerable.Range(0, Buyers).Select(buyer => Task.Run(async () =>
        {
            var orders = new List<OrderView>();
            while (!enough.IsCancellationRequested && orders.Count < MostOrdersEach)
                orders.Add(await FrontRetry.AskAsync(
                    () => batch.OrderAsync($"weibo:u{buyer}-{orders.Count}", key: "k")));
            return orders;
        })));
    }

    private static async Task SellsAsync(TestBatch batch)
    {
        var held = await HeldAsync();
        await Eventually.HoldsAsync(async () => await HeldAsync() > held, "the batch sells");

        async Task<int> HeldAsync() => (await FrontRetry.AskAsync(() => batch.Actor.ReadBoardAsync(0)))!.Snapshot.Held;
    }

    private static async Task IsStoredAsync(SaleHarness sale, string id, List<OrderView>[] told)
    {
        var audited = await sale.Stored.AuditAsync(id);
        audited.Orders.Count.ShouldBe(told.Sum(orders => orders.Count));
        foreach (var order in told.SelectMany(orders => orders)) audited.Order(order.Id)!.Units.ShouldBe(order.Units);
    }
}
