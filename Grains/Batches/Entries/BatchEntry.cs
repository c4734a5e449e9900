namespace OrleansSale.Grains.Batches.Entries;

/// <summary>
/// An event of a batch. The ledger records it, and only entries change the batch's state. Instants are UTC milliseconds
/// since 1970. An order is named by the sequence of its held entry.
/// </summary>
/// <remarks>
/// One file has one family of entries: the records, their names, and how each is written and read. The order of the
/// members is part of the format.
/// </remarks>
public abstract record BatchEntry
{
    /// <summary>The line's <c>type</c>. It never changes, because stored ledgers must stay readable.</summary>
    internal abstract ReadOnlySpan<byte> Type { get; }

    /// <summary>Writes the members of the line's <c>data</c>.</summary>
    internal abstract void Write(DataWriter to);
}

/// <summary>An entry with its sequence and instant.</summary>
/// <param name="Seq">Sequence, 1 or more.</param>
/// <param name="At">Instant, UTC milliseconds since 1970.</param>
/// <param name="Entry">The entry.</param>
public readonly record struct StampedEntry(long Seq, long At, BatchEntry Entry);

/// <summary>Reads the members of one type of entry.</summary>
internal delegate BatchEntry DataRead(ref DataReader from);

/// <summary>A type of entry: its name and the reader of its members.</summary>
internal readonly struct EntryKind(byte[] type, DataRead read)
{
    /// <summary>The line's <c>type</c>.</summary>
    public ReadOnlySpan<byte> Type => type;

    /// <summary>Reads the members.</summary>
    public DataRead Read => read;
}

/// <summary>
/// An entry contradicts the state that it is applied to. The cause is a bug or a ledger of another batch. Nothing was
/// changed.
/// </summary>
public sealed class InconsistentEntryException(long seq, string message) : Exception($"Entry {seq}: {message}")
{
    /// <summary>Throws unless the condition holds.</summary>
    internal static void ThrowUnless(bool holds, long seq, string otherwise)
    {
        if (!holds) throw new InconsistentEntryException(seq, otherwise);
    }
}
