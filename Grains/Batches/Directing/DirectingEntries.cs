using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>An entry about the terms or the state of the sale.</summary>
public abstract record DirectingEntry : BatchEntry;

/// <summary>The batch was created with these terms; always the first entry.</summary>
/// <param name="Terms">The terms.</param>
/// <param name="KeyHash">SHA-256 of the batch's key: 32 bytes.</param>
/// <param name="SecretHash">SHA-256 of the secret of a draw, 32 bytes; null: no draw.</param>
public sealed record Created(BatchTerms Terms, byte[] KeyHash, byte[]? SecretHash = null) : DirectingEntry
{
    internal override ReadOnlySpan<byte> Type => "created"u8;

    internal override void Write(DataWriter to)
    {
        TermsFormat.Write(to, Terms);
        to.Bytes("keyHash"u8, KeyHash);
        if (SecretHash is not null) to.Bytes("secretHash"u8, SecretHash);
    }

    internal static BatchEntry Read(ref DataReader from) => new Created(
        TermsFormat.Read(ref from), from.Bytes("keyHash"u8),
        from.Has("secretHash"u8) ? from.Bytes("secretHash"u8) : null);
}

/// <summary>The sale opened at its scheduled time.</summary>
public sealed record OpenedSale : DirectingEntry
{
    internal override ReadOnlySpan<byte> Type => "opened"u8;

    internal override void Write(DataWriter to)
    {
    }

    internal static BatchEntry Read(ref DataReader from) => new OpenedSale();
}

/// <summary>The sale ended for ever. No new holds are made; live holds go on.</summary>
public sealed record EndedSale(EndCause Cause) : DirectingEntry
{
    private static readonly string[] Causes = ["schedule", "operator"];

    internal override ReadOnlySpan<byte> Type => "ended"u8;

    internal override void Write(DataWriter to) => to.Text("cause"u8, Causes[(int)Cause]);

    internal static BatchEntry Read(ref DataReader from) => new EndedSale((EndCause)from.OneOf("cause"u8, Causes));
}

/// <summary>Why a sale ended.</summary>
public enum EndCause
{
    /// <summary>The scheduled closing came.</summary>
    Schedule,

    /// <summary>An operator closed it.</summary>
    Operator,
}

/// <summary>New holds stopped until resumed.</summary>
public sealed record PausedSale(string Reason, Alias By, KeyHash Key) : DirectingEntry, ICommandEntry
{
    internal override ReadOnlySpan<byte> Type => "paused"u8;

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Pause, 0, Reason, By, Key);

    internal override void Write(DataWriter to) => to.Command(Reason, By, Key);

    internal static BatchEntry Read(ref DataReader from) =>
        new PausedSale(from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>A pause ended.</summary>
public sealed record ResumedSale(string Reason, Alias By, KeyHash Key) : DirectingEntry, ICommandEntry
{
    internal override ReadOnlySpan<byte> Type => "resumed"u8;

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Resume, 0, Reason, By, Key);

    internal override void Write(DataWriter to) => to.Command(Reason, By, Key);

    internal static BatchEntry Read(ref DataReader from) =>
        new ResumedSale(from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>New holds stopped for ever.</summary>
public sealed record ClosedSale(string Reason, Alias By, KeyHash Key) : DirectingEntry, ICommandEntry
{
    internal override ReadOnlySpan<byte> Type => "closed"u8;

    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.Close, 0, Reason, By, Key);

    internal override void Write(DataWriter to) => to.Command(Reason, By, Key);

    internal static BatchEntry Read(ref DataReader from) =>
        new ClosedSale(from.Text("reason"u8), from.Alias("by"u8), from.Key());
}

/// <summary>
/// The removal of personal data begins: first the reservations, then the orders' documents, and last the batch's key.
/// </summary>
public sealed record Anonymised(Alias By) : DirectingEntry
{
    internal override ReadOnlySpan<byte> Type => "anonymised"u8;

    internal override void Write(DataWriter to) => to.Alias("by"u8, By);

    internal static BatchEntry Read(ref DataReader from) => new Anonymised(from.Alias("by"u8));
}

/// <summary>Nobody can join the line until it is resumed.</summary>
public sealed record LineSuspended(Alias By, KeyHash Key) : DirectingEntry, ICommandEntry
{
    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.SuspendLine, 0, "", By, Key);

    internal override ReadOnlySpan<byte> Type => "line-suspended"u8;

    internal override void Write(DataWriter to)
    {
        to.Alias("by"u8, By);
        to.Key(Key);
    }

    internal static BatchEntry Read(ref DataReader from) => new LineSuspended(from.Alias("by"u8), from.Key());
}

/// <summary>The line can be joined again.</summary>
public sealed record LineResumed(Alias By, KeyHash Key) : DirectingEntry, ICommandEntry
{
    /// <inheritdoc />
    public OperatorCommand Command => new(OperatorAction.ResumeLine, 0, "", By, Key);

    internal override ReadOnlySpan<byte> Type => "line-resumed"u8;

    internal override void Write(DataWriter to)
    {
        to.Alias("by"u8, By);
        to.Key(Key);
    }

    internal static BatchEntry Read(ref DataReader from) => new LineResumed(from.Alias("by"u8), from.Key());
}

/// <summary>The kinds of this file's entries, for <c>EntryReader</c>.</summary>
internal static class DirectingEntries
{
    public static readonly EntryKind[] Kinds =
    [
        new("created"u8.ToArray(), Created.Read), new("opened"u8.ToArray(), OpenedSale.Read),
        new("ended"u8.ToArray(), EndedSale.Read), new("paused"u8.ToArray(), PausedSale.Read),
        new("resumed"u8.ToArray(), ResumedSale.Read),
        new("closed"u8.ToArray(), ClosedSale.Read), new("anonymised"u8.ToArray(), Anonymised.Read),
        new("line-suspended"u8.ToArray(), LineSuspended.Read), new("line-resumed"u8.ToArray(), LineResumed.Read),
    ];
}
