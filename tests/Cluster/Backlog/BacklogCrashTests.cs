using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Tests.Cluster.Erasing;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Backlog;

/// <summary>
/// A crash at any change of storage, from the end of one batch to the end of the next one's carrying, loses, doubles
/// and overtakes nobody.
/// </summary>
public sealed class BacklogCrashTests
{
    private static readonly string[] Waiting = ["weibo:a", "weibo:b", "weibo:c"];

    [Fact]
    public async Task Wherever_the_engine_is_killed_everybody_is_carried_once_and_in_order()
    {
        var stops = new List<string>();
        for (var step = 0; ; step++)
        {
            var (before, after) = (await KilledAsync(step, isStored: false), await KilledAsync(step, isStored: true));
            if (before is null && after is null) break;
            stops.Add(before ?? after!);
        }
        // Each hand-over was interrupted.
        stops.ShouldContain("write backlog");
        stops.Count(stop => stop == "write backlog").ShouldBeGreaterThanOrEqualTo(3);
        stops.Count(stop => stop.StartsWith("append", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(6);
    }

    // Where it was killed; null: nowhere, because it was through before.
    private static async Task<string?> KilledAsync(int step, bool isStored)
    {
        await using var sale = await SaleHarness.StartAsync();
        var first = await sale.SoldOutAsync(Waiting);
        var second = await sale.NextAsync(backlogUnits: 1, stock: 1);
        await sale.Catalogue.AddAsync(first.Id);
        await sale.Catalogue.AddAsync(second.Id);

        var storage = new FailingStorage(sale, step, isStored);
        await TryAsync(sale, first, second, storage);
        storage.Repair();
        if (storage.StoppedAt is not null)
        {
            await sale.KillSiloAsync();
            first = sale.Batch(first.Id);
            second = sale.Batch(second.Id);
            // The end may not have been stored.
            await first.OperateAsync(OperatorAction.Close);
            await sale.UntilAsync(() => Task.FromResult(sale.StoredRanges().Count > 0), "it is handed over");
            await sale.OpenAsync(second);
        }

        (await sale.JoinedAsync(second)).Select(joined => joined.Buyer).ShouldBe(Waiting.Select(second.AliasOf));
        (await sale.JoinedAsync(second)).Select(joined => joined.Origin!.Value).ShouldBe(
            [new Origin(first.Id, 1), new Origin(first.Id, 2), new Origin(first.Id, 3)]);
        await sale.UntilAsync(
            () => Task.FromResult(sale.StoredRanges().Single().State == BacklogState.Carried), "it is carried");
        await sale.Stored.AuditAsync(first.Id);
        await sale.Stored.AuditAsync(second.Id);
        return storage.StoppedAt;
    }

    // From the end of the first batch until all is done, or storage has failed.
    private static async Task TryAsync(
        SaleHarness sale, TestBatch first, TestBatch second, FailingStorage storage)
    {
        try
        {
            await first.OperateAsync(OperatorAction.Close);
        }
        catch (Exception) when (storage.StoppedAt is not null)
        {
            return;
        }
        await sale.UntilAsync(
            () => Task.FromResult(storage.StoppedAt is not null || sale.StoredRanges().Count > 0), "it is handed over");
        if (storage.StoppedAt is not null) return;
        await sale.Clock.AdvanceToAsync(second.Terms.Schedule.SaleOpens);
        await sale.UntilAsync(
            async () => storage.StoppedAt is not null || (await sale.IsCarriedAsync(second)
                && sale.StoredRanges().Single().State == BacklogState.Carried),
            "all are carried");
        await sale.Clock.AdvanceAsync(Agenda.Period);
    }
}
