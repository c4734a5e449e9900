using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// A batch, keyed by its id: allocates its units, holds them, and knows the state of every order and what is owed.
/// Everything it answers is committed. A call that fails with an exception has an unknown outcome; every call may be
/// repeated.
/// </summary>
[Alias("OrleansSale.ISaleBatchGrain")]
public interface ISaleBatchGrain : IGrainWithStringKey
{
    /// <summary>Most buyers in a call of <see cref="ListOrdersOfEachAsync"/>.</summary>
    const int MaxBuyers = 256;

    /// <summary>
    /// Creates the batch, with a key of its own. Already so: it existed with the same terms. Conflict: it existed with
    /// other terms.
    /// </summary>
    [Alias("CreateAsync")]
    Task<Answer<Effect>> CreateAsync(BatchTerms terms);

    /// <summary>
    /// Decides purchases in order. Not-found for every one if the batch was never created. The caller gives a call up
    /// early, because the silo may be gone, and retries the purchases under the same keys.
    /// </summary>
    [Alias("PurchaseAsync"), ResponseTimeout("00:00:02")]
    Task<PurchaseOutcomes> PurchaseAsync(PurchaseCall call);

    /// <summary>
    /// The committed counts, and the touched aliases from position <paramref name="fromTouch"/> (0…) on; null: no such
    /// batch.
    /// </summary>
    [Alias("ReadBoardAsync"), ResponseTimeout("00:00:02")]
    Task<BoardUpdate?> ReadBoardAsync(int fromTouch);

    /// <summary>
    /// One order; not-found if it does not exist or, with an <paramref name="owner"/>, is not theirs.
    /// </summary>
    [Alias("GetOrderAsync")]
    Task<Answer<OrderView>> GetOrderAsync(long order, Alias? owner);

    /// <summary>All orders of a buyer, oldest first, and their place; bounded by the limits per user.</summary>
    [Alias("ListOrdersOfAsync")]
    Task<OrderPage> ListOrdersOfAsync(Alias buyer);

    /// <summary>
    /// All orders and the place of each of these buyers, in the order of the buyers: one call for everybody whose
    /// orders may have changed. At most <see cref="MaxBuyers"/>.
    /// </summary>
    [Alias("ListOrdersOfEachAsync"), ResponseTimeout("00:00:02")]
    Task<OrderPage[]> ListOrdersOfEachAsync(Alias[] buyers);

    /// <summary>
    /// Orders of everybody by sequence after <paramref name="after"/>, at most <paramref name="limit"/> (1…1,000).
    /// </summary>
    [Alias("ListOrdersAsync")]
    Task<OrderPage> ListOrdersAsync(long after, int limit);

    /// <summary>
    /// Ends an order of this owner. Its units are free at once, and a captured payment is owed back. An order that has
    /// already ended is returned unchanged.
    /// </summary>
    [Alias("CancelOrderAsync")]
    Task<Answer<OrderView>> CancelOrderAsync(long order, Alias owner);

    /// <summary>Ends anybody's order, for an operator.</summary>
    /// <param name="order">The order.</param>
    /// <param name="by">The operator's alias, which the ledger keeps.</param>
    /// <param name="reason">Why, which the ledger keeps too.</param>
    [Alias("CancelOrderByOperatorAsync")]
    Task<Answer<OrderView>> CancelOrderByOperatorAsync(long order, Alias by, CancelReason reason);

    /// <summary>
    /// Offers the units of a paid order of this owner to the line. The owner is refunded as soon as the next in line
    /// has paid for them, and keeps the order otherwise. A repeat changes nothing. Conflict if the order is not paid,
    /// is shipped, was offered back too often, or is kept while somebody may still pay, or if its batch has no line;
    /// sale-closed after the end.
    /// </summary>
    [Alias("OfferReturnAsync")]
    Task<Answer<OrderView>> OfferReturnAsync(long order, Alias owner);

    /// <summary>
    /// Keeps an order of this owner, whose units they offered back. Whoever is offered them now may still pay, but
    /// nobody after them. A repeat changes nothing. Conflict after somebody has paid.
    /// </summary>
    [Alias("CancelReturnAsync")]
    Task<Answer<OrderView>> CancelReturnAsync(long order, Alias owner);

    /// <summary>
    /// Records that the provider has opened a checkout for the order. Order-not-payable from payBy on, or if it does
    /// not await payment.
    /// </summary>
    [Alias("RecordCheckoutAsync")]
    Task<Answer<OrderView>> RecordCheckoutAsync(long order, string provider, string checkout);

