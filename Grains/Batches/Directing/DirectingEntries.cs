using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>An entry that says what the batch offers, or whether it sells.</summary>
public abstract record DirectingEntry : BatchEntry;

/// <summary>The batch was created with these terms; always the first entry.</summary>
public sealed record Created(BatchTerms Terms) : DirectingEntry
{
    internal override ReadOnlySpan<byte> Type => "created"u8;

    internal override void Write(DataWriter to) => TermsFormat.Write(to, Terms);

    internal static BatchEntry Read(ref DataReader from) => new Created(TermsFormat.Read(ref from));
}

/// <summary>New holds stopped until resumed.</summary>
public sealed record PausedSale(string Reason, string By, string Key) : DirectingEntry, ICommandEntry
{
    internal override ReadOnlySpan<byte> Type => "paused"u8;

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Pause, 0, Reason, By, Key);

    internal override void Write(DataWriter to) => to.Command(Reason, By, Key);

    internal static BatchEntry Read(ref DataReader from) =>
        new PausedSale(from.Text("reason"u8), from.Text("by"u8), from.Text("key"u8));
}

/// <summary>A pause ended.</summary>
public sealed record ResumedSale(string Reason, string By, string Key) : DirectingEntry, ICommandEntry
{
    internal override ReadOnlySpan<byte> Type => "resumed"u8;

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Resume, 0, Reason, By, Key);

    internal override void Write(DataWriter to) => to.Command(Reason, By, Key);

    internal static BatchEntry Read(ref DataReader from) =>
        new ResumedSale(from.Text("reason"u8), from.Text("by"u8), from.Text("key"u8));
}

/// <summary>New holds stopped for ever.</summary>
public sealed record ClosedSale(string Reason, string By, string Key) : DirectingEntry, ICommandEntry
{
    internal override ReadOnlySpan<byte> Type => "closed"u8;

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Close, 0, Reason, By, Key);

    internal override void Write(DataWriter to) => to.Command(Reason, By, Key);

    internal static BatchEntry Read(ref DataReader from) =>
        new ClosedSale(from.Text("reason"u8), from.Text("by"u8), from.Text("key"u8));
}

/// <summary>The family's table.</summary>
internal static class DirectingEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("created"u8.ToArray(), Created.Read), new("paused"u8.ToArray(), PausedSale.Read),
        new("resumed"u8.ToArray(), ResumedSale.Read), new("closed"u8.ToArray(), ClosedSale.Read),
    ];
}
