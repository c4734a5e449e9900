using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Cluster;

/// <summary>What buyers and operators say, in short form.</summary>
internal static class Requests
{
    public static readonly Money Price = new(199_900, "CNY");

    public static BatchTerms Terms(string id, DateTimeOffset now, int stock = 10, int limit = 1, int windowSeconds = 900) => new(
        id, new Product("mi2", "小米 Mi2 16 GB", Price, "/img/mi2.png"), ["weibo", "web-2"], stock, limit, windowSeconds,
        new Schedule(now.AddHours(-2), now.AddHours(-1), now.AddMinutes(-1), now.AddHours(10)));

    public static PurchaseRequest Wants(
        string user, int quantity = 1, string? key = null, long reservation = 1, bool byTicket = true) =>
        new($"weibo:{user}", key, quantity, reservation, byTicket);

    public static Task<PurchaseOutcomes> AskAsync(this ISaleBatchGrain batch, params PurchaseRequest[] requests) =>
        batch.PurchaseAsync(new PurchaseCall(requests));

    public static async Task<PurchaseOutcome> BuyAsync(this ISaleBatchGrain batch, string user, int quantity = 1, string? key = null) =>
        (await batch.AskAsync(Wants(user, quantity, key))).Outcomes.ShouldHaveSingleItem();

    public static async Task<OrderView> OrderAsync(this ISaleBatchGrain batch, string user, int quantity = 1, string? key = null)
    {
        var outcome = await batch.BuyAsync(user, quantity, key);
        outcome.Refused.ShouldBeNull();
        return outcome.Order!;
    }

    public static Task<Answer<CaptureResult>> PayAsync(this ISaleBatchGrain batch, OrderView order, string payment) =>
        batch.CaptureAsync(new Capture(order.Seq, payment, order.User, order.Amount));

    public static async Task<OrderStatus> StatusAsync(this ISaleBatchGrain batch, OrderView order) =>
        (await batch.GetOrderAsync(order.Seq, owner: null)).Value!.Status;

    public static async Task<BatchSnapshot> BoardAsync(this ISaleBatchGrain batch) => (await batch.ReadBoardAsync(0))!.Snapshot;

    public static OperatorCommand Command(OperatorAction action, int units = 0, string? key = null) =>
        new(action, units, "因为", "weibo:op", key ?? $"{action}-{units}");
}
