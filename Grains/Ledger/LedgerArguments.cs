using System.Text;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// The checks of a ledger's arguments, shared by all ledgers so that they refuse the same calls. A violation is a bug
/// of the caller.
/// </summary>
public static class LedgerArguments
{
    /// <summary>Longest name of a stream, in UTF-16 characters.</summary>
    public const int MaxStreamLength = 300;

    /// <summary>Most bytes of entries in one commit: 64 MiB.</summary>
    public const int MaxEntriesBytes = 64 << 20;

    /// <summary>Most streams in one answer of <see cref="ILedger.ListAsync"/>.</summary>
    public const int MaxListLimit = 10_000;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// Requires a well-formed commit. It does not recompute the hash; see <see cref="LedgerVerifier"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The commit contradicts itself or exceeds a bound.</exception>
    public static void RequireCommit(LedgerCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        RequireStream(commit.Stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(commit.FirstSeq, 1, nameof(commit));
        ArgumentOutOfRangeException.ThrowIfLessThan(commit.Count, 1, nameof(commit));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(commit.Entries.Length, MaxEntriesBytes, nameof(commit));
        ArgumentOutOfRangeException.ThrowIfNotEqual(commit.PreviousHash.Length, LedgerChain.HashLength, nameof(commit));
        ArgumentOutOfRangeException.ThrowIfNotEqual(commit.Hash.Length, LedgerChain.HashLength, nameof(commit));
        var entries = commit.Entries.Span;
        if (entries is not [.., (byte)'\n'] || entries.Count((byte)'\n') != commit.Count)
        {
            throw new ArgumentException(
                $"The entries are not {commit.Count} lines, each ended by a line feed.", nameof(commit));
        }
    }

    /// <summary>Requires a name of 1…300 characters that is well-formed Unicode without control characters.</summary>
    /// <exception cref="ArgumentException">It is not such a name.</exception>
    public static void RequireStream(string stream)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stream.Length, MaxStreamLength, nameof(stream));
        RequireText(stream, nameof(stream));
    }

    /// <summary>
    /// Requires valid arguments of a listing: a prefix of names (empty: all streams), a position and a limit.
    /// </summary>
    /// <exception cref="ArgumentException">A text is not well-formed or the limit is out of its range.</exception>
    public static void RequireList(string prefix, string? after, int limit)
    {
        RequirePrefix(prefix);
        if (after is not null) RequireText(after, nameof(after));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxListLimit);
    }

    /// <summary>Requires a prefix of names; empty: all streams.</summary>
    /// <exception cref="ArgumentException">It can't be the beginning of a name.</exception>
    public static void RequirePrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        RequireText(prefix, nameof(prefix));
    }

    private static void RequireText(string text, string parameter)
    {
        // Encoding would replace a lone surrogate, so two names could become one stream.
        foreach (var character in text)
        {
            if (char.IsControl(character))
                throw new ArgumentException("A control character is not allowed in a name.", parameter);
        }

        try
        {
            _ = StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException malformed)
        {
            throw new ArgumentException("The text is not well-formed Unicode.", parameter, malformed);
        }
    }
}
