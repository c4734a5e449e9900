using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>
/// An operator's change to the promised terms. The format is fixed. A batch refuses these entries until rules exist for
/// them.
/// </summary>
public abstract record ChangeEntry : BatchEntry;

/// <summary>All live holds were extended.</summary>
public sealed record Extended(long Seconds, string Reason, Alias By, KeyHash Key) : ChangeEntry
{
    internal override ReadOnlySpan<byte> Type => "extended"u8;

    internal override void Write(DataWriter to)
    {
        to.Number("seconds"u8, Seconds);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Extended(from.Number("seconds"u8), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>A new schedule is in force from this entry on.</summary>
public sealed record Rescheduled(Schedule Schedule, string Reason, Alias By, KeyHash Key) : ChangeEntry
{
    internal override ReadOnlySpan<byte> Type => "rescheduled"u8;

    internal override void Write(DataWriter to)
    {
        TermsFormat.Write(to, Schedule);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Rescheduled(TermsFormat.ReadSchedule(ref from), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>Orders are cancelled and refunded, and the batch is paused.</summary>
public sealed record Recalled(RecalledOrders Orders, string Reason, Alias By, KeyHash Key) : ChangeEntry
{
    private static readonly string[] Which = ["awaiting-payment", "paid", "all"];

    internal override ReadOnlySpan<byte> Type => "recalled"u8;

    internal override void Write(DataWriter to)
    {
        to.Text("orders"u8, Which[(int)Orders]);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) => new Recalled(
        (RecalledOrders)from.OneOf("orders"u8, Which), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>Which orders a recall covers.</summary>
public enum RecalledOrders
{
    /// <summary>Orders that await payment.</summary>
    AwaitingPayment,

    /// <summary>Paid orders.</summary>
    Paid,

    /// <summary>Both.</summary>
    All,
}

/// <summary>The family's table.</summary>
internal static class ChangeEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("extended"u8.ToArray(), Extended.Read), new("rescheduled"u8.ToArray(), Rescheduled.Read),
        new("recalled"u8.ToArray(), Recalled.Read),
    ];
}
