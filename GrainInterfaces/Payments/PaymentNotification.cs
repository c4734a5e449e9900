using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments.Format;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>
/// A message of a payment provider: the closed set of the results of reading a notification, real or not.
/// </summary>
public abstract record PaymentNotification
{
    /// <summary>
    /// The largest amount that a provider of the engine's own protocol can tell, in minor units: ten times the dearest
    /// order that can be. 9,000 payments of it still sum up within 64 bits.
    /// </summary>
    public const long MaxAmount = 1_000_000_000_000_000;

    /// <summary>The longest body that is read, in bytes.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>The longest accepted id of a provider, in characters.</summary>
    public const int MaxIdLength = 128;

    /// <summary>The longest accepted user, in characters.</summary>
    public const int MaxUserLength = 256;

    private PaymentNotification()
    {
    }

    /// <summary>A payment was captured. Acknowledge it only after it is in the ledger.</summary>
    /// <param name="Payment">The provider's payment id; a second one for the same order is a second capture.</param>
    /// <param name="Checkout">The checkout it was paid at.</param>
    /// <param name="Order">The order id that the provider states. The order may not exist.</param>
    /// <param name="User">
    /// The user who paid, <c>weibo:alice</c>. If the provider does not verify the payer, the user whom the checkout
    /// names.
    /// </param>
    /// <param name="Amount">The captured amount.</param>
    /// <param name="At">The provider's instant of the capture: for people, decisions go by the engine's clock.</param>
    /// <param name="Fee">What the provider says that it keeps; null: it does not say.</param>
    public sealed record Captured(
        string Payment, string Checkout, string Order, string User, Money Amount, DateTimeOffset At,
        Money? Fee = null)
        : PaymentNotification;

    /// <summary>
    /// A payment was declined; no money moved. It only needs to be acknowledged.
    /// </summary>
    public sealed record Declined(string Checkout, string Order, string User, DateTimeOffset At) : PaymentNotification;

    /// <summary>
    /// Money moved without a request of the engine, and the message says all about it. Acknowledge it only after it is
    /// in the ledger.
    /// </summary>
    /// <param name="News">What happened.</param>
    public sealed record Moved(PaymentNews News) : PaymentNotification;

    /// <summary>News of a refund. The engine asks the provider what became of the payment.</summary>
    /// <param name="Payment">The refunded payment.</param>
    /// <param name="Refund">The provider's id of the refund; null: not stated.</param>
    /// <param name="State">The provider's word for its state.</param>
    public sealed record Refunding(string Payment, string? Refund, RefundState State) : PaymentNotification;

    /// <summary>
    /// The payer's bank disputes a payment, or a dispute went on. The engine asks the provider what became of the
    /// payment.
    /// </summary>
    /// <param name="Payment">The payment.</param>
    /// <param name="Dispute">The provider's id of the dispute.</param>
    /// <param name="State">The provider's word for its state.</param>
    public sealed record Disputed(string Payment, string Dispute, string State) : PaymentNotification;

    /// <summary>
    /// A type that this engine does not act on, or a payment for something else that was sold at the same provider. It
    /// is acknowledged, because otherwise the provider would repeat it for days.
    /// </summary>
    public sealed record Ignored(string Type) : PaymentNotification;

    /// <summary>
    /// Verified, but not in the documented form. It is answered invalid-request with the field's name.
    /// </summary>
    public sealed record Malformed(JsonFault Fault) : PaymentNotification;

    /// <summary>
    /// Not proved to come from the provider. It is answered unauthenticated, and its content is not used.
    /// </summary>
    public sealed record Unverified(SignatureVerdict Verdict) : PaymentNotification;
}

/// <summary>The state of a refund, as a provider states it.</summary>
public enum RefundState
{
    /// <summary>Another word, or none.</summary>
    Unknown,

    /// <summary>It is under way.</summary>
    Pending,

    /// <summary>The payer has to do something first.</summary>
    RequiresAction,

    /// <summary>It is made.</summary>
    Succeeded,

    /// <summary>It failed: the money is the merchant's again.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Canceled,
}
