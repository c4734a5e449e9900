using System.Buffers.Text;
using System.Text;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>One HTTP/1.1 answer, read out of a connection's buffer as far as a load generator needs it.</summary>
internal sealed class WireAnswer
{
    /// <summary>The longest answer accepted, head and body together.</summary>
    public const int LongestBytes = 1024 * 1024;

    private const int FirstBufferBytes = 4096;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _length;
    private int _headEnd;
    private int _bodyLength;

    /// <summary>The HTTP status.</summary>
    public int Status { get; private set; }

    /// <summary>The answer's Retry-After in seconds; 0 if it has none.</summary>
    public int RetryAfterSeconds { get; private set; }

    /// <summary>Whether the server closes the connection after this answer.</summary>
    public bool Closes { get; private set; }

    /// <summary>The body, decoded; valid until the next answer.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_headEnd, _bodyLength);

    /// <summary>The code of a refusal; empty if it has none.</summary>
    public ReadOnlySpan<byte> Code => TextAfter("\"code\":\""u8);

    /// <summary>Where the next bytes go.</summary>
    /// <exception cref="WireException">The answer is longer than <see cref="LongestBytes"/>.</exception>
    public Memory<byte> Space()
    {
        if (_length == _buffer.Length)
        {
            if (_length >= LongestBytes) throw new WireException($"an answer is longer than {LongestBytes} bytes");
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, LongestBytes));
        }

        return _buffer.AsMemory(_length);
    }

    /// <summary>Forgets the answer.</summary>
    public void Clear() => (_length, _headEnd, _bodyLength, Status, RetryAfterSeconds, Closes) = (0, 0, 0, 0, 0, false);

    /// <summary>Takes note of bytes put into <see cref="Space"/>.</summary>
    /// <returns>Whether the answer is whole.</returns>
    /// <exception cref="WireException">It is not HTTP/1.1, or has no stated end.</exception>
    public bool Added(int bytes)
    {
        _length += bytes;
        while (true)
        {
            var all = _buffer.AsSpan(0, _length);
            var end = all.IndexOf("\r\n\r\n"u8);
            if (end < 0) return false;
            _headEnd = end + 4;
            var framing = ReadHead(all[..(end + 2)]);
            if (Status is < 100 or >= 200) return HasBody(framing, all[_headEnd..]);

            // 100 Continue and the like come before the answer.
            all[_headEnd..].CopyTo(_buffer);
            _length -= _headEnd;
        }
    }

    /// <summary>
    /// The text that follows <paramref name="prefix"/> in the body, up to the next quotation mark; empty if there is
    /// none.
    /// </summary>
    public ReadOnlySpan<byte> TextAfter(ReadOnlySpan<byte> prefix)
    {
        var at = Body.IndexOf(prefix);
        if (at < 0) return default;
        var rest = Body[(at + prefix.Length)..];
        var end = rest.IndexOf((byte)'"');
        return end < 0 ? default : rest[..end];
    }

    private bool HasBody(int framing, Span<byte> body)
    {
        if (Status is 204 or 304) framing = 0;
        if (framing >= 0)
        {
            _bodyLength = framing;
            if (body.Length > framing) throw new WireException("more came than the answer's length");
            return body.Length == framing;
        }

        if (framing != Chunked) throw new WireException("the answer states no length");
        var decoded = ChunkedBody.Decode(body);
        _bodyLength = Math.Max(decoded, 0);
        return decoded >= 0;
    }

    private const int Chunked = -1;
    private const int Unstated = -2;

    private int ReadHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head.Slice(9, 3), out int status, out _))
            throw new WireException("not an HTTP/1.1 answer");
        (Status, RetryAfterSeconds, Closes) = (status, 0, false);
        var framing = Unstated;
        for (var rest = head[(head.IndexOf((byte)'\n') + 1)..]; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = rest[..end];
            if (Value(line, "Content-Length:"u8, out var value)) framing = Number(value);
            else if (Value(line, "Transfer-Encoding:"u8, out _)) framing = Chunked;
            else if (Value(line, "Retry-After:"u8, out value)) RetryAfterSeconds = Number(value);
            else if (Value(line, "Connection:"u8, out value)) Closes = Ascii.EqualsIgnoreCase(value, "close"u8);
            rest = rest[(end + 1)..];
        }

        return framing;
    }

    private static bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < name.Length || (line[0] | 0x20) != (name[0] | 0x20)) return false;
        if (!Ascii.EqualsIgnoreCase(line[..name.Length], name)) return false;
        value = line[name.Length..].Trim(" \t\r"u8);
        return true;
    }

    private static int Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int number, out var length) && length == text.Length && number >= 0
            ? number
            : throw new WireException("a header is not a number");
}

/// <summary>The other side does not speak as it must, or not at all. The request's outcome is unknown.</summary>
internal sealed class WireException(string message) : IOException(message);
