using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>
/// What a provider says became of a captured payment without a request of the engine: refunds that others made there,
/// and disputes. It may be told again and in any order.
/// </summary>
/// <param name="Order">The order id that the payment was made for. The order may not exist.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Refunds">Refunds that are made and that the engine did not request.</param>
/// <param name="Disputes">The payment's disputes.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.PaymentNews")]
public sealed record PaymentNews(
    [property: Id(0)] string Order, [property: Id(1)] string Payment, [property: Id(2)] RefundNews[] Refunds,
    [property: Id(3)] DisputeNews[] Disputes);

/// <summary>A refund that was made at the provider by other means.</summary>
/// <param name="Refund">The provider's id of the refund.</param>
/// <param name="Amount">The refunded amount.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.RefundNews")]
public readonly record struct RefundNews([property: Id(0)] string Refund, [property: Id(1)] Money Amount);

/// <summary>A dispute of a payment.</summary>
/// <param name="Dispute">The provider's id of the dispute.</param>
/// <param name="Amount">The disputed amount.</param>
/// <param name="State">How far it is.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.DisputeNews")]
public readonly record struct DisputeNews(
    [property: Id(0)] string Dispute, [property: Id(1)] Money Amount, [property: Id(2)] DisputeState State);

/// <summary>How far a dispute is. The names on the wire and in the ledger are these in lower case.</summary>
public enum DisputeState
{
    /// <summary>It is not decided. The provider may have taken the money already, until it is.</summary>
    Open,

    /// <summary>It ended, and the merchant has the money.</summary>
    Won,

    /// <summary>It ended, and the payer has the money.</summary>
    Lost,
}

/// <summary>What became of news about a payment. None is the default; a refused answer has it.</summary>
public enum NewsResult
{
    /// <summary>Something was recorded.</summary>
    Recorded = 1,

    /// <summary>Nothing was new.</summary>
    AlreadySo,

    /// <summary>
    /// More was paid back than was captured, or in another currency. The ledger has at most what was captured; people
    /// must look at the rest.
    /// </summary>
    Surplus,
}
