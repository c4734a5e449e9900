using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using static OrleansSale.Tests.Cluster.Requests;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>The silo of a batch goes; the batch goes on elsewhere.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task A_batch_moved_under_load_loses_nothing_that_was_told()
    {
        await using var sale = await SaleCluster.StartAsync(silos: 2);
        var id = await sale.CreateBatchAsync(stock: 500);
        var batch = sale.Batch(id);
        sale.Ledger.AppendLatency = TimeSpan.FromMilliseconds(2);
        var buying = Task.WhenAll(Enumerable.Range(0, 20).Select(buyer => Task.Run(async () =>
        {
            var orders = new List<OrderView>();
            for (var i = 0; i < 20; i++) orders.Add(await Patience.AskAsync(() => batch.OrderAsync($"u{buyer}-{i}", key: "k")));
            return orders;
        })));
        for (var move = 0; move < 6 && !buying.IsCompleted; move++)
        {
            // To where it is not: a move to its own place would be none, and never be over.
            var here = sale.PlaceOf(batch);
            await sale.Cluster.MigrateAsync(batch, sale.Cluster.Silos.First(silo => !silo.SiloAddress.Equals(here)).SiloAddress);
            await Patience.AskAsync(() => batch.WakeAsync());
            sale.PlaceOf(batch).ShouldNotBe(here);
        }

        var told = (await buying).SelectMany(orders => orders).ToList();

        var audited = await sale.Stored.AuditAsync(id);
        audited.Orders.Count.ShouldBe(400);
        foreach (var order in told) audited.Order(order.Id)!.Units.ShouldBe(order.Units);
        sale.Ledger.MostUnderWay(Streams.OfBatch(id)).ShouldBe(1);
    }

    [Fact]
    public async Task Deadlines_go_on_when_the_silo_of_the_batch_is_killed()
    {
        await using var sale = await SaleCluster.StartAsync(silos: 2);
        var victim = sale.Cluster.Silos[1];
        var terms = Terms("killed", sale.Clock.Now, stock: 1);
        var batch = sale.Batch("killed");
        await SaleCluster.OnAsync(victim.SiloAddress, () => batch.CreateAsync(terms));
        var order = await batch.OrderAsync("a");
        await sale.Cluster.KillSiloAsync(victim, TestContext.Current.CancellationToken);
        await sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(31));

        await Patience.AskAsync(() => sale.Catalogue.WakeAllAsync());
        await Eventually.HoldsAsync(
            async () =>
            {
                await sale.Clock.AdvanceAsync(SaleBatchGrain.TickPeriod);
                return await Patience.AskAsync(() => batch.StatusAsync(order)) == OrderStatus.Expired;
            },
            "the hold ends");
        (await batch.OrderAsync("b")).Units.ShouldBe(order.Units);
        await sale.Stored.AuditAsync("killed");
    }
}
