using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Cluster;

/// <summary>
/// A batch by its actor. Tests speak of users and of their keys; here they become what the ledger knows, as at a front.
/// </summary>
internal sealed class TestBatch(string id, ISaleBatchGrain actor, Func<BatchKey> key)
{
    /// <summary>The operator of all commands here.</summary>
    public const string Operator = "weibo:op";

    public string Id => id;

    public ISaleBatchGrain Actor => actor;

    /// <summary>What turns users into aliases. Of a batch that was never created, one that nobody else has.</summary>
    public BatchKey Key => key();

    public Alias AliasOf(string user) => Key.AliasOf(user);

    public async Task<PurchaseOutcomes> AskAsync(params Wish[] wishes)
    {
        var secret = Key;
        return await actor.PurchaseAsync(new PurchaseCall([.. wishes.Select(wish => RequestOf(secret, wish))]));
    }

    public async Task<PurchaseOutcome> BuyAsync(string user, int quantity = 1, string? key = null) =>
        (await AskAsync(Requests.Wants(user, quantity, key))).Outcomes.ShouldHaveSingleItem();

    public async Task<OrderView> OrderAsync(string user, int quantity = 1, string? key = null)
    {
        var outcome = await BuyAsync(user, quantity, key);
        outcome.Refused.ShouldBeNull();
        return outcome.Order!;
    }

    public Task<Answer<CaptureResult>> PayAsync(OrderView order, string payment) => actor.CaptureAsync(CaptureOf(order, payment));

    public static Capture CaptureOf(OrderView order, string payment) =>
        new(order.Seq, SoleProvider.Name, payment, order.Buyer, order.Amount);

    /// <summary>The buyer cancels.</summary>
    public Task<Answer<OrderView>> CancelAsync(OrderView order) => actor.CancelOrderAsync(order.Seq, order.Buyer);

    /// <summary>An operator cancels.</summary>
    public Task<Answer<OrderView>> CancelByOperatorAsync(OrderView order, CancelReason reason = CancelReason.Unstated) =>
        actor.CancelOrderByOperatorAsync(order.Seq, AliasOf(Operator), reason);

    public Task<Answer<Effect>> OperateAsync(OperatorAction action, int units = 0, string? key = null)
    {
        var secret = Key;
        var by = secret.AliasOf(Operator);
        return actor.OperateAsync(new OperatorCommand(action, units, "因为", by, secret.HashOf(by, key ?? $"{action}-{units}")));
    }

    public async Task<OrderStatus> StatusAsync(OrderView order) => (await actor.GetOrderAsync(order.Seq, owner: null)).Value!.Status;

    public async Task<BatchSnapshot> BoardAsync() => (await actor.ReadBoardAsync(0))!.Snapshot;

    private static PurchaseRequest RequestOf(BatchKey secret, Wish wish)
    {
        var buyer = secret.AliasOf(wish.User);
        return new PurchaseRequest(
            buyer, wish.Key is null ? null : secret.HashOf(buyer, wish.Key), wish.Quantity, wish.Reservation, wish.ByTicket);
    }
}
