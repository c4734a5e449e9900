using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>Who cancelled an order, and why.</summary>
/// <param name="Operator">The operator's alias; null: the buyer.</param>
/// <param name="Reason">The operator's reason; without meaning if the buyer cancelled.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Cancellation")]
public sealed record Cancellation([property: Id(0)] Alias? Operator, [property: Id(1)] CancelReason Reason);

/// <summary>Why an operator cancelled an order. A closed set: a ledger has no free text about one person.</summary>
public enum CancelReason
{
    /// <summary>The operator gave no reason.</summary>
    Unstated,

    /// <summary>The buyer asked for it.</summary>
    BuyerRequest,

    /// <summary>The purchase looks like fraud.</summary>
    SuspectedFraud,

    /// <summary>The units cannot be delivered.</summary>
    Undeliverable,

    /// <summary>The merchant made a mistake.</summary>
    Mistake,

    /// <summary>Something else.</summary>
    Other,

    /// <summary>The whole batch, or a kind of its orders, was recalled. No single order is cancelled so.</summary>
    Recalled,
}
