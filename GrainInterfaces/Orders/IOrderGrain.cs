using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>
/// Calls the payment provider for one order and keeps its documents, keyed by order id. Only the batch knows the
/// order's state and how much is owed.
/// </summary>
[Alias("OrleansSale.IOrderGrain")]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>
    /// Opens the order's checkout, or returns the open one. Not-found unless <paramref name="owner"/> owns the order;
    /// order-not-payable if it does not await payment, or no checkout is open and its payBy has passed. Overloaded: the
    /// provider did not answer.
    /// </summary>
    /// <param name="owner">Who asks.</param>
    /// <param name="description">What is bought, for the cashier's page.</param>
    [Alias("OpenCheckoutAsync"), ResponseTimeout("00:00:15")]
    Task<Answer<CheckoutView>> OpenCheckoutAsync(Owner owner, string description);

    /// <summary>
    /// Keeps where to deliver. Not-found unless <paramref name="owner"/> owns the order, and after
    /// <see cref="DisownAsync"/>.
    /// </summary>
    [Alias("SetDeliveryAsync")]
    Task<Answer<Delivery>> SetDeliveryAsync(Alias owner, Delivery delivery);

    /// <summary>
    /// Where to deliver: what was said for the order, or for a live order what its buyer said with their reservation;
    /// null: never said.
    /// </summary>
    /// <param name="order">The order, as its batch knows it.</param>
    [Alias("FindDeliveryAsync")]
    Task<Delivery?> FindDeliveryAsync(OrderView order);

    /// <summary>
    /// Records that the order is on its way, with its tracking reference. A repeat under the same key changes nothing;
    /// another key is another shipment, whose reference replaces the one before. Conflict if the order is not paid, if
    /// the key was used for something else, or if its buyer's data were removed.
    /// </summary>
    [Alias("ShipAsync")]
    Task<Answer<OrderView>> ShipAsync(Shipping shipping);

    /// <summary>The tracking reference of the last shipment; null: none, or it was removed.</summary>
    [Alias("FindTrackingAsync")]
    Task<string?> FindTrackingAsync();

    /// <summary>
    /// Has the provider close a checkout of this order, or finds how it ended. It never fails: a provider that did not
    /// answer is <see cref="CheckoutStage.Unknown"/>, with the reason.
    /// </summary>
    [Alias("CloseCheckoutAsync"), ResponseTimeout("00:00:15")]
    Task<CheckoutState> CloseCheckoutAsync(string provider, string checkout);

    /// <summary>
    /// Asks the provider how far a checkout of this order is. It never fails: a provider that did not answer is
    /// <see cref="CheckoutStage.Unknown"/>, with the reason.
    /// </summary>
    [Alias("FindCheckoutAsync"), ResponseTimeout("00:00:15")]
    Task<CheckoutState> FindCheckoutAsync(string provider, string checkout);

    /// <summary>
    /// Has the provider refund what is left of a captured payment. Repeated calls make one refund. If it was not made,
    /// it is still owed: call again.
    /// </summary>
    /// <param name="provider">The provider.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="amount">What is left to pay back.</param>
    /// <param name="paidBack">What the provider paid back before by other means, in minor units.</param>
    [Alias("PayBackRestAsync"), ResponseTimeout("00:00:15")]
    Task<RefundTry> RefundAsync(string provider, string payment, Money amount, long paidBack);

    /// <summary>
    /// Discards the refund that the provider returned for a payment, because it belongs to another payment. The next
    /// call asks the provider again.
    /// </summary>
    [Alias("ForgetRefundAsync")]
    Task ForgetRefundAsync(string provider, string payment);

    /// <summary>Removes the personal data from the documents: the delivery address and the tracking.</summary>
    [Alias("EraseAsync")]
    Task EraseAsync();

    /// <summary>
    /// Removes the personal data from the documents, and takes none again: the order has no owner from then on.
    /// </summary>
    [Alias("DisownAsync")]
    Task DisownAsync();
}

/// <summary>The buyer who asks for a checkout. The provider gets the user, and the batch knows the alias.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.Owner")]
public readonly record struct Owner([property: Id(0)] string User, [property: Id(1)] Alias Alias);

/// <summary>An operator's command that an order is on its way.</summary>
/// <param name="By">The operator's alias.</param>
/// <param name="Key">The hash of the command's key, as text.</param>
/// <param name="Reason">Why, for the record.</param>
/// <param name="Tracking">The carrier's reference, one line of 1…100 UTF-16 code units.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Shipping")]
public sealed record Shipping(
    [property: Id(0)] Alias By, [property: Id(1)] string Key, [property: Id(2)] CancelReason Reason,
    [property: Id(3)] string Tracking);

/// <summary>Where a buyer pays.</summary>
/// <param name="Url">The provider's page.</param>
/// <param name="ExpiresAt">The order's payBy.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.CheckoutView")]
public sealed record CheckoutView([property: Id(0)] string Url, [property: Id(1)] DateTimeOffset ExpiresAt);

/// <summary>
/// Where to deliver: personal data, kept with the order or the reservation and never in a ledger.
/// </summary>
/// <param name="Name">Who receives it, one line of 1…100 UTF-16 code units.</param>
/// <param name="Phone">Telephone by <see cref="PhoneNumber.IsNumber"/>; older ones may be any line.</param>
/// <param name="Address">Address, 2…500 UTF-16 code units, its lines parted by line feeds.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Delivery")]
public sealed record Delivery(
    [property: Id(0)] string Name, [property: Id(1)] string Phone, [property: Id(2)] string Address);
