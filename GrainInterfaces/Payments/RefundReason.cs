namespace OrleansSale.GrainInterfaces.Payments;

/// <summary>Why a captured payment is owed back. The names in the ledger and on the wire are kebab-case.</summary>
public enum RefundReason
{
    /// <summary>The order had expired when the payment arrived.</summary>
    Expired,

    /// <summary>The order was cancelled, before or after the payment.</summary>
    Cancelled,

    /// <summary>The order was paid already, by another payment.</summary>
    Duplicate,

    /// <summary>The amount or the currency differs from the order's.</summary>
    WrongAmount,

    /// <summary>Another user than the order's buyer paid.</summary>
    WrongPayer,

    /// <summary>The buyer gave the units back, and the next in line has paid for them.</summary>
    Returned,

    /// <summary>An operator refunds a shipped order. Its units are not free again.</summary>
    Shipped,
}
