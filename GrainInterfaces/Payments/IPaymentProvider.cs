using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>
/// A payment system, as the engine uses it: it makes checkouts and refunds; captures come back as notifications, which
/// an <see cref="INotificationReader"/> reads.
/// </summary>
/// <remarks>
/// All calls are idempotent at the provider, so after a lost answer the engine asks again and gets the first result:
/// one checkout per order, one refund per captured payment that is owed back.
/// </remarks>
public interface IPaymentProvider
{
    /// <summary>
    /// Whether it ends a checkout at <see cref="CheckoutRequest.ExpiresAt"/> by itself. If not, the engine closes it,
    /// and counts a payment that it finds then as the buyer's. So this must be true of a provider that verifies payers.
    /// </summary>
    bool EndsCheckouts => true;

    /// <summary>Creates the checkout of an order, or returns the one made earlier for the same order.</summary>
    /// <exception cref="PaymentProviderException">
    /// The provider refused or did not answer; asking again is safe.
    /// </exception>
    Task<ProviderCheckout> CreateCheckoutAsync(CheckoutRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Closes a checkout, so that nobody can pay at it any more. One that has ended stays as it is: paid, if it was.
    /// </summary>
    /// <exception cref="PaymentProviderException">
    /// The provider refused or did not answer; asking again is safe.
    /// </exception>
    Task<CheckoutState> CloseCheckoutAsync(string checkout, CancellationToken cancellationToken = default) =>
        FindCheckoutAsync(checkout, cancellationToken);

    /// <summary>
    /// Asks how far a checkout is. <see cref="CheckoutStage.Untold"/>: the provider has no such question.
    /// </summary>
    /// <exception cref="PaymentProviderException">
    /// The provider refused or did not answer; asking again is safe.
    /// </exception>
    Task<CheckoutState> FindCheckoutAsync(string checkout, CancellationToken cancellationToken = default) =>
        Task.FromResult(new CheckoutState(CheckoutStage.Untold));

    /// <summary>
    /// Asks what became of a payment's money, after a notification that did not say. Null: the payment is none of the
    /// engine's, or the provider's notifications say everything.
    /// </summary>
    /// <exception cref="PaymentProviderException">
    /// The provider refused or did not answer; asking again is safe.
    /// </exception>
    Task<PaymentNews?> FindPaymentAsync(string payment, CancellationToken cancellationToken = default) =>
        Task.FromResult<PaymentNews?>(null);

    /// <summary>
    /// Refunds what is left of a captured payment, or returns the refund made earlier, under the same key or by other
    /// means. The call fails unless the whole amount was refunded.
    /// </summary>
    /// <exception cref="PaymentProviderException">
    /// The provider refused or did not answer; asking again is safe.
    /// </exception>
    Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default);
}

/// <summary>The order for a checkout.</summary>
/// <param name="Order">Order id, such as <c>mi2-1.17</c>.</param>
/// <param name="User">Who may pay: the same platform user, <c>weibo:alice</c>.</param>
/// <param name="Description">What is bought, for the cashier's page.</param>
/// <param name="Amount">The whole amount of the order.</param>
/// <param name="ExpiresAt">The order's payBy: from then on the cashier no longer invites to pay.</param>
/// <param name="Key">
/// The idempotency key. It begins with the order id and identifies this order only. An order that had the same id in a
/// lost ledger had another key.
/// </param>
/// <param name="HeldAt">When the order was made.</param>
/// <param name="Held">What tells it from an order that had the same id in a ledger that was lost.</param>
/// <param name="Number">The number of the checkout within the order, from 1.</param>
public sealed record CheckoutRequest(
    string Order, string User, string Description, Money Amount, DateTimeOffset ExpiresAt, string Key,
    DateTimeOffset HeldAt = default, string Held = "", int Number = 1);

/// <summary>A checkout at the provider.</summary>
/// <param name="Checkout">The provider's id.</param>
/// <param name="Url">Where the buyer pays.</param>
public sealed record ProviderCheckout(string Checkout, string Url);

/// <summary>
/// A payment to be paid back: all that is left of it. The idempotency key is the payment id and what was paid back
/// before, so a payment is refunded at most once.
/// </summary>
/// <param name="Order">Order id.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">What is left to pay back.</param>
/// <param name="PaidBack">
/// What the provider has paid back before without a request of the engine, in minor units of the same currency. The
/// ledger has it as refunded elsewhere.
/// </param>
public sealed record RefundRequest(string Order, string Payment, Money Amount, long PaidBack = 0);

/// <summary>A payment whose rest the provider has refunded.</summary>
/// <param name="Refund">The provider's id of the refund.</param>
/// <param name="Elsewhere">Whether it was refunded before without a request of the engine, for example by hand.</param>
public sealed record ProviderRefund(string Refund, bool Elsewhere = false);

/// <summary>
/// The provider refused, or did not answer in time. Without a refusal the outcome is unknown. A retry under the same
/// key is safe.
/// </summary>
/// <param name="message">What happened.</param>
/// <param name="code">
/// The same in few words, which are the same every time: <c>409 conflict</c>, <c>timeout</c>.
/// </param>
/// <param name="isRefusal">Whether the provider has decided against it.</param>
/// <param name="inner">The cause.</param>
/// <param name="isUnderWay">Whether the provider has taken it on, and says that it is not done yet.</param>
public sealed class PaymentProviderException(
    string message, string code, bool isRefusal = false, Exception? inner = null, bool isUnderWay = false)
    : Exception(message, inner)
{
    /// <summary>The failure in few words.</summary>
    public string Code => code;

    /// <summary>Whether the provider has decided against it.</summary>
    public bool IsRefusal => isRefusal;

    /// <summary>Whether the provider has taken it on, and says that it is not done yet.</summary>
    public bool IsUnderWay => isUnderWay;
}
