using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Reservations;

/// <summary>
/// The user's reservation was cancelled. Later purchases with this version or an earlier one are refused.
/// </summary>
public sealed record ReservationCancelled(Alias User, long Version) : BatchEntry
{
    internal override ReadOnlySpan<byte> Type => "reservation-cancelled"u8;

    internal override void Write(DataWriter to)
    {
        to.Alias("alias"u8, User);
        to.Number("reservation"u8, Version);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new ReservationCancelled(from.Alias("alias"u8), from.Number("reservation"u8));
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class ReservationEntries
{
    public static readonly EntryKind[] Kinds = [new("reservation-cancelled"u8.ToArray(), ReservationCancelled.Read)];
}
