using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// An operator's change to one order. The format is fixed. A batch refuses these entries until rules exist for them.
/// </summary>
public abstract record OrderChangeEntry : BatchEntry;

/// <summary>An order that had ended holds units again.</summary>
public sealed record Revived(long Order, int[] Units, long PayBy, CancelReason Why, Alias By, KeyHash Key)
    : OrderChangeEntry
{
    internal override ReadOnlySpan<byte> Type => "revived"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        to.Units(Units);
        to.Instant("payBy"u8, PayBy);
        to.Text("why"u8, ReasonCodes.Of(Why));
        to.Alias("by"u8, By);
        to.Key(Key);
    }

    internal static BatchEntry Read(ref DataReader from) => new Revived(
        from.Order(), from.Units(), from.Instant("payBy"u8), ReasonCodes.Read(ref from, "why"u8), from.Alias("by"u8),
        from.Key());
}

/// <summary>An operator granted units to a user. This entry makes the order.</summary>
public sealed record Granted(Alias Buyer, int[] Units, long PayBy, CancelReason Why, Alias By, KeyHash Key)
    : OrderChangeEntry
{
    internal override ReadOnlySpan<byte> Type => "granted"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(to.Seq);
        to.Alias("alias"u8, Buyer);
        to.Units(Units);
        to.Instant("payBy"u8, PayBy);
        to.Text("why"u8, ReasonCodes.Of(Why));
        to.Alias("by"u8, By);
        to.Key(Key);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        from.OwnOrder();
        return new Granted(
            from.Alias("alias"u8), from.Units(), from.Instant("payBy"u8), ReasonCodes.Read(ref from, "why"u8),
            from.Alias("by"u8), from.Key());
    }
}

/// <summary>A paid order was shipped. Its documents have the tracking reference.</summary>
public sealed record Shipped(long Order, Alias By, KeyHash Key) : OrderChangeEntry
{
    internal override ReadOnlySpan<byte> Type => "shipped"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        to.Alias("by"u8, By);
        to.Key(Key);
    }

    internal static BatchEntry Read(ref DataReader from) => new Shipped(from.Order(), from.Alias("by"u8), from.Key());
}

/// <summary>The family's table.</summary>
internal static class OrderChangeEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("revived"u8.ToArray(), Revived.Read), new("granted"u8.ToArray(), Granted.Read),
        new("shipped"u8.ToArray(), Shipped.Read),
    ];
}