    /// <summary>
    /// Records a captured payment and decides once per payment id: the order is sold, or the money is owed back.
    /// Not-found if there is no such order.
    /// </summary>
    [Alias("CaptureAsync")]
    Task<Answer<CaptureResult>> CaptureAsync(Capture capture);

    /// <summary>
    /// Records what a provider says became of a captured payment without a request of the engine. Not-found: there is
    /// no such payment of this order, or its capture is not recorded yet.
    /// </summary>
    [Alias("NoteMoneyAsync")]
    Task<Answer<NewsResult>> NoteMoneyAsync(long order, string provider, PaymentNews news);

    /// <summary>
    /// Records that a stalled refund was paid back by hand, for an operator. A repeat changes nothing. Not-found: there
    /// is no such payment of this order. Conflict: it is not owed back, or its refund is not stalled. Overloaded: the
    /// provider is being asked for it; ask again.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="provider">The provider of the payment.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="by">The operator's alias, which the ledger keeps.</param>
    /// <param name="how">How it was paid back, which the ledger keeps too.</param>
    [Alias("SettleRefundAsync")]
    Task<Answer<OrderView>> SettleRefundAsync(long order, string provider, string payment, Alias by, SettledHow how);

    /// <summary>The money of the batch, and what people must look at.</summary>
    [Alias("ReadMoneyAsync")]
    Task<MoneyView> ReadMoneyAsync();

    /// <summary>
    /// Captured payments by number after <paramref name="after"/> (0…), at most <paramref name="limit"/> (1…1,000).
    /// </summary>
    [Alias("ListPaymentsAsync")]
    Task<PaymentPage> ListPaymentsAsync(int after, int limit);

    /// <summary>
    /// Carries out an operator's command. The answer is also "already so" if the command was carried out under this
    /// key.
    /// </summary>
    [Alias("OperateAsync")]
    Task<Answer<Effect>> OperateAsync(OperatorCommand command);

    /// <summary>
    /// Carries out an operator's command that concerns one buyer. The answer is also "already so" if the command was
    /// carried out under this key.
    /// </summary>
    [Alias("CommandAsync")]
    Task<Answer<CommandOutcome>> CommandAsync(BuyerCommand command);

    /// <summary>The answer that a command would get now. Nothing is changed.</summary>
    [Alias("CheckAsync")]
    Task<Answer<Effect>> CheckAsync(BuyerCommand command);

    /// <summary>
    /// Carries out a command that waits, because a second operator approves it. Already so if it was approved before.
    /// Not-found if none of this key waits, or not any more; conflict if this operator gave it.
    /// </summary>
    /// <param name="by">The second operator's alias.</param>
    /// <param name="key">The hash of the command's key.</param>
    [Alias("ApproveAsync")]
    Task<Answer<CommandOutcome>> ApproveAsync(Alias by, KeyHash key);

    /// <summary>The commands that wait for a second operator, oldest first; bounded.</summary>
    [Alias("ListProposalsAsync")]
    Task<ProposalView[]> ListProposalsAsync();

    /// <summary>
    /// The orders that a recall would cover now; nothing changes. Not-found: there is no batch. Sale-closed: its
    /// personal data were removed. Conflict: another recall is not finished.
    /// </summary>
    [Alias("CountRecallAsync")]
    Task<Answer<RecallSum>> CountRecallAsync(RecalledOrders orders);

    /// <summary>The newest recall, and how far it is; not-found: there was none.</summary>
    [Alias("GetRecallAsync")]
    Task<Answer<RecallView>> GetRecallAsync();

    /// <summary>
    /// Refuses this user's purchases up to this version of the reservation from now on. Conflict while the user has a
    /// live order.
    /// </summary>
    [Alias("CancelReservationAsync")]
    Task<Answer<Effect>> CancelReservationAsync(Alias user, long version);

    /// <summary>The highest cancelled version of this user's reservation; 0: none was cancelled.</summary>
    [Alias("GetCancelledVersionAsync")]
    Task<long> GetCancelledVersionAsync(Alias user);

    /// <summary>The buyer's newest place in the line; not-found if they never joined it.</summary>
    [Alias("GetPlaceAsync")]
    Task<Answer<PlaceView>> GetPlaceAsync(Alias buyer);

    /// <summary>
    /// The buyers of places, in their order; null: there is no such place. At most
    /// <see cref="Following.IFollowerGrain.MaxEntries"/>.
    /// </summary>
    [Alias("FindBuyersAsync")]
    Task<Alias?[]> FindBuyersAsync(long[] places);

