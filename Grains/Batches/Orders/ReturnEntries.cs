using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// A buyer offers the units of a paid order back, or does not any more. A crash must not forget such an offer, and it
/// changes neither the order nor its units. So it has entries of its own.
/// </summary>
/// <param name="Order">The order.</param>
public abstract record ReturnEntry(long Order) : BatchEntry
{
    internal override void Write(DataWriter to) => to.Order(Order);
}

/// <summary>The buyer of a paid order offers its units to the line.</summary>
/// <param name="Order">The order.</param>
public sealed record ReturnOffered(long Order) : ReturnEntry(Order)
{
    internal override ReadOnlySpan<byte> Type => "return-offered"u8;

    internal static BatchEntry Read(ref DataReader from) => new ReturnOffered(from.Order());
}

/// <summary>
/// The buyer of a paid order keeps it, after they had offered its units back. A hold for them that lives may still be
/// paid.
/// </summary>
/// <param name="Order">The order.</param>
public sealed record ReturnCancelled(long Order) : ReturnEntry(Order)
{
    internal override ReadOnlySpan<byte> Type => "return-cancelled"u8;

    internal static BatchEntry Read(ref DataReader from) => new ReturnCancelled(from.Order());
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class ReturnEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("return-offered"u8.ToArray(), ReturnOffered.Read),
        new("return-cancelled"u8.ToArray(), ReturnCancelled.Read),
    ];
}
