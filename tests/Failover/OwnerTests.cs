using System.Diagnostics;
using OrleansSale.Tests.Failover.Stage;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover;

/// <summary>The silo that owns the batch dies, or is frozen until everybody takes it for dead.</summary>
public sealed class OwnerTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int PurchasesBefore = 300, PurchasesAfter = 200;
    private const int PurchasesOfAUser = 60;

    // The promise for a quiet machine, and a bound for a busy one.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5), Bound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);

    /// <summary>
    /// <c>FAILOVER_ENTRIES</c>: how many purchases the ledger has before the kill. Then 5 s are demanded, so set it on
    /// a machine that does nothing else.
    /// </summary>
    [Fact]
    public async Task The_next_purchase_after_the_kill_of_the_owner_is_answered_soon_and_no_error_is_seen()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        var chosen = Chance.FromEnvironment("FAILOVER_ENTRIES");
        var before = chosen ?? PurchasesBefore;
        var load = new Load();
        if (before > PurchasesBefore)
        {
            load = load with { Units = 2 * before, Shoppers = Math.Max(load.Shoppers, before / PurchasesOfAUser) };
        }

        await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "kill", load, output);
        sale.Start();
        await sale.SellsAsync(before);
        var owner = await cluster.OwnerAsync(sale.Batch);
        await owner.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        var next = await sale.NextPurchaseAfterAsync(killed);
        output.WriteLine($"next acknowledged purchase after the kill of {owner.Name}: {next.TotalSeconds:0.00} s");
        await sale.SellsAsync(PurchasesAfter);
        await owner.StartAsync(TestContext.Current.CancellationToken);
        await sale.EndAsync();
        (await cluster.OwnerAsync(sale.Batch)).ShouldNotBe(owner);
        next.ShouldBeLessThan(chosen is null ? Bound : Promised);
    }

    [Fact]
    public async Task An_owner_that_was_frozen_until_another_silo_sold_and_restocked_sells_nothing_when_it_wakes_up()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "freeze", new Load(), output);
        sale.Start();
        await sale.SellsAsync(PurchasesBefore);
        var zombie = await cluster.OwnerAsync(sale.Batch);
        zombie.Freeze();
        var frozen = Stopwatch.GetTimestamp();
        var owner = await cluster.OwnerAsync(sale.Batch, other: zombie);
        var next = await sale.NextPurchaseAfterAsync(frozen);
        output.WriteLine($"{zombie.Name} is frozen; {owner.Name} sells after {next.TotalSeconds:0.00} s");
        await sale.RestockAsync();
        await sale.SellsAsync(PurchasesAfter);

        zombie.Continue();
        (await zombie.Process.EndsAsync(EndsWithin))
            .ShouldBeTrue($"{zombie.Name} was taken for dead and ends itself:\n{zombie.Output}");
        await sale.SellsAsync(PurchasesAfter);
        await sale.EndAsync();
        await zombie.HealAsync(TestContext.Current.CancellationToken);
        zombie.IsUp.ShouldBeTrue();
    }
}
