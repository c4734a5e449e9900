using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>An operator's change to what buyers were promised.</summary>
public abstract record ChangeEntry : BatchEntry;

/// <summary>The payBy of all holds that were live and unpaid before this entry is this much later.</summary>
public sealed record Extended(int Seconds, string Reason, Alias By, KeyHash Key) : ChangeEntry, ICommandEntry
{
    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Extend, 0, Reason, By, Key, Seconds);

    internal override ReadOnlySpan<byte> Type => "extended"u8;

    internal override void Write(DataWriter to)
    {
        to.Number("seconds"u8, Seconds);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Extended(from.Int("seconds"u8), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>A new schedule is in force from this entry on.</summary>
public sealed record Rescheduled(Schedule Schedule, string Reason, Alias By, KeyHash Key) : ChangeEntry, ICommandEntry
{
    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Reschedule, 0, Reason, By, Key, Schedule: Schedule);

    internal override ReadOnlySpan<byte> Type => "rescheduled"u8;

    internal override void Write(DataWriter to)
    {
        TermsFormat.Write(to, Schedule);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Rescheduled(TermsFormat.ReadSchedule(ref from), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>
/// The batch is paused, and the orders that were held before this entry are cancelled and refunded, as their own
/// entries say.
/// </summary>
public sealed record Recalled(RecalledOrders Orders, string Reason, Alias By, KeyHash Key) : ChangeEntry, ICommandEntry
{
    private static readonly string[] Which = ["awaiting-payment", "paid", "all"];

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Recall, 0, Reason, By, Key, Orders: Orders);

    internal override ReadOnlySpan<byte> Type => "recalled"u8;

    internal override void Write(DataWriter to)
    {
        to.Text("orders"u8, Which[(int)Orders]);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) => new Recalled(
        (RecalledOrders)from.OneOf("orders"u8, Which), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class ChangeEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("extended"u8.ToArray(), Extended.Read), new("rescheduled"u8.ToArray(), Rescheduled.Read),
        new("recalled"u8.ToArray(), Recalled.Read),
    ];
}
