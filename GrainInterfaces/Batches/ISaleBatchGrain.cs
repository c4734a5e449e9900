using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// A batch, keyed by its id: allocates its units, holds them, and knows the state of every order and what is owed.
/// Everything it answers is committed. A call that fails with an exception has an unknown outcome; every call may be
/// repeated.
/// </summary>
[Alias("OrleansSale.ISaleBatchGrain")]
public interface ISaleBatchGrain : IGrainWithStringKey
{
    /// <summary>
    /// Creates the batch. True: created now; false: it was there with the same terms; conflict: with others.
    /// </summary>
    [Alias("CreateAsync")]
    Task<Answer<bool>> CreateAsync(BatchTerms terms);

    /// <summary>
    /// Decides purchases in order. Not-found for every one if the batch was never created. A call is given up early:
    /// the silo may be gone, and the purchases are asked again under the same keys.
    /// </summary>
    [Alias("PurchaseAsync"), ResponseTimeout("00:00:02")]
    Task<PurchaseOutcomes> PurchaseAsync(PurchaseCall call);

    /// <summary>
    /// The committed counts, and the known users from position <paramref name="fromUser"/> (0…) on; null: no such
    /// batch.
    /// </summary>
    [Alias("ReadBoardAsync"), ResponseTimeout("00:00:02")]
    Task<BoardUpdate?> ReadBoardAsync(int fromUser);

    /// <summary>
    /// One order; not-found if it does not exist or, with an <paramref name="owner"/>, is not this user's.
    /// </summary>
    [Alias("GetOrderAsync")]
    Task<Answer<OrderView>> GetOrderAsync(long order, string? owner);

    /// <summary>All orders of a user, oldest first; bounded by the limits per user.</summary>
    [Alias("ListOrdersOfAsync")]
    Task<OrderPage> ListOrdersOfAsync(string user);

    /// <summary>
    /// Orders of everybody by sequence after <paramref name="after"/>, at most <paramref name="limit"/> (1…1,000).
    /// </summary>
    [Alias("ListOrdersAsync")]
    Task<OrderPage> ListOrdersAsync(long after, int limit);

    /// <summary>
    /// Ends an order: its units are free at once, a captured payment is owed back. An order that has ended already is
    /// answered as it is.
    /// </summary>
    [Alias("CancelOrderAsync")]
    Task<Answer<OrderView>> CancelOrderAsync(long order, string? owner);

    /// <summary>
    /// Records that the provider has opened a checkout for the order. Order-not-payable from payBy on, or if it does
    /// not await payment.
    /// </summary>
    [Alias("RecordCheckoutAsync")]
    Task<Answer<OrderView>> RecordCheckoutAsync(long order, string checkout);

    /// <summary>
    /// Records a captured payment and decides what becomes of it, once per payment id: the order is sold, or the money
    /// is owed back. Not-found if there is no such order.
    /// </summary>
    [Alias("CaptureAsync")]
    Task<Answer<CaptureResult>> CaptureAsync(Capture capture);

    /// <summary>
    /// Carries out an operator's command. True: now; false: it was already so, or already done under this key.
    /// </summary>
    [Alias("OperateAsync")]
    Task<Answer<bool>> OperateAsync(OperatorCommand command);

    /// <summary>
    /// Refuses this user's purchases up to this version of the reservation from now on. Conflict while the user has a
    /// live order. True: now; false: it was already so.
    /// </summary>
    [Alias("CancelReservationAsync")]
    Task<Answer<bool>> CancelReservationAsync(string user, long version);

    /// <summary>Up to which version this user's reservation is cancelled; 0: never.</summary>
    [Alias("GetCancelledVersionAsync")]
    Task<long> GetCancelledVersionAsync(string user);

    /// <summary>
    /// Activates the batch, so that its deadlines and refunds go on after a crash. False: it has nothing left to do.
    /// </summary>
    [Alias("WakeAsync")]
    Task<bool> WakeAsync();

    /// <summary>
    /// The instant at which the batch decides now: the clock's, or later; see <see cref="BatchSnapshot.Lead"/>.
    /// </summary>
    [Alias("GetTimeAsync")]
    Task<DateTimeOffset> GetTimeAsync();

    /// <summary>The faults of this batch that operators should look after now, as far as it knows.</summary>
    [Alias("ListFaultsAsync"), ResponseTimeout("00:00:02")]
    Task<Fault[]> ListFaultsAsync();
}
