using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Line;

/// <summary>
/// All places of the product's backlog that this batch takes have joined its line. From here on others may join it, and
/// units that nobody in it waits for are anybody's.
/// </summary>
/// <param name="Places">How many joined: 0 or more.</param>
public sealed record BacklogCarried(int Places) : LineEntry
{
    internal override ReadOnlySpan<byte> Type => "backlog-carried"u8;

    internal override void Write(DataWriter to) => to.Number("places"u8, Places);

    internal static BatchEntry Read(ref DataReader from) => new BacklogCarried(from.Int("places"u8));
}

/// <summary>The places that waited at the end are never carried.</summary>
public sealed record BacklogDropped(string Reason, Alias By, KeyHash Key) : LineEntry, ICommandEntry
{
    internal override ReadOnlySpan<byte> Type => "backlog-dropped"u8;

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.DropBacklog, 0, Reason, By, Key);

    internal override void Write(DataWriter to) => to.Command(Reason, By, Key);

    internal static BatchEntry Read(ref DataReader from) =>
        new BacklogDropped(from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class CarryEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("backlog-carried"u8.ToArray(), BacklogCarried.Read),
        new("backlog-dropped"u8.ToArray(), BacklogDropped.Read),
    ];
}
