using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>Who cancelled an order. The names on the wire are kebab-case.</summary>
public enum CancellingParty
{
    /// <summary>The buyer.</summary>
    Buyer,

    /// <summary>An operator.</summary>
    Operator,
}

/// <summary>Tells who cancelled an order, and why.</summary>
public static class CancelledBy
{
    /// <summary>Who did.</summary>
    public static CancellingParty Of(Cancellation cancelled) =>
        cancelled.Operator is null ? CancellingParty.Buyer : CancellingParty.Operator;

    /// <summary>Who cancelled the order; null: nobody.</summary>
    public static CancellingParty? Of(OrderView order) => order.Cancelled is { } cancelled ? Of(cancelled) : null;

    /// <summary>Why an operator cancelled the order; null: none did.</summary>
    public static CancelReason? ReasonOf(OrderView order) =>
        order.Cancelled is { Operator: not null, Reason: var reason } ? reason : null;
}
