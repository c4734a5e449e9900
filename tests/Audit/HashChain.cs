using System.Buffers;
using System.Security.Cryptography;

namespace OrleansSale.Tests.Audit;

/// <summary>
/// Verifies the chain over exported lines: hash(n) = SHA-256(hash(n−1) ‖ line n without its <c>hash</c> member).
/// </summary>
internal sealed class HashChain
{
    private const int HashBytes = SHA256.HashSizeInBytes;

    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);

    private readonly byte[] _stated = new byte[HashBytes];
    private byte[] _input = new byte[4096];

    private static ReadOnlySpan<byte> Member => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>The hash the last line states, in lower-case hexadecimal.</summary>
    public string Head => Convert.ToHexStringLower(_input.AsSpan(0, HashBytes));

    /// <summary>
    /// Checks one line. After a break the chain goes on from the hash that the line states, so that one changed line is
    /// one violation.
    /// </summary>
    /// <returns>Null if the line follows; else what is wrong.</returns>
    public string? Follow(ReadOnlySpan<byte> line)
    {
        var suffix = Member.Length + 2 * HashBytes + End.Length;
        if (line.Length <= suffix || !line[^suffix..].StartsWith(Member) || !line.EndsWith(End))
            return "the line does not end in its hash";
        var hex = line.Slice(line.Length - End.Length - 2 * HashBytes, 2 * HashBytes);
        if (hex.ContainsAnyExcept(LowerHex)
            || Convert.FromHexString(hex, _stated, out _, out _) != OperationStatus.Done)
            return "the hash is not lower-case hexadecimal";

        // The input is the previous hash and then the line as it was before its hash was added.
        var body = line[..^suffix];
        var length = HashBytes + body.Length + 1;
        if (_input.Length < length) Array.Resize(ref _input, length * 2);
        body.CopyTo(_input.AsSpan(HashBytes));
        _input[length - 1] = (byte)'}';

        Span<byte> hash = stackalloc byte[HashBytes];
        SHA256.HashData(_input.AsSpan(0, length), hash);
        _stated.CopyTo(_input.AsSpan());
        return hash.SequenceEqual(_stated) ? null : "the hash does not follow from the entry before and this line";
    }
}
