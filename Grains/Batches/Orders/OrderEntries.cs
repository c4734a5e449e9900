using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>An entry about an order and its hold.</summary>
public abstract record OrderEntry : BatchEntry;

/// <summary>Units were allocated to an order that is not paid yet. This entry's own sequence names the order.</summary>
/// <param name="Buyer">The owner.</param>
/// <param name="Units">Unit numbers, ascending.</param>
/// <param name="PayBy">The deadline that the buyer sees.</param>
/// <param name="Reservation">Version of the reservation that it was made with, 1 or more.</param>
/// <param name="Key">The client's key; null: none.</param>
/// <param name="Offer">The offer to a place in the line; null: it was bought directly.</param>
public sealed record Held(Alias Buyer, int[] Units, long PayBy, long Reservation, KeyHash? Key, Offer? Offer = null)
    : OrderEntry
{
    internal override ReadOnlySpan<byte> Type => "held"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(to.Seq);
        to.Alias("alias"u8, Buyer);
        to.Units(Units);
        to.Instant("payBy"u8, PayBy);
        to.Number("reservation"u8, Reservation);
        to.KeyIfAny(Key);
        if (Offer is not { } offer) return;
        to.Number("place"u8, offer.Place);
        if (offer.From is { } order) to.Order("from"u8, order);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        from.OwnOrder();
        return new Held(
            from.Alias("alias"u8), from.Units(), from.Instant("payBy"u8), from.Number("reservation"u8), from.KeyIfAny(),
            from.Has("place"u8) ? ReadOffer(ref from) : null);
    }

    private static Offer ReadOffer(ref DataReader from) =>
        new(from.Number("place"u8), from.Has("from"u8) ? from.Order("from"u8) : null);
}

/// <summary>An offer to a place in the line.</summary>
/// <param name="Place">The place.</param>
/// <param name="From">
/// The order whose buyer offers its units back. They stay sold until this order is paid. Null: they were free.
/// </param>
public sealed record Offer(long Place, long? From);

/// <summary>
/// The order ended. Its units are free again. Or they become those of the hold for its return. A hold for a return has
/// none to free.
/// </summary>
/// <param name="Order">The order.</param>
/// <param name="Units">Its units.</param>
/// <param name="Why">Why the order ended.</param>
/// <param name="By">The operator who cancelled it; null: it was not cancelled, or the buyer cancelled it.</param>
/// <param name="Reason">The operator's reason; present exactly if there is an operator.</param>
/// <param name="Key">The hash of the operator's key; null: there is no operator, or they gave no key.</param>
public sealed record Released(
    long Order, int[] Units, ReleaseReason Why, Alias? By = null, CancelReason? Reason = null, KeyHash? Key = null)
    : OrderEntry
{
    private static readonly string[] Reasons = ["expired", "cancelled", "returned"];

    /// <summary>The operator's command; null: the entry is not an operator's, or they gave no key.</summary>
    /// <param name="wasPaid">Whether the order was paid: then it is a refund, else a cancellation.</param>
    public BuyerCommand? CommandWhen(bool wasPaid) => (By, Key) is ({ } by, { } key)
        ? BuyerCommand.OnOrder(wasPaid ? BuyerAction.Refund : BuyerAction.Cancel, Order, Reason!.Value, by, key)
        : null;

    internal override ReadOnlySpan<byte> Type => "released"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        to.Units(Units);
        to.Text("why"u8, Reasons[(int)Why]);
        to.AliasIfAny("by"u8, By);
        if (Reason is { } reason) to.Text("reason"u8, ReasonCodes.Of(reason));
        to.KeyIfAny(Key);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        var (order, units) = (from.Order(), from.Units());
        var why = (ReleaseReason)from.OneOf("why"u8, Reasons);
        return from.AliasIfAny("by"u8) is { } by
            ? new Released(order, units, why, by, ReasonCodes.Read(ref from, "reason"u8), from.KeyIfAny())
            : new Released(order, units, why);
    }
}

/// <summary>Why units were released.</summary>
public enum ReleaseReason
{
    /// <summary>Not paid by the deadline and its grace.</summary>
    Expired,

    /// <summary>Given up by the buyer or an operator.</summary>
    Cancelled,

    /// <summary>Given back by the buyer, and sold to the next in line.</summary>
    Returned,
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class OrderEntries
{
    public static readonly EntryKind[] Kinds =
        [new("held"u8.ToArray(), Held.Read), new("released"u8.ToArray(), Released.Read)];
}
