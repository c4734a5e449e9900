using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>A captured payment as its batch knows it.</summary>
/// <param name="Number">Its number among the payments of the batch, in the order of their captures: 1…</param>
/// <param name="Order">Sequence of the order it was made for.</param>
/// <param name="Buyer">The order's owner. Somebody else may have paid.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Payment">The provider's payment id.</param>
/// <param name="Amount">The captured amount.</param>
/// <param name="Stage">Where its money is.</param>
/// <param name="CapturedAt">When the ledger was told.</param>
/// <param name="Why">Why it is owed back, or was; null: it never was.</param>
/// <param name="Code">
/// If its refund is stalled: the provider's reason. Otherwise what moved money elsewhere last; null: neither.
/// </param>
/// <param name="Elsewhere">What was paid back without a request of the engine, in minor units.</param>
/// <param name="Refund">The provider's id of the refund that the engine had made; null: none was made.</param>
/// <param name="RefundedAt">When the last of it had gone back; null: it has not.</param>
/// <param name="Fee">What the provider keeps of it, in minor units of its currency; null: it did not say.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.PaymentView")]
public sealed record PaymentView(
    [property: Id(0)] int Number, [property: Id(1)] long Order, [property: Id(2)] Alias Buyer,
    [property: Id(3)] string Provider, [property: Id(4)] string Payment, [property: Id(5)] Money Amount,
    [property: Id(6)] PaymentStage Stage, [property: Id(7)] DateTimeOffset CapturedAt,
    [property: Id(8)] RefundReason? Why = null, [property: Id(9)] string? Code = null,
    [property: Id(10)] long Elsewhere = 0, [property: Id(11)] string? Refund = null,
    [property: Id(12)] DateTimeOffset? RefundedAt = null, [property: Id(13)] long? Fee = null);

/// <summary>
/// Where the money of a captured payment is. The names on the wire are kebab-case, as the ledger's types.
/// </summary>
public enum PaymentStage
{
    /// <summary>It pays for its order. A part of it may have gone back elsewhere.</summary>
    Sold,

    /// <summary>It is owed back.</summary>
    RefundOwed,

    /// <summary>It is owed back, and the provider refuses or delays the refund.</summary>
    RefundStalled,

    /// <summary>The engine had it paid back, or what was left of it.</summary>
    Refunded,

    /// <summary>All of it went back by other means.</summary>
    RefundedElsewhere,
}

/// <summary>Payments, in the order of their captures.</summary>
/// <param name="Payments">The payments.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.PaymentPage")]
public sealed record PaymentPage([property: Id(0)] PaymentView[] Payments);
