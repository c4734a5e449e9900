using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// A batch of a <see cref="SaleHarness"/>. Tests speak of users and of their keys; here they become what the ledger
/// knows, as at a front.
/// </summary>
public sealed class TestBatch
{
    /// <summary>The operator of all commands here.</summary>
    public const string Operator = "weibo:op";

    internal TestBatch(SaleHarness harness, string id, IGrainFactory actors)
    {
        (Harness, Id, Actors) = (harness, id, actors);
        Actor = actors.GetGrain<ISaleBatchGrain>(id);
    }

    /// <summary>The batch id.</summary>
    public string Id { get; }

    /// <summary>Its terms. Only of a batch of <see cref="SaleHarness.CreateBatchAsync"/>.</summary>
    public BatchTerms Terms => Harness.TermsOf(Id);

    /// <summary>The batch's actor, for all that is not offered here.</summary>
    public ISaleBatchGrain Actor { get; }

    /// <summary>What turns users into aliases: see <see cref="SaleHarness.KeyOf"/>.</summary>
    public BatchKey Key => Harness.KeyOf(Id);

    internal SaleHarness Harness { get; }

    internal IGrainFactory Actors { get; }

    /// <summary>What stands for a user in the ledger.</summary>
    public Alias AliasOf(string user) => Key.AliasOf(user);

    /// <summary>A buyer of this batch.</summary>
    /// <param name="user">Such as <c>weibo:alice</c>.</param>
    public Buyer Buyer(string user) => new(this, user);

    /// <summary>Several purchases in one call, decided in this order.</summary>
    public async Task<PurchaseOutcomes> AskAsync(params Wish[] wishes)
    {
        var secret = Key;
        return await Actor.PurchaseAsync(new PurchaseCall([.. wishes.Select(wish => RequestOf(secret, wish))]));
    }

    /// <summary>A purchase that a ticket vouches for, whether or not the user has reserved.</summary>
    public async Task<PurchaseOutcome> BuyAsync(string user, int quantity = 1, string? key = null) =>
        (await AskAsync(Requests.Wants(user, quantity, key))).Outcomes.Single();

    /// <summary>The order of a purchase that a ticket vouches for, whether or not the user has reserved.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<OrderView> OrderAsync(string user, int quantity = 1, string? key = null)
    {
        var outcome = await BuyAsync(user, quantity, key);
        return outcome.Order ?? throw new RefusedException(outcome.Refused!.Value, user);
    }

    /// <summary>A buyer takes a place in the line; a ticket vouches for the reservation.</summary>
    /// <exception cref="RefusedException">They cannot.</exception>
    public async Task<PlaceView> StandByAsync(string user, int quantity = 1, string? key = null)
    {
        var outcome = (await AskAsync(Requests.StandsBy(user, quantity, key))).Outcomes.Single();
        return outcome.Place ?? throw new RefusedException(outcome.Refused ?? Refusal.Conflict, user);
    }

    /// <summary>A buyer's newest place in the line.</summary>
    /// <exception cref="RefusedException">They never joined it.</exception>
    public async Task<PlaceView> PlaceAsync(string user)
    {
        var answer = await Actor.GetPlaceAsync(AliasOf(user));
        return answer.Value ?? throw new RefusedException(answer.Refused!.Value, user);
    }

    /// <summary>The provider says that the order's buyer has paid the order's amount.</summary>
    public Task<Answer<CaptureResult>> PayAsync(OrderView order, string payment) =>
        Actor.CaptureAsync(CaptureOf(order, payment));

    /// <summary>What the provider says when the order's buyer has paid the order's amount.</summary>
    public static Capture CaptureOf(OrderView order, string payment) =>
        new(order.Seq, SoleProvider.Name, payment, order.Buyer, order.Amount);

    /// <summary>The buyer cancels.</summary>
    public Task<Answer<OrderView>> CancelAsync(OrderView order) => Actor.CancelOrderAsync(order.Seq, order.Buyer);

    /// <summary>The operator cancels.</summary>
    public Task<Answer<OrderView>> CancelByOperatorAsync(
        OrderView order, CancelReason reason = CancelReason.Unstated) =>
        Actor.CancelOrderByOperatorAsync(order.Seq, AliasOf(Operator), reason);

    /// <summary>The operator commands.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="units">How many units to restock or withdraw; 0 for the others.</param>
    /// <param name="key">Idempotency-Key; null: one that names action and units.</param>
    public Task<Answer<Effect>> OperateAsync(OperatorAction action, int units = 0, string? key = null)
    {
        var secret = Key;
        var by = secret.AliasOf(Operator);
        return Actor.OperateAsync(
            new OperatorCommand(action, units, "因为", by, secret.HashOf(by, key ?? $"{action}-{units}")));
    }

    /// <summary>A command of the operator without units.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="key">Idempotency-Key.</param>
    public OperatorCommand CommandOf(OperatorAction action, string key)
    {
        var secret = Key;
        var by = secret.AliasOf(Operator);
        return new OperatorCommand(action, 0, "因为", by, secret.HashOf(by, key));
    }

    /// <summary>The state of an order now.</summary>
    public async Task<OrderStatus> StatusAsync(OrderView order) =>
        (await Actor.GetOrderAsync(order.Seq, owner: null)).Value!.Status;

    /// <summary>The board now.</summary>
    public async Task<BatchSnapshot> BoardAsync() => (await Actor.ReadBoardAsync(0))!.Snapshot;

    private static PurchaseRequest RequestOf(BatchKey secret, Wish wish)
    {
        var buyer = secret.AliasOf(wish.User);
        return new PurchaseRequest(
            buyer, wish.Key is null ? null : secret.HashOf(buyer, wish.Key), wish.Quantity, wish.Reservation,
            wish.ByTicket, wish.Standby);
    }
}
