namespace OrleansSale.Grains.Batches.Entries;

/// <summary>
/// Something that happened to a batch: what the ledger records, and the only thing that changes its state. Instants are
/// UTC milliseconds since 1970; orders are named by the sequence of their held entry.
/// </summary>
/// <remarks>
/// An entry family is one file: its records, their names, how each is written and read. The order of the members is a
/// part of the format.
/// </remarks>
public abstract record BatchEntry
{
    /// <summary>The line's <c>type</c>. It is for ever: stored ledgers must stay readable.</summary>
    internal abstract ReadOnlySpan<byte> Type { get; }

    /// <summary>Writes the members of the line's <c>data</c>.</summary>
    internal abstract void Write(DataWriter to);
}

/// <summary>An entry with its place and time.</summary>
/// <param name="Seq">Sequence, 1 or more.</param>
/// <param name="At">Instant, UTC milliseconds since 1970.</param>
/// <param name="Entry">What happened.</param>
public readonly record struct StampedEntry(long Seq, long At, BatchEntry Entry);

/// <summary>Reads the members of one type of entry.</summary>
internal delegate BatchEntry DataRead(ref DataReader from);

/// <summary>One type of entry: its name, and how its members are read.</summary>
internal readonly struct EntryKind(byte[] type, DataRead read)
{
    /// <summary>The line's <c>type</c>.</summary>
    public ReadOnlySpan<byte> Type => type;

    /// <summary>Reads the members.</summary>
    public DataRead Read => read;
}

/// <summary>
/// An entry contradicts the state it is applied to: a bug, or a ledger that is not this batch's. Nothing was changed.
/// </summary>
public sealed class InconsistentEntryException(long seq, string message) : Exception($"Entry {seq}: {message}")
{
    /// <summary>Sequence of the entry.</summary>
    public long Seq { get; } = seq;

    /// <summary>Demands that a condition holds.</summary>
    internal static void ThrowUnless(bool holds, long seq, string otherwise)
    {
        if (!holds) throw new InconsistentEntryException(seq, otherwise);
    }
}
