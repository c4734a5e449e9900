using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>Silos whose clock is off the database's, among others whose is right.</summary>
public sealed class ClockTests
{
    [Fact]
    public async Task A_silo_whose_clock_is_off_takes_no_batch()
    {
        await using var cluster = await SaleHarness.StartAsync();
        var silo = cluster.Silos[0];
        cluster.ClocksOff[silo] = true;
        await Should.ThrowAsync<SaleUnavailableException>(() => cluster.CreateBatchAsync());

        cluster.ClocksOff.Clear();
        await cluster.CreateBatchAsync();
    }

    [Fact]
    public async Task A_batch_leaves_a_silo_whose_clock_goes_off_and_is_sold_on_elsewhere()
    {
        await using var cluster = await SaleHarness.StartAsync(new() { Silos = 3 });
        var batch = await cluster.CreateBatchAsync(stock: 2);
        (await batch.AskAsync(Wants("weibo:a"))).Outcomes.Single().Refused.ShouldBeNull();
        var home = cluster.PlaceOf(batch.Actor)!;

        cluster.ClocksOff[home] = true;
        await Eventually.HoldsAsync(
            () =>
            {
                cluster.Clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(!home.Equals(cluster.PlaceOf(batch.Actor)));
            },
            "the batch leaves the silo");
        // The next request may go to the same silo, which refuses it. So the caller retries.
        PurchaseOutcomes? outcomes = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    outcomes = await batch.AskAsync(Wants("weibo:b"), Wants("weibo:a"), Wants("weibo:c"));
                    return true;
                }
                catch (Exception e) when (LostInfrastructure.Is(e))
                {
                    return false;
                }
            },
            "another silo takes the batch");

        outcomes!.Outcomes.Select(outcome => outcome.Refused).ShouldBe([null, null, Refusal.SoldOut]);
        cluster.PlaceOf(batch.Actor).ShouldNotBe(home);
    }
}
