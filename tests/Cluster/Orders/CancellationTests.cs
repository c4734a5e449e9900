using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>Who cancelled an order is told to its buyer and kept in the ledger.</summary>
public sealed class CancellationTests(SharedSale sale) : IClassFixture<SharedSale>
{
    [Fact]
    public async Task A_cancellation_by_an_operator_is_told_apart_from_the_buyers_own_and_from_an_expiry()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var batch = sale.Batch(id);
        var (own, fraud, expired) =
            (await batch.OrderAsync("weibo:a"), await batch.OrderAsync("weibo:b"), await batch.OrderAsync("weibo:c"));
        (await batch.CancelAsync(own)).Value!.Status.ShouldBe(OrderStatus.Cancelled);
        (await batch.CancelByOperatorAsync(fraud, CancelReason.SuspectedFraud)).Value!.Status.ShouldBe(
            OrderStatus.Cancelled);
        await sale.Clock.AdvanceToAsync(expired.PayBy.AddSeconds(31));
        // A repeat changes nothing, not even by the other of the two.
        await batch.CancelByOperatorAsync(own, CancelReason.Mistake);
        await batch.CancelAsync(fraud);

        var by = batch.AliasOf(TestBatch.Operator);
        for (var activation = 0; activation < 2; activation++)
        {
            (await CancelledAsync(batch, own)).ShouldNotBeNull().Operator.ShouldBeNull();
            (await CancelledAsync(batch, fraud)).ShouldBe(new Cancellation(by, CancelReason.SuspectedFraud));
            (await CancelledAsync(batch, expired)).ShouldBeNull();
            await sale.DeactivateAsync(batch.Actor);
        }
        var released = (await sale.Stored.EntriesOfAsync(id)).Select(entry => entry.Entry).OfType<Released>().ToList();
        released.Select(entry => (entry.Order, entry.Why, entry.By, entry.Reason)).ShouldBe([
            (own.Seq, ReleaseReason.Cancelled, null, null),
            (fraud.Seq, ReleaseReason.Cancelled, by, CancelReason.SuspectedFraud),
            (expired.Seq, ReleaseReason.Expired, null, null),
        ]);
        (await sale.Stored.AuditAsync(id)).Order(fraud.Id)!.CancelledBy.ShouldBe(by.ToString());
    }

    private static async Task<Cancellation?> CancelledAsync(TestBatch batch, OrderView order) =>
        (await batch.Actor.GetOrderAsync(order.Seq, order.Buyer)).Value!.Cancelled;
}
