using System.Diagnostics;
using OrleansSale.Tests.Failover.Stage;

namespace OrleansSale.Tests.Failover;

/// <summary>The silo that owns the batch dies, or is frozen until everybody takes it for dead.</summary>
public sealed class OwnerTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int PurchasesBefore = 300, PurchasesAfter = 200;
    private const int PurchasesOfAUser = 60;

    private static readonly TimeSpan NextPurchaseWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(30);

    /// <summary><c>FAILOVER_ENTRIES</c>: how many purchases the ledger has before the kill.</summary>
    [Fact]
    public async Task The_next_purchase_after_the_kill_of_the_owner_is_answered_within_5_seconds_and_nobody_sees_an_error()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        var before = Chance.FromEnvironment("FAILOVER_ENTRIES") ?? PurchasesBefore;
        var load = new Load();
        if (before > PurchasesBefore)
        {
            var shoppers = Math.Max(load.Shoppers, before / PurchasesOfAUser);
            load = load with { Units = 2 * before, Shoppers = shoppers, ActiveOfAShare = 2 * shoppers / load.Askers };
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
        next.ShouldBeLessThan(NextPurchaseWithin);
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
        var ended = await zombie.Process.EndsAsync(SettlesWithin);
        output.WriteLine(ended ? $"{zombie.Name} has ended itself" : $"{zombie.Name} lives on");
        await sale.SellsAsync(PurchasesAfter);
        await sale.EndAsync();
        await zombie.HealAsync(TestContext.Current.CancellationToken);
        zombie.IsUp.ShouldBeTrue();
    }
}
