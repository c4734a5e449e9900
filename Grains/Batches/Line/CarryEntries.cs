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

/// <summary>The family's table.</summary>
internal static class CarryEntries
{
    public static readonly EntryKind[] Kinds = [new("backlog-carried"u8.ToArray(), BacklogCarried.Read)];
}
