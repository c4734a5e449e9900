using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Orders;
using OrleansSale.Grains.Reservations;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Reservations;

/// <summary>A user who reserves and says where to deliver, and what is stored of it.</summary>
public abstract class ReservedDeliverySale(SharedSale sale) : IClassFixture<SharedSale>
{
    protected const string User = "weibo:小明";
    protected const string State = "reserved-delivery";

    protected static readonly Delivery Home = new("王小明", "+86 10 5555 0100", "北京市海淀区清河中街 68 号");
    protected static readonly Delivery Work = new("王小明", "+86 10 5555 0199", "北京市朝阳区");

    protected SharedSale Sale => sale;

    protected Schedule Open => new(
        sale.Clock.Now.AddHours(-1), sale.Clock.Now.AddHours(1), sale.Clock.Now.AddHours(2),
        sale.Clock.Now.AddHours(3));

    protected async Task<(TestBatch Batch, UserReservation Reservation)> ReserveAsync(int limit = 1)
    {
        var batch = await sale.CreateBatchAsync(limit: limit);
        var reservation = sale.Reservation(batch.Id, User);
        (await reservation.ReserveAsync(Open)).Refused.ShouldBeNull();
        return (batch, reservation);
    }

    // As a front asks: the batch first.
    protected async Task<Delivery?> FindAsync(OrderView order)
    {
        var now = await sale.Batch(order.Batch).Actor.GetOrderAsync(order.Seq, order.Buyer);
        return await sale.Order(order.Id).FindDeliveryAsync(now.Value!);
    }

    protected ReservedDeliveryDocument? StoredOf(UserReservation reservation) =>
        sale.Documents.Find<ReservedDeliveryDocument>(State, reservation.Key);

    protected OrderDocuments? DocumentsOf(OrderView order) => sale.Documents.Find<OrderDocuments>("order", order.Id);
}
