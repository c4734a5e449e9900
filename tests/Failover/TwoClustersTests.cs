using OrleansSale.Tests.Engine.Cluster;
using OrleansSale.Tests.Failover.Stage;

namespace OrleansSale.Tests.Failover;

/// <summary>
/// Two clusters that know nothing of each other sell the same batch: nothing but the database's refusal of a second
/// entry under one sequence stands between them and a unit sold twice.
/// </summary>
public sealed class TwoClustersTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int PurchasesOfEach = 40;

    [Fact]
    public async Task Two_clusters_on_one_database_sell_the_same_batch_at_once_and_no_unit_twice()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "twice", new Load(), output);
        await using var other = await ClusterProcesses.StartAsync(
            stage.Plan(new(stage.ConnectionString, ClusterId: "other")) with { Silos = 1, Fronts = 1 },
            TestContext.Current.CancellationToken);
        sale.Join(other);
        sale.Start();
        await sale.HoldsAsync(
            () => Enumerable.Range(0, sale.Fronts).All(front => sale.Life.PurchasesOf(front) >= PurchasesOfEach),
            $"{PurchasesOfEach} purchases at each front");
        output.WriteLine("purchases: " +
            string.Join(", ", Enumerable.Range(0, sale.Fronts).Select(front => sale.Life.PurchasesOf(front))));
        await sale.EndAsync();
    }
}
