using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Grains.Batches.Entries;

/// <summary>
/// Something that happened to a batch: what the ledger records, and the only thing that changes its state. Instants are
/// UTC milliseconds since 1970; orders are named by the sequence of their held entry.
/// </summary>
public abstract record BatchEntry;

/// <summary>The batch was created with these terms; always the first entry.</summary>
public sealed record Created(BatchTerms Terms) : BatchEntry;

/// <summary>
/// Units were allocated to an order that is not paid yet. The order is named by this entry's own sequence.
/// </summary>
/// <param name="User">The owner.</param>
/// <param name="Units">Unit numbers, ascending.</param>
/// <param name="PayBy">The deadline shown.</param>
/// <param name="Reservation">Version of the reservation that entitled to it, 1 or more.</param>
/// <param name="Key">The client's key; null: none.</param>
public sealed record Held(string User, int[] Units, long PayBy, long Reservation, string? Key) : BatchEntry;

/// <summary>The provider opened a checkout for the order.</summary>
public sealed record CheckoutOpened(long Order, string Checkout) : BatchEntry;

/// <summary>A payment was captured and the order's units are sold.</summary>
public sealed record Sold(long Order, string Payment, Money Amount) : BatchEntry;

/// <summary>The order ended and its units are free again.</summary>
public sealed record Released(long Order, int[] Units, ReleaseReason Why) : BatchEntry;

/// <summary>A captured payment that does not pay for the order is owed back.</summary>
public sealed record RefundOwed(long Order, string Payment, Money Amount, RefundReason Why) : BatchEntry;

/// <summary>The provider paid back what was owed.</summary>
public sealed record RefundMade(long Order, string Payment, string Refund, Money Amount) : BatchEntry;

/// <summary>
/// The user's reservation was cancelled: purchases under versions up to this one are refused from here on.
/// </summary>
public sealed record ReservationCancelled(string User, long Version) : BatchEntry;

/// <summary>Units were added: the range follows the stock before it.</summary>
public sealed record Restocked(UnitRange[] Ranges, string Reason, string By, string Key) : BatchEntry;

/// <summary>Free units were taken out of the sale.</summary>
public sealed record Withdrawn(UnitRange[] Ranges, string Reason, string By, string Key) : BatchEntry;

/// <summary>New holds stopped until resumed.</summary>
public sealed record PausedSale(string Reason, string By, string Key) : BatchEntry;

/// <summary>A pause ended.</summary>
public sealed record ResumedSale(string Reason, string By, string Key) : BatchEntry;

/// <summary>New holds stopped for ever.</summary>
public sealed record ClosedSale(string Reason, string By, string Key) : BatchEntry;

/// <summary>Consecutive unit numbers, both ends included.</summary>
public readonly record struct UnitRange(int First, int Last)
{
    /// <summary>How many units.</summary>
    public int Count => Last - First + 1;
}

/// <summary>Why units were released.</summary>
public enum ReleaseReason
{
    /// <summary>Not paid by the deadline and its grace.</summary>
    Expired,

    /// <summary>Given up by the buyer or an operator.</summary>
    Cancelled,
}

/// <summary>Why a captured payment is owed back.</summary>
public enum RefundReason
{
    /// <summary>The order had expired when the payment arrived.</summary>
    Expired,

    /// <summary>The order was cancelled, before or after the payment.</summary>
    Cancelled,

    /// <summary>The order was paid already, by another payment.</summary>
    Duplicate,

    /// <summary>Not the order's amount, or not its currency.</summary>
    WrongAmount,

    /// <summary>Paid by another user than the order's.</summary>
    WrongPayer,
}
