using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Harness;

/// <summary>
/// A buyer of a <see cref="TestBatch"/>, who does what a user does through a front: what failing infrastructure leaves
/// unanswered is asked again. What the engine refuses is thrown as <see cref="RefusedException"/>.
/// </summary>
public sealed class Buyer
{
    private readonly TestBatch _batch;
    private int _payments;

    internal Buyer(TestBatch batch, string user)
    {
        (_batch, User) = (batch, user);
        Reservation = batch.Harness.Reservation(batch.Id, user, batch.Actors);
    }

    /// <summary>The user, such as <c>weibo:alice</c>.</summary>
    public string User { get; }

    /// <summary>What stands for the user in the ledger.</summary>
    public Alias Alias => Reservation.Alias;

    /// <summary>The user's reservation, for all that is not offered here.</summary>
    public UserReservation Reservation { get; }

    /// <summary>Version of the reservation that purchases state; 0: none was made here.</summary>
    public long ReservedVersion { get; private set; }

    /// <summary>
    /// Reserves. The batch's schedule has to take reservations now: see <see cref="SaleHarness.CreateBatchAsync"/>.
    /// </summary>
    public async Task ReserveAsync()
    {
        var schedule = (await FrontRetry.AskAsync(_batch.BoardAsync)).Schedule;
        ReservedVersion = (await AskAsync(() => Reservation.ReserveAsync(schedule))).Version;
    }

    /// <summary>Buys, with the ticket of the reservation if there is one.</summary>
    /// <param name="quantity">Units.</param>
    /// <param name="key">Idempotency-Key: the same purchase under the same key is made once. Null: none.</param>
    /// <returns>The order: its units are held until it is paid or payBy has passed.</returns>
    public async Task<OrderView> BuyAsync(int quantity = 1, string? key = null)
    {
        var wish = new Wish(User, key, quantity, ReservedVersion, ReservedVersion > 0);
        var outcome = (await FrontRetry.AskAsync(() => _batch.AskAsync(wish))).Outcomes.Single();
        return outcome.Order ?? throw new RefusedException(outcome.Refused!.Value, User);
    }

    /// <summary>Opens the checkout of an order at the payment provider.</summary>
    public Task<CheckoutView> CheckOutAsync(OrderView order) =>
        AskAsync(() => _batch.Actors.GetGrain<IOrderGrain>(order.Id).OpenCheckoutAsync(order.For(User), "小米 Mi2"));

    /// <summary>Pays: the provider says to the engine that the money was captured.</summary>
    /// <param name="order">The order.</param>
    /// <param name="payment">The provider's payment id; null: a new one.</param>
    /// <param name="amount">What is paid; null: the order's amount.</param>
    /// <returns>Whether the order is paid, or the money is owed back.</returns>
    public Task<CaptureResult> PayAsync(OrderView order, string? payment = null, Money? amount = null)
    {
        var capture = TestBatch.CaptureOf(order, payment ?? $"p-{order.Id}-{++_payments}");
        return AskAsync(() => _batch.Actor.CaptureAsync(
            capture with { Payer = Alias, Amount = amount ?? order.Amount }));
    }

    /// <summary>Cancels an order: its units are free at once, and money that was captured is owed back.</summary>
    public Task<OrderView> CancelAsync(OrderView order) => AskAsync(() => _batch.CancelAsync(order));

    /// <summary>An order as it is now.</summary>
    public Task<OrderView> ReadAsync(OrderView order) => AskAsync(() => _batch.Actor.GetOrderAsync(order.Seq, Alias));

    private static async Task<T> AskAsync<T>(Func<Task<Answer<T>>> ask)
    {
        var answer = await FrontRetry.AskAsync(ask);
        return answer.Refused is { } refused ? throw new RefusedException(refused, answer.Detail) : answer.Value!;
    }
}
