using OrleansSale.GrainInterfaces.Messages;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Grains.Messages;

/// <summary>An entry of a batch that the buyer of an order is told of.</summary>
/// <param name="Seq">Its sequence.</param>
/// <param name="At">Its instant.</param>
/// <param name="Order">Sequence of the order.</param>
/// <param name="Kind">What the buyer is told.</param>
/// <param name="Why">Why; null: the kind has no reason.</param>
/// <param name="Amount">The money it is about; null: none.</param>
/// <param name="PayBy">Until when the units are held; null: the kind has no deadline.</param>
/// <param name="Buyer">The buyer of the order; null: the entry does not say it.</param>
public sealed record News(
    long Seq, DateTimeOffset At, long Order, MessageKind Kind, RefundCause? Why, Money? Amount,
    DateTimeOffset? PayBy = null, Alias? Buyer = null);

/// <summary>
/// Which entries a buyer is told of. Both that a refund is owed and that it was made: the first says why the money goes
/// back, the second that it has; days may lie between the two. An offer to the line, a grant and a revival are told at
/// once, because the time to pay is short.
/// </summary>
public static class MessageRules
{
    /// <summary>The news in an entry; null: nobody is told of it.</summary>
    public static News? Of(StampedEntry entry) => entry.Entry switch
    {
        // Of an order whose money went back elsewhere nothing is owed.
        RefundOwed { Amount.Amount: > 0 } owed =>
            Of(entry, owed.Order, MessageKind.Refund, CauseOf(owed.Why), owed.Amount),
        RefundMade made => Of(entry, made.Order, MessageKind.Refunded, why: null, made.Amount),
        // An operator has paid it back by hand.
        RefundedElsewhere { By: not null } made =>
            Of(entry, made.Order, MessageKind.Refunded, why: null, made.Amount),
        Held { Offer: not null } e => ToPay(entry, entry.Seq, MessageKind.Offer, e.PayBy, e.Buyer),
        Granted e => ToPay(entry, entry.Seq, MessageKind.Grant, e.PayBy, e.Buyer),
        Revived e => ToPay(entry, e.Order, MessageKind.Revival, e.PayBy, buyer: null),
        _ => null,
    };

    /// <summary>
    /// Whether lines of a ledger may have news. It is quick: what follows a fast sale must not read every purchase.
    /// </summary>
    public static bool MayHaveNews(ReadOnlySpan<byte> lines) =>
        lines.IndexOf("\"type\":\"refund"u8) >= 0 || lines.IndexOf(",\"place\":"u8) >= 0
        || lines.IndexOf("\"type\":\"granted\""u8) >= 0 || lines.IndexOf("\"type\":\"revived\""u8) >= 0;

    private static News ToPay(StampedEntry entry, long order, MessageKind kind, long payBy, Alias? buyer) =>
        Of(entry, order, kind, why: null, amount: null) with
        {
            PayBy = DateTimeOffset.FromUnixTimeMilliseconds(payBy),
            Buyer = buyer,
        };

    private static News Of(StampedEntry entry, long order, MessageKind kind, RefundCause? why, Money? amount) =>
        new(entry.Seq, DateTimeOffset.FromUnixTimeMilliseconds(entry.At), order, kind, why, amount);

    private static RefundCause CauseOf(RefundReason why) => why switch
    {
        RefundReason.Expired => RefundCause.Expired,
        RefundReason.Cancelled => RefundCause.Cancelled,
        RefundReason.Shipped => RefundCause.Shipped,
        RefundReason.Duplicate => RefundCause.Duplicate,
        RefundReason.WrongAmount => RefundCause.WrongAmount,
        RefundReason.WrongPayer => RefundCause.WrongPayer,
        RefundReason.Returned => RefundCause.Returned,
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, "unknown reason"),
    };
}
