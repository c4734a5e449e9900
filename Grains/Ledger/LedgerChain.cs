using System.Security.Cryptography;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// The hash chain over a stream's lines: hash(n) = SHA-256(hash(n−1) ‖ line n in UTF-8), hash(0) = 32 zero bytes.
/// </summary>
/// <remarks>Thread-safe and free of allocations after the first call on a thread.</remarks>
public static class LedgerChain
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashLength = 32;

    // A reused context is the fastest way (490 ns for a line of 230 bytes). The one-shot call needs both parts in one
    // buffer and makes a context each time (580 ns). A new IncrementalHash for each line takes 850 ns.
    [ThreadStatic]
    private static IncrementalHash? _sha;

    /// <summary>
    /// Computes the hash of a line that follows an entry with hash <paramref name="previous"/>. The line has no line
    /// feed.
    /// </summary>
    /// <param name="previous">
    /// Hash of the entry before, 32 bytes; may be the same memory as <paramref name="hash"/>.
    /// </param>
    /// <param name="line">The line in UTF-8, without <c>hash</c> member and without line feed.</param>
    /// <param name="hash">Receives the hash: 32 bytes.</param>
    public static void Next(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> line, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(previous.Length, HashLength, nameof(previous));
        // Checked first, because a failure after AppendData would leave bytes in the reused context.
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, HashLength, nameof(hash));
        var sha = _sha ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(previous);
        sha.AppendData(line);
        sha.GetHashAndReset(hash);
    }

    /// <summary>
    /// Computes the hash of the last of several lines that follow <paramref name="previous"/>. Each line ends with a
    /// line feed.
    /// </summary>
    /// <returns>The number of lines. Bytes after the last line feed are neither counted nor hashed.</returns>
    public static int Over(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> entries, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(previous.Length, HashLength, nameof(previous));
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, HashLength, nameof(hash));
        previous.CopyTo(hash);
        hash = hash[..HashLength];
        var lines = 0;
        for (int end; (end = entries.IndexOf((byte)'\n')) >= 0; entries = entries[(end + 1)..], lines++)
            Next(hash, entries[..end], hash);
        return lines;
    }
}