    /// <summary>
    /// Ends the buyer's place if it waits, here or in the product's backlog. Already so if it has ended, or if there is
    /// none. Conflict while units are held for it.
    /// </summary>
    [Alias("LeaveLineAsync")]
    Task<Answer<Effect>> LeaveLineAsync(Alias buyer);

    /// <summary>
    /// Places of everybody by number after <paramref name="after"/>, at most <paramref name="limit"/> (1…1,000).
    /// </summary>
    [Alias("ListLineAsync")]
    Task<LinePage> ListLineAsync(long after, int limit);

    /// <summary>
    /// Places that wait in the backlog, by number after <paramref name="after"/>, at most <paramref name="limit"/>
    /// (1…1,000); none before the end of the sale.
    /// </summary>
    [Alias("ListBacklogAsync")]
    Task<BacklogPage> ListBacklogAsync(long after, int limit);

    /// <summary>
    /// Ends the sale if that is due, and hands over the places that wait. True: the backlog has all of them, or the
    /// sale is planned to last beyond <paramref name="by"/>. False: not yet.
    /// </summary>
    [Alias("HandOverBacklogAsync")]
    Task<bool> HandOverBacklogAsync(DateTimeOffset by);

    /// <summary>
    /// The range of the product's backlog that a place of this buyer is in, or was in; null: they never had a place, or
    /// nothing was handed over yet.
    /// </summary>
    [Alias("FindRangeAsync")]
    Task<BacklogRange?> FindRangeAsync(Alias buyer);

    /// <summary>The place that was carried here from a place of another batch; not-found: none was.</summary>
    [Alias("FindCarriedAsync")]
    Task<Answer<PlaceView>> FindCarriedAsync(string originBatch, long originPlace);

    /// <summary>
    /// Ends the place that was carried here, if it waits. Already so if it has ended; not-found if none was carried;
    /// conflict while units are held for it.
    /// </summary>
    [Alias("LeaveCarriedAsync")]
    Task<Answer<Effect>> LeaveCarriedAsync(string originBatch, long originPlace);

    /// <summary>
    /// Whether the delivery details of this version of a user's reservation may be changed now. Not-found: it was
    /// cancelled. Conflict: the user has a live order, and the details are the order's. Sale-closed: the sale is over.
    /// </summary>
    [Alias("MayChangeDeliveryAsync")]
    Task<Answer<Effect>> MayChangeDeliveryAsync(Alias user, long version);

    /// <summary>
    /// Activates the batch, so that its deadlines and refunds go on after a crash. False: it has nothing left to do.
    /// </summary>
    [Alias("WakeAsync")]
    Task<bool> WakeAsync();

    /// <summary>
    /// Removes the personal data: writes <c>anonymised</c>, then removes the reservations, the documents of the orders
    /// and the key. After a crash the batch continues the removal. Conflict while the batch has something left to do,
    /// or before its terms allow it.
    /// </summary>
    /// <param name="by">The operator's alias.</param>
    [Alias("AnonymiseAsync")]
    Task<Answer<Effect>> AnonymiseAsync(Alias by);

    /// <summary>
    /// The orders of a user whose data may be removed now; conflict while one of them may still need the user.
    /// </summary>
    [Alias("FindErasableAsync")]
    Task<Answer<ErasableUser>> FindErasableAsync(Alias user);

    /// <summary>What a checkout of this order must be for now; not-found: there is no such order.</summary>
    [Alias("GetCheckoutPlanAsync")]
    Task<Answer<CheckoutPlan>> GetCheckoutPlanAsync(long order);

    /// <summary>The faults of this batch that operators should look after now, as far as it knows.</summary>
    [Alias("ListFaultsAsync"), ResponseTimeout("00:00:02")]
    Task<Fault[]> ListFaultsAsync();
}

/// <summary>A user whose data may be removed from a batch.</summary>
/// <param name="IsOver">Whether the sale has ended. Then no reservation has to be cancelled.</param>
/// <param name="Orders">Sequences of the user's orders.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.ErasableUser")]
public sealed record ErasableUser([property: Id(0)] bool IsOver, [property: Id(1)] long[] Orders);

/// <summary>What a checkout of an order must be for.</summary>
/// <param name="Now">The batch's time: the clock's, or later; see <see cref="BatchSnapshot.Lead"/>.</param>
/// <param name="PayBy">The order's payBy.</param>
/// <param name="Number">
/// The number of the checkout within the order: 1, and one more for each extension of it. So a checkout for another
/// payBy has another number, and a repeat has the same.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.CheckoutPlan")]
public readonly record struct CheckoutPlan(
    [property: Id(0)] DateTimeOffset Now, [property: Id(1)] DateTimeOffset PayBy, [property: Id(2)] int Number);
