using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>An operator's change to one order, or an order that an operator makes.</summary>
public abstract record OrderChangeEntry : BatchEntry, IBuyerCommandEntry
{
    /// <inheritdoc />
    public abstract BuyerCommand? Command { get; }
}

/// <summary>An order that had expired holds units again.</summary>
/// <param name="Order">The order.</param>
/// <param name="Units">Its units from now on, as many as it had.</param>
/// <param name="PayBy">The new deadline that the buyer sees.</param>
/// <param name="Why">The operator's reason.</param>
/// <param name="By">The operator.</param>
/// <param name="Key">The hash of the command's key.</param>
public sealed record Revived(long Order, int[] Units, long PayBy, CancelReason Why, Alias By, KeyHash Key)
    : OrderChangeEntry
{
    /// <inheritdoc />
    public override BuyerCommand Command => BuyerCommand.OnOrder(BuyerAction.Revive, Order, Why, By, Key);

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

/// <summary>An operator granted units to a user. This entry's own sequence names the order.</summary>
/// <param name="Buyer">The user.</param>
/// <param name="Units">Unit numbers, ascending.</param>
/// <param name="PayBy">The deadline that the buyer sees.</param>
/// <param name="Why">The operator's reason.</param>
/// <param name="By">The operator.</param>
/// <param name="Key">The hash of the command's key.</param>
public sealed record Granted(Alias Buyer, int[] Units, long PayBy, CancelReason Why, Alias By, KeyHash Key)
    : OrderChangeEntry
{
    /// <inheritdoc />
    public override BuyerCommand Command => BuyerCommand.Grant(Buyer, Units.Length, Why, By, Key);

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

/// <summary>
/// A paid order was shipped. Its documents have the tracking reference. A further shipment of it has another one.
/// </summary>
/// <param name="Order">The order.</param>
/// <param name="Why">The operator's reason.</param>
/// <param name="By">The operator.</param>
/// <param name="Key">The hash of the command's key.</param>
public sealed record Shipped(long Order, CancelReason Why, Alias By, KeyHash Key) : OrderChangeEntry
{
    /// <inheritdoc />
    public override BuyerCommand Command => BuyerCommand.OnOrder(BuyerAction.Ship, Order, Why, By, Key);

    internal override ReadOnlySpan<byte> Type => "shipped"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        to.Text("why"u8, ReasonCodes.Of(Why));
        to.Alias("by"u8, By);
        to.Key(Key);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Shipped(from.Order(), ReasonCodes.Read(ref from, "why"u8), from.Alias("by"u8), from.Key());
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class OrderChangeEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("revived"u8.ToArray(), Revived.Read), new("granted"u8.ToArray(), Granted.Read),
        new("shipped"u8.ToArray(), Shipped.Read),
    ];
}
