using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Backlog;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Backlog;

/// <summary>Batches of one product, one after the other.</summary>
internal static class Waves
{
    public const string Product = "mi2";

    /// <summary>The backlog of the product.</summary>
    public static IBacklogGrain Backlog(this SaleHarness sale) => sale.Actors.GetGrain<IBacklogGrain>(Product);

    /// <summary>The ranges as they are stored.</summary>
    public static List<BacklogRange> StoredRanges(this SaleHarness sale) =>
        sale.Documents.Find<BacklogBook>("backlog", Product)?.Ranges ?? [];

    /// <summary>A batch that is sold out, and these users wait.</summary>
    public static Task<TestBatch> SoldOutAsync(this SaleHarness sale, params string[] waiting) =>
        sale.SoldOutAsync(terms => terms, waiting);

    /// <summary>A batch of other terms that is sold out, and these users wait.</summary>
    public static async Task<TestBatch> SoldOutAsync(
        this SaleHarness sale, Func<BatchTerms, BatchTerms> change, params string[] waiting)
    {
        var batch = await sale.CreateBatchAsync(
            stock: 1, limit: 2, change: terms => change(terms with { StandbyLimit = 2_000 }));
        await batch.OrderAsync("weibo:holder");
        foreach (var user in waiting)
        {
            await sale.ReserveAsync(batch, user);
            await batch.StandByAsync(user);
        }
        return batch;
    }

    /// <summary>A batch that has ended while these users waited, and has handed them over.</summary>
    public static async Task<TestBatch> EndedAsync(this SaleHarness sale, params string[] waiting)
    {
        var batch = await sale.SoldOutAsync(waiting);
        await sale.EndAsync(batch);
        return batch;
    }

    /// <summary>Closes a batch, and waits until it has handed over who waits.</summary>
    public static async Task EndAsync(this SaleHarness sale, TestBatch batch)
    {
        (await batch.OperateAsync(OperatorAction.Close)).Value.ShouldBe(Effect.Done);
        await sale.UntilAsync(
            () => Task.FromResult(sale.StoredRanges().Exists(range => range.Batch == batch.Id)), "it is handed over");
    }

    /// <summary>A batch of the product that opens in ten minutes.</summary>
    public static Task<TestBatch> NextAsync(
        this SaleHarness sale, int backlogUnits, int stock = 10, int limit = 2,
        Func<BatchTerms, BatchTerms>? change = null) => sale.CreateBatchAsync(
        stock, limit, opensIn: TimeSpan.FromMinutes(10),
        change: terms => (change ?? (same => same))(terms with { BacklogUnits = backlogUnits, StandbyLimit = 2_000 }));

    /// <summary>Opens a batch, and waits until it has carried everybody.</summary>
    public static async Task OpenAsync(this SaleHarness sale, TestBatch batch)
    {
        if (sale.Clock.Now < batch.Terms.Schedule.SaleOpens)
            await sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        await sale.UntilAsync(() => sale.IsCarriedAsync(batch), "all are carried");
    }

    /// <summary>Whether the ledger of a batch says that all were carried.</summary>
    public static async Task<bool> IsCarriedAsync(this SaleHarness sale, TestBatch batch) =>
        (await sale.Stored.TypesOfAsync(batch.Id)).Contains(nameof(BacklogCarried));

    /// <summary>Reserves for a user, whatever the schedule of the batch says.</summary>
    public static async Task ReserveAsync(this SaleHarness sale, TestBatch batch, string user)
    {
        var now = sale.Clock.Now;
        var reserved = await sale.Reservation(batch.Id, user)
            .ReserveAsync(new Schedule(now.AddHours(-1), now.AddHours(1), now.AddHours(2), now.AddHours(3)));
        reserved.Refused.ShouldBeNull();
    }

    /// <summary>The joined entries of a batch, in their order.</summary>
    public static async Task<Joined[]> JoinedAsync(this SaleHarness sale, TestBatch batch) =>
        [.. (await sale.Stored.EntriesOfAsync(batch.Id)).Select(entry => entry.Entry).OfType<Joined>()];

    /// <summary>Lets the batches tick until something holds.</summary>
    public static Task UntilAsync(this SaleHarness sale, Func<Task<bool>> holds, string what) =>
        Eventually.HoldsAsync(
            async () =>
            {
                await sale.Clock.AdvanceAsync(Agenda.Period);
                return await holds();
            },
            what);
}
