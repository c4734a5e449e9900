using System.Buffers.Text;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>Decodes a chunked body where it lies.</summary>
internal static class ChunkedBody
{
    /// <summary>Moves the chunks together once all of them have come.</summary>
    /// <returns>The length of the decoded body; −1 while more must come (then nothing was moved).</returns>
    /// <exception cref="WireException">It is not a chunked body.</exception>
    public static int Decode(Span<byte> body)
    {
        if (!IsWhole(body)) return -1;
        var (from, to) = (0, 0);
        while (true)
        {
            var size = SizeAt(body[from..], out var digits);
            if (size == 0) return to;
            from += digits;
            body.Slice(from, size).CopyTo(body[to..]);
            from += size + 2;
            to += size;
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> body)
    {
        while (true)
        {
            var size = SizeAt(body, out var digits);
            if (size < 0 || body.Length < digits + size + 2) return false;
            if (!body.Slice(digits + size, 2).SequenceEqual("\r\n"u8)) throw new WireException("a chunk does not end");
            body = body[(digits + size + 2)..];
            if (size > 0) continue;
            return body.IsEmpty ? true : throw new WireException("more came than the answer's last chunk");
        }
    }

    /// <summary>
    /// The size of the chunk that begins here, and how many bytes its first line takes; −1 if the line is not all
    /// there.
    /// </summary>
    private static int SizeAt(ReadOnlySpan<byte> body, out int lineLength)
    {
        var end = body.IndexOf("\r\n"u8);
        lineLength = end + 2;
        if (end < 0) return -1;
        return Utf8Parser.TryParse(body[..end], out int size, out var length, 'x') && length == end && size >= 0
            ? size
            : throw new WireException("a chunk has no size");
    }
}
