
namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Checks the commits of one stream in order: sequences without gaps, the sequence that each line states, the number of
/// lines, and the stored hashes. Pass each commit to <see cref="Accept"/>. A broken chain is a returned value, never an
/// exception.
/// </summary>
/// <remarks>
/// It verifies the stream up to <see cref="Head"/>. Missing commits at the end show only by comparing that head with
/// another source (the board, an earlier export). Not thread-safe.
/// </remarks>
/// <param name="stream">Name of the stream; passing a commit of another stream is a bug of the caller.</param>
/// <param name="head">The entry that the first commit must follow; null: the stream is read from its beginning.</param>
public sealed class LedgerVerifier(string stream, LedgerHead? head = null)
{
    /// <summary>The last verified entry. After a break it stays at the end of the last good commit.</summary>
    public LedgerHead Head { get; private set; } = head ?? LedgerHead.Empty;

    /// <summary>The first break; null: none so far.</summary>
    public LedgerBreak? Break { get; private set; }

    /// <summary>
    /// Checks the commit that should follow <see cref="Head"/>, and moves the head to its end if it is right.
    /// </summary>
    /// <returns>The break, or null. After a break no commit is accepted: the same break is returned again.</returns>
    public LedgerBreak? Accept(LedgerCommit commit)
    {
        if (commit.Stream != stream)
        {
            throw new ArgumentException(
                $"A commit of {commit.Stream} was given to the verifier of {stream}.",
                nameof(commit));
        }

        if (Break is not null) return Break;
        Span<byte> hash = stackalloc byte[LedgerChain.HashLength];
        if (Check(commit, hash) is { } found)
            return Break = new LedgerBreak(stream, found.Seq, commit.FirstSeq, commit.LastSeq, found.Reason);
        Head = new LedgerHead(commit.LastSeq, hash.ToArray());
        return null;
    }

    private (long Seq, LedgerBreakReason Reason)? Check(LedgerCommit commit, Span<byte> hash)
    {
        var expected = Head.Seq + 1;
        if (commit.FirstSeq != expected) return (expected, LedgerBreakReason.OutOfSequence);
        if (!Head.Hash.AsSpan().SequenceEqual(commit.PreviousHash))
            return (expected, LedgerBreakReason.PreviousHashMismatch);
        Head.Hash.CopyTo(hash);
        var bytes = 0;
        foreach (var line in LedgerLines.Of(commit))
        {
            if (!LedgerLines.TryReadSeq(line.Span, out var stated)) return (expected, LedgerBreakReason.MalformedLine);
            if (stated != expected) return (expected, LedgerBreakReason.MisplacedLine);
            if (expected > commit.LastSeq) return (expected, LedgerBreakReason.CountMismatch);
            LedgerChain.Next(hash, line.Span, hash);
            bytes += line.Length + 1;
            expected++;
        }

        if (bytes != commit.Entries.Length) return (expected, LedgerBreakReason.MalformedLine);
        if (expected != commit.LastSeq + 1) return (expected, LedgerBreakReason.CountMismatch);
        return hash.SequenceEqual(commit.Hash) ? null : (commit.FirstSeq, LedgerBreakReason.HashMismatch);
    }
}

/// <summary>Where a chain breaks, and how.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Seq">
/// The first wrong entry. With <see cref="LedgerBreakReason.HashMismatch"/> it is the first entry of the commit: hashes
/// are stored per commit, so any entry of the commit may have changed.
/// </param>
/// <param name="FirstSeq">First entry of the commit in which the break was found.</param>
/// <param name="LastSeq">Last entry of that commit, as the commit states.</param>
/// <param name="Reason">The kind of break.</param>
public sealed record LedgerBreak(string Stream, long Seq, long FirstSeq, long LastSeq, LedgerBreakReason Reason)
{
    /// <summary>The break as one sentence.</summary>
    public override string ToString() =>
        $"The chain of {Stream} breaks at entry {Seq} (commit {FirstSeq} to {LastSeq}): " + Reason switch
        {
            LedgerBreakReason.OutOfSequence =>
                "the commit does not follow the one before; entries are missing or repeated.",
            LedgerBreakReason.PreviousHashMismatch =>
                "the commit follows another entry than the one before it.",
            LedgerBreakReason.MalformedLine => "it is not a line of the ledger's form.",
            LedgerBreakReason.MisplacedLine => "the line states another sequence than its place.",
            LedgerBreakReason.CountMismatch => "the commit holds another number of lines than it states.",
            LedgerBreakReason.HashMismatch => "the lines do not give the stored hash.",
            _ => throw new InvalidOperationException($"No sentence for {Reason}."),
        };
}

/// <summary>The kinds of breaks: a closed set.</summary>
public enum LedgerBreakReason
{
    /// <summary>
    /// The commit's first sequence is not the one after the last entry: a gap, a repeat or a wrong order of commits.
    /// </summary>
    OutOfSequence,

    /// <summary>The commit's previous hash is not the hash of the entry before it.</summary>
    PreviousHashMismatch,

    /// <summary>A line does not begin with <c>{"seq":n,</c>, does not end with <c>}</c>, or has no line feed.</summary>
    MalformedLine,

    /// <summary>A line's <c>seq</c> differs from its position: a line is missing, inserted or moved.</summary>
    MisplacedLine,

    /// <summary>The commit holds more or fewer lines than its count.</summary>
    CountMismatch,

    /// <summary>The hash over the lines is not the stored one: a line's bytes or the hash were changed.</summary>
    HashMismatch,
}
