using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>
/// One order apart from its state, keyed by order id: it talks to the payment provider and keeps documents. Only its
/// batch knows whether the order is live and how much is owed.
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

    /// <summary>Keeps where to deliver. Not-found unless <paramref name="owner"/> owns the order.</summary>
    [Alias("SetDeliveryAsync")]
    Task<Answer<Delivery>> SetDeliveryAsync(Alias owner, Delivery delivery);

    /// <summary>Where to deliver; null: never said.</summary>
    [Alias("GetDeliveryAsync")]
    Task<Delivery?> GetDeliveryAsync();

    /// <summary>
    /// Has the provider pay a captured payment back, once however often it is asked. Money that was not paid back is
    /// still owed: ask again.
    /// </summary>
    [Alias("PayBackAsync"), ResponseTimeout("00:00:15")]
    Task<RefundTry> RefundAsync(string payment, Money amount);

    /// <summary>
    /// Forgets the refund that the provider gave for a payment: it is another payment's. The provider is asked again
    /// next time.
    /// </summary>
    [Alias("ForgetRefundAsync")]
    Task ForgetRefundAsync(string payment);

    /// <summary>Removes what is personal in the documents: where to deliver.</summary>
    [Alias("EraseAsync")]
    Task EraseAsync();
}

/// <summary>Who asks for a checkout: the provider is told the user, the batch knows the alias.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.Owner")]
public readonly record struct Owner([property: Id(0)] string User, [property: Id(1)] Alias Alias);

/// <summary>Where a buyer pays.</summary>
/// <param name="Url">The provider's page.</param>
/// <param name="ExpiresAt">The order's payBy.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.CheckoutView")]
public sealed record CheckoutView([property: Id(0)] string Url, [property: Id(1)] DateTimeOffset ExpiresAt);

/// <summary>Where to deliver: personal data, kept with the order and never in a ledger.</summary>
/// <param name="Name">Who receives it, one line of 1…100 UTF-16 code units.</param>
/// <param name="Phone">Telephone by <see cref="PhoneNumber.IsNumber"/>; older ones may be any line.</param>
/// <param name="Address">Address, 2…500 UTF-16 code units, its lines parted by line feeds.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Delivery")]
public sealed record Delivery(
    [property: Id(0)] string Name, [property: Id(1)] string Phone, [property: Id(2)] string Address);
