using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>An entry about an order and its hold.</summary>
public abstract record OrderEntry : BatchEntry;

/// <summary>
/// Units were allocated to an order that is not paid yet. The order is named by this entry's own sequence.
/// </summary>
/// <param name="User">The owner.</param>
/// <param name="Units">Unit numbers, ascending.</param>
/// <param name="PayBy">The deadline shown.</param>
/// <param name="Reservation">Version of the reservation that entitled to it, 1 or more.</param>
/// <param name="Key">The client's key; null: none.</param>
public sealed record Held(string User, int[] Units, long PayBy, long Reservation, string? Key) : OrderEntry
{
    internal override ReadOnlySpan<byte> Type => "held"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(to.Seq);
        to.Text("user"u8, User);
        to.Units(Units);
        to.Instant("payBy"u8, PayBy);
        to.Number("reservation"u8, Reservation);
        to.TextIfAny("key"u8, Key);
    }

    internal static BatchEntry Read(ref DataReader from)
    {
        if (from.Order() != from.Seq) throw new LedgerFormatException("a held entry names another order than its own");
        return new Held(
            from.Text("user"u8), from.Units(), from.Instant("payBy"u8), from.Number("reservation"u8), from.TextIfAny("key"u8));
    }
}

/// <summary>The order ended and its units are free again.</summary>
public sealed record Released(long Order, int[] Units, ReleaseReason Why) : OrderEntry
{
    private static readonly string[] Reasons = ["expired", "cancelled"];

    internal override ReadOnlySpan<byte> Type => "released"u8;

    internal override void Write(DataWriter to)
    {
        to.Order(Order);
        to.Units(Units);
        to.Text("why"u8, Reasons[(int)Why]);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Released(from.Order(), from.Units(), (ReleaseReason)from.OneOf("why"u8, Reasons));
}

/// <summary>Why units were released.</summary>
public enum ReleaseReason
{
    /// <summary>Not paid by the deadline and its grace.</summary>
    Expired,

    /// <summary>Given up by the buyer or an operator.</summary>
    Cancelled,
}

/// <summary>The family's table.</summary>
internal static class OrderEntries
{
    public static readonly EntryKind[] Kinds = [new("held"u8.ToArray(), Held.Read), new("released"u8.ToArray(), Released.Read)];
}
