using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Messages;

/// <summary>A sale whose channel takes messages, and what tests of messages do with it again and again.</summary>
public abstract class MessageSale : IAsyncLifetime
{
    protected static readonly PostPlace Hook = new("https://shop.example/hook", true, TakesMessages: true);
    protected static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    // Each test has its own cluster, because some kill its silo or fail its storage.
    protected SaleHarness Sale { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Sale.InitializeAsync();
        Sale.Posts.Places["weibo"] = Hook;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Sale.DisposeAsync();
    }

    protected Schedule OpenNow => new(
        Sale.Clock.Now.AddHours(-1), Sale.Clock.Now.AddHours(1), Sale.Clock.Now.AddHours(2),
        Sale.Clock.Now.AddHours(3));

    protected IMessageIndexGrain Index => Sale.Actors.GetGrain<IMessageIndexGrain>(IMessageIndexGrain.Key);

    protected IMessagesGrain ActorOf(TestBatch batch) => Sale.Actors.GetGrain<IMessagesGrain>(batch.Id);

    protected async Task<(TestBatch Batch, Buyer Buyer, OrderView Order)> PaidAsync(string user)
    {
        var batch = await Sale.CreateBatchAsync(opensIn: TenMinutes);
        var buyer = batch.Buyer(user);
        await buyer.ReserveAsync();
        await Sale.Clock.AdvanceToAsync(batch.Terms.Schedule.SaleOpens);
        var order = await buyer.BuyAsync();
        await buyer.PayAsync(order);
        return (batch, buyer, order);
    }

    protected static async Task<bool> RefundedAsync(TestBatch batch, int count)
    {
        var orders = await batch.Actor.ListOrdersAsync(0, count);
        return orders.Orders.Count(order => order.Status == OrderStatus.Refunded) == count;
    }

    protected Task UntilSentAsync(TestBatch batch, int count) => Sale.UntilAsync(
        () => Task.FromResult(Sale.Posts.MessagesOf(batch.Id).Count >= count), $"{count} messages");

    // Nothing waits, and nothing is unread: two refunds are two messages, so the batch has told of both.
    protected Task UntilIdleAsync(TestBatch batch) => Sale.UntilAsync(
        async () =>
        {
            try
            {
                return !await ActorOf(batch).WakeAsync() && !(await ActorOf(batch).ListAsync())
                    .Any(message => message.Delivery.State == DeliveryState.Waiting);
            }
            catch (Exception e) when (LostInfrastructure.Is(e))
            {
                // A test has cut it off.
                return false;
            }
        },
        "nothing waits");
}
