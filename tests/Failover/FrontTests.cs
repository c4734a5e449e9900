using OrleansSale.Tests.Failover.Stage;

namespace OrleansSale.Tests.Failover;

/// <summary>A front dies; its clients go to the other one with the same keys.</summary>
public sealed class FrontTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int PurchasesBefore = 200, PurchasesAfter = 300;

    [Fact]
    public async Task The_clients_of_a_killed_front_find_at_the_other_one_what_they_bought_and_go_on()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(
            cluster, stage.Secrets, "front", new Load { CashierMayBeAway = true }, output);
        sale.Start();
        await sale.SellsAsync(PurchasesBefore);
        var front = cluster.Fronts[sale.Campaign.Random.Next(cluster.Fronts.Count)];
        output.WriteLine($"{front.Name} is killed");
        await front.KillAsync();
        await sale.SellsAsync(PurchasesAfter);
        await front.StartAsync(TestContext.Current.CancellationToken);
        await sale.EndAsync();
    }
}
