using System.Security.Cryptography;

namespace OrleansSale.Grains.Ledger;

/// <summary>The hash chain over a stream's lines: hash(n) = SHA-256(hash(n−1) ‖ line n in UTF-8), hash(0) = 32 zero bytes.</summary>
public static class LedgerChain
{
    /// <summary>Length of a hash in bytes.</summary>
    public const int HashLength = 32;

    /// <summary>The hash of a line that follows an entry with <paramref name="previous"/>; the line comes without its line feed.</summary>
    public static void Next(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> line, Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(previous);
        sha.AppendData(line);
        sha.GetHashAndReset(hash);
    }
}
