using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Stock;

/// <summary>An entry that changes the stock.</summary>
public abstract record StockEntry : BatchEntry, ICommandEntry
{
    /// <inheritdoc />
    public abstract OperatorCommand Command { get; }
}

/// <summary>Units were added. Their numbers follow the stock before them.</summary>
public sealed record Restocked(UnitRange[] Ranges, string Reason, Alias By, KeyHash Key) : StockEntry
{
    internal override ReadOnlySpan<byte> Type => "restocked"u8;

    /// <inheritdoc />
    public override OperatorCommand Command => new(OperatorAction.Restock, UnitRange.CountOf(Ranges), Reason, By, Key);

    internal override void Write(DataWriter to)
    {
        to.Ranges(Ranges);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Restocked(from.Ranges(), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>Free units were taken out of the sale.</summary>
public sealed record Withdrawn(UnitRange[] Ranges, string Reason, Alias By, KeyHash Key) : StockEntry
{
    internal override ReadOnlySpan<byte> Type => "withdrawn"u8;

    /// <inheritdoc />
    public override OperatorCommand Command => new(OperatorAction.Withdraw, UnitRange.CountOf(Ranges), Reason, By, Key);

    internal override void Write(DataWriter to)
    {
        to.Ranges(Ranges);
        to.Command(Reason, By, Key);
    }

    internal static BatchEntry Read(ref DataReader from) =>
        new Withdrawn(from.Ranges(), from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class StockEntries
{
    public static readonly EntryKind[] Kinds =
        [new("restocked"u8.ToArray(), Restocked.Read), new("withdrawn"u8.ToArray(), Withdrawn.Read)];
}
