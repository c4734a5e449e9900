using OrleansSale.Tests.Failover.Stage;

namespace OrleansSale.Tests.Failover;

/// <summary>Every program of the cluster is stopped and started again, one after the other, while it sells.</summary>
public sealed class RollingRestartTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int Purchases = 100;

    // The pause between two purchases leaves the starting programs some processor time.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(30), AsksAgainFor = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_rolling_restart_costs_no_purchase_of_a_client_that_follows_Retry_After()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        await using var sale = await SaleUnderLoad.OpenAsync(
            cluster,
            stage.Secrets,
            "rolling",
            new Load { Pause = Pause, AsksAgainFor = AsksAgainFor, CashierMayBeAway = true },
            output);
        sale.Start();
        await sale.SellsAsync(Purchases);
        foreach (var member in cluster.Silos.Concat(cluster.Fronts))
        {
            (await member.StopAsync(StopWithin))
                .ShouldBeTrue($"{member.Name} ends in an orderly way:\n{member.Output}");
            await member.StartAsync(TestContext.Current.CancellationToken);
            output.WriteLine(
                $"{member.Name} is ready again {member.Process.ToReady.TotalSeconds:0.0} s after its start");
        }

        await sale.SellsAsync(Purchases);
        await sale.EndAsync();
        sale.Life.Outcomes.ShouldNotContain("buys: overloaded");
    }
}
