using OrleansSale.Tests.Failover.Stage;
using OrleansSale.Tests.Shopping;

namespace OrleansSale.Tests.Failover;

/// <summary>The silo that owns a batch with a line dies while units are released and offered.</summary>
public sealed class LineTests(ClusterStage stage, ITestOutputHelper output)
{
    private const int Units = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task A_line_whose_owner_is_killed_is_served_on_by_another_and_nobody_is_overtaken()
    {
        var cluster = await stage.ClusterAsync(TestContext.Current.CancellationToken);
        var load = new Load
        {
            Units = Units,
            PerUserLimit = 2,
            StandbyLimit = 60,
            Shoppers = 150,
            Habits = Habits.Waiting,
            Pause = Pause,
        };
        await using var sale = await SaleUnderLoad.OpenAsync(cluster, stage.Secrets, "line", load, output);
        sale.Start();
        // More than there are units, so some of them were released and offered to the line.
        await sale.SellsAsync(Units + 10);
        var owner = await cluster.OwnerAsync(sale.Batch);
        await owner.KillAsync();
        // No more than all units can have been held by then, so the last of these were offered by the new owner.
        await sale.SellsAsync(Units + 10);
        await owner.StartAsync(TestContext.Current.CancellationToken);
        await sale.EndAsync();
        (await cluster.OwnerAsync(sale.Batch)).ShouldNotBe(owner);
        sale.Campaign.SaleRecord.Places.ShouldBeGreaterThan(0);
    }
}
