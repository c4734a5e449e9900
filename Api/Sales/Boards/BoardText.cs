using System.Buffers;
using System.IO.Hashing;
using System.Text.Json;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// A board in JSON, encoded once and used for all answers until it changes. Only <c>serverTime</c>, its last member,
/// differs in each answer.
/// </summary>
/// <param name="terms">The terms of the batch.</param>
/// <param name="counts">The counts it shows.</param>
/// <param name="phase">The phase it shows.</param>
public sealed class BoardText(BatchTerms terms, BatchSnapshot counts, Phase phase)
{
    // Measured leads differ by a few milliseconds.
    private static readonly TimeSpan SameLead = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _beforeTime = Encode(terms, counts, phase);

    /// <summary>A hash of all its members except the time.</summary>
    public ulong Hash => field != 0 ? field : field = XxHash3.HashToUInt64(_beforeTime);

    /// <summary>Its length in bytes, the time included.</summary>
    public int Length => _beforeTime.Length + InstantText.Length + AfterTime.Length;

    private static ReadOnlySpan<byte> AfterTime => "\"}"u8;

    /// <summary>Whether it is the text of these counts and this phase.</summary>
    public bool IsOf(BatchSnapshot snapshot, Phase shown) =>
        shown == phase && snapshot.Seq == counts.Seq && snapshot.Reserved == counts.Reserved
        && (snapshot.Lead - counts.Lead).Duration() < SameLead;

    /// <summary>Writes it as an answer at this instant of the front's clock.</summary>
    public void Write(IBufferWriter<byte> output, DateTimeOffset clock)
    {
        output.Write(_beforeTime);
        Span<byte> time = stackalloc byte[InstantText.Length];
        InstantText.Write(counts.At(clock), time);
        output.Write(time);
        output.Write(AfterTime);
    }

    private static byte[] Encode(BatchTerms terms, BatchSnapshot counts, Phase phase)
    {
        var board = BoardBody.Of(terms, counts, default) with { Phase = phase };
        var text = JsonSerializer.SerializeToUtf8Bytes(board, BoardJson.Wire.BoardBody);
        return text[..^(InstantText.Length + AfterTime.Length)];
    }
}
