using Dapper;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// A checkout: the merchant's terms, and what has become of it. Instants are Unix milliseconds, amounts minor units.
/// </summary>
/// <param name="Id">128 random bits in hexadecimal. It is the buyer's credential.</param>
/// <param name="Key">The merchant's idempotency key.</param>
/// <param name="Order">The merchant's order.</param>
/// <param name="User">The buyer, as the merchant names them.</param>
/// <param name="Description">The item that is paid for.</param>
/// <param name="Amount">The price.</param>
/// <param name="Currency">Its currency by ISO 4217.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when its page offers to pay.</param>
/// <param name="ReturnUrl">Where its page leads back to.</param>
/// <param name="NotifyUrl">Where its notifications go; null: to the address that is set for all.</param>
/// <param name="DeclinedAt">When it was declined first; null: never.</param>
/// <param name="Payment">The payment; null: it is not paid.</param>
/// <param name="Refund">The last refund, once all of the money is paid back; else null.</param>
[method: ExplicitConstructor]
public sealed record Checkout(
    string Id, string Key, string Order, string User, string Description, long Amount, string Currency, long CreatedAt,
    long ExpiresAt, string? ReturnUrl = null, string? NotifyUrl = null, long? DeclinedAt = null, string? Payment = null,
    string? Refund = null)
{
    /// <summary>The status as the protocol names it. Paid is for ever: a refund pays back, it does not undo.</summary>
    public string Status => Payment is not null ? "paid" : DeclinedAt is not null ? "declined" : "open";

    /// <summary>What the sandbox keeps of a payment of this amount, in minor units: 0.6 %, rounded.</summary>
    internal static long FeeOf(long amount) => ((amount * 6) + 500) / 1_000;

    /// <summary>The buyer's name at the platform.</summary>
    internal string UserName => User[(User.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>Whether a user of the platform may pay it: only the one whom the merchant names.</summary>
    /// <param name="payer">Their name at the platform.</param>
    internal bool IsFor(string payer) => UserName == payer;

    /// <summary>Whether both are asked for by the same terms. The two addresses are not part of them.</summary>
    internal bool IsSameSale(Checkout other) =>
        (Order, User, Description, Amount, Currency, ExpiresAt)
        == (other.Order, other.User, other.Description, other.Amount, other.Currency, other.ExpiresAt);
}

/// <summary>A captured payment with its refund and how far its notification is, for reconciliation.</summary>
[method: ExplicitConstructor]
internal sealed record PaymentRecord(
    string Id, string Checkout, string Order, string User, long Amount, string Currency, long CapturedAt,
    string? Refund, long? RefundedAt, long? RefundAmount, long Attempts, long? DeliveredAt, string? LastFault);
