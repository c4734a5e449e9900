using OrleansSale.Grains.Ledger;

namespace OrleansSale.Silo.Copying;

/// <summary>One stored commit.</summary>
/// <param name="Stream">
/// The number of its stream: 1, 2, 3 … in the order in which the streams were made, which is the order of a copy.
/// </param>
/// <param name="Commit">
/// The commit as stored. <see cref="LedgerCommit.PreviousHash"/> is the hash stored before it, and
/// <see cref="LedgerCommit.IsOpen"/> is the stored state of its stream, the same for every commit.
/// </param>
internal sealed record CommitRow(long Stream, LedgerCommit Commit)
{
    /// <summary>Whether both are the same row, byte for byte, and both streams are open or both are not.</summary>
    public bool Matches(CommitRow other) =>
        Stream == other.Stream && Commit.IsOpen == other.Commit.IsOpen && Commit.Stream == other.Commit.Stream
        && Commit.FirstSeq == other.Commit.FirstSeq
        && Commit.Count == other.Commit.Count && Commit.Hash.AsSpan().SequenceEqual(other.Commit.Hash)
        && Commit.Entries.Span.SequenceEqual(other.Commit.Entries.Span);

    /// <summary>For messages.</summary>
    public override string ToString() => $"{Commit.Stream}, entries {Commit.FirstSeq} to {Commit.LastSeq}";
}

/// <summary>One actor's state in Orleans' grain storage.</summary>
/// <param name="ServiceId">The service it belongs to.</param>
/// <param name="GrainType">The type, as Orleans names it.</param>
/// <param name="Number0">First number of the key.</param>
/// <param name="Number1">Second number of the key.</param>
/// <param name="Key">Text of the key. Null: it has none, which differs from an empty text.</param>
/// <param name="Version">1 or more. It continues after a state was cleared.</param>
/// <param name="Payload">The state; null: cleared.</param>
/// <param name="ModifiedAt">In UTC, to the microsecond.</param>
internal sealed record DocumentRow(
    string ServiceId, string GrainType, long Number0, long Number1, string? Key, int Version, byte[]? Payload,
    DateTime ModifiedAt)
{
    /// <summary>Whether both are the same row.</summary>
    public bool Matches(DocumentRow other) =>
        this with { Payload = null } == other with { Payload = null } && (Payload is null) == (other.Payload is null)
        && Payload.AsSpan().SequenceEqual(other.Payload);

    /// <summary>For messages.</summary>
    public override string ToString() => $"{GrainType} {Key ?? $"{Number0:x16}{Number1:x16}"}";
}

/// <summary>How much there is.</summary>
/// <param name="Streams">Streams of the ledger.</param>
/// <param name="Commits">Their commits.</param>
/// <param name="Entries">The entries of those.</param>
/// <param name="Documents">States in the grain storage.</param>
internal readonly record struct CopySize(long Streams, long Commits, long Entries, long Documents)
{
    /// <summary>The size with one more commit. Commits are in the order of their streams.</summary>
    public CopySize With(CommitRow row) =>
        this with { Streams = row.Stream, Commits = Commits + 1, Entries = Entries + row.Commit.Count };

    /// <summary>The size with one more document.</summary>
    public CopySize WithDocument() => this with { Documents = Documents + 1 };
}
