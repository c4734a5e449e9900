using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Orders;

/// <summary>Orders whose payment is owed back, and the passing of time until it is.</summary>
internal static class OwedRefunds
{
    public static async Task<(string Batch, OrderView Order)> OrderAsync(this SaleHarness sale)
    {
        var id = (await sale.CreateBatchAsync()).Id;
        return (id, await sale.Batch(id).OrderAsync("weibo:a"));
    }

    // The order was paid and then cancelled: its payment p-1 is owed back, and no timer has ticked yet.
    public static async Task<(string Batch, OrderView Order)> OwedAsync(this SaleHarness sale)
    {
        var (id, order) = await sale.OrderAsync();
        await sale.Batch(id).PayAsync(order, "p-1");
        (await sale.Batch(id).CancelAsync(order)).Value!.Status.ShouldBe(OrderStatus.Refunding);
        return (id, order);
    }

    public static Task UntilRefundedAsync(this SaleHarness sale, string batch, string payment) => sale.TickUntilAsync(
        async () => (await sale.Stored.AuditAsync(batch)).PaymentOf(payment).End == PaymentEnd.Refunded,
        $"{payment} is paid back");

    public static Task TickUntilAsync(this SaleHarness sale, Func<bool> condition, string what) =>
        sale.TickUntilAsync(() => Task.FromResult(condition()), what);

    public static Task TickUntilAsync(this SaleHarness sale, Func<Task<bool>> condition, string what) =>
        Eventually.HoldsAsync(
            async () =>
            {
                if (await condition()) return true;
                await sale.Clock.AdvanceAsync(Agenda.Period);
                return false;
            },
            what);

    // Calls within a silo arrive in order. When the three return, what the batch and the order's actor asked of each
    // other is done.
    public static async Task UntilIdleAsync(this SaleHarness sale, string order)
    {
        var batch = sale.Batch(order[..order.IndexOf('.', StringComparison.Ordinal)]);
        await batch.Actor.WakeAsync();
        await sale.Order(order).ForgetRefundAsync("none", "none");
        await batch.Actor.WakeAsync();
    }

    public static async Task TickForAsync(this SaleHarness sale, TimeSpan span, string order)
    {
        for (var left = span; left > TimeSpan.Zero; left -= Agenda.Period)
        {
            await sale.Clock.AdvanceAsync(Agenda.Period);
            await sale.UntilIdleAsync(order);
        }
    }
}
