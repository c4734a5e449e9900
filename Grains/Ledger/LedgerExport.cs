using System.Buffers;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Writes the lines of the export: the stored line with <c>,"hash":"&lt;hex&gt;"</c> as its last member, ended by a
/// line feed.
/// </summary>
/// <remarks>
/// The last line of a commit carries the stored hash; the lines before it carry computed hashes. So an export shows
/// tampering: recomputing the chain over a tampered commit contradicts the stored hash.
/// </remarks>
public static class LedgerExport
{
    private static ReadOnlySpan<byte> BeforeHash => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> AfterHash => "\"}\n"u8;

    /// <summary>Writes the commit's lines from entry <paramref name="fromSeq"/> on (by position; 1: all).</summary>
    public static void WriteCommit(IBufferWriter<byte> output, LedgerCommit commit, long fromSeq = 1)
    {
        Span<byte> hash = stackalloc byte[LedgerChain.HashLength];
        commit.PreviousHash.CopyTo(hash);
        var seq = commit.FirstSeq;
        foreach (var line in LedgerLines.Of(commit))
        {
            LedgerChain.Next(hash, line.Span, hash);
            if (seq >= fromSeq) WriteLine(output, line.Span, seq == commit.LastSeq ? commit.Hash : hash);
            seq++;
        }
    }

    /// <summary>Writes one line with its hash (32 bytes). The line ends with <c>}</c> and has no line feed.</summary>
    public static void WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> line, ReadOnlySpan<byte> hash)
    {
        if (line is not [.., (byte)'}'])
            throw new ArgumentException("A line of the ledger ends with a brace.", nameof(line));
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, LedgerChain.HashLength, nameof(hash));
        var length = line.Length - 1 + BeforeHash.Length + (2 * LedgerChain.HashLength) + AfterHash.Length;
        var target = output.GetSpan(length);
        line[..^1].CopyTo(target);
        target = target[(line.Length - 1)..];
        BeforeHash.CopyTo(target);
        target = target[BeforeHash.Length..];
        Convert.TryToHexStringLower(hash, target, out var written);
        AfterHash.CopyTo(target[written..]);
        output.Advance(length);
    }
}
