using System.Buffers.Text;
using System.Text;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>One HTTP/1.1 answer, read out of a connection's buffer as far as a load generator needs it.</summary>
internal sealed class WireAnswer
{
    /// <summary>The longest answer accepted, head and body together.</summary>
    public const int LongestBytes = 1024 * 1024;

    private const int FirstBufferBytes = 4096, Chunked = -1, Unstated = -2;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _length, _headEnd, _bodyLength, _framing, _nextChunk;

    public int Status { get; private set; }

    /// <summary>0 if it has none.</summary>
    public int RetryAfterSeconds { get; private set; }

    /// <summary>Whether the server closes the connection after this answer.</summary>
    public bool Closes { get; private set; }

    /// <summary>The body, decoded; valid until the next answer.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_headEnd, _bodyLength);

    /// <summary>The code of a refusal; empty if it has none.</summary>
    public ReadOnlySpan<byte> Code => TextAfter("\"code\":\""u8);

    /// <summary>Where the next bytes go.</summary>
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
        while (_headEnd == 0)
        {
            var all = _buffer.AsSpan(0, _length);
            var end = all.IndexOf("\r\n\r\n"u8);
            if (end < 0) return false;
            ReadHead(all[..(end + 2)]);
            if (Status is < 100 or >= 200)
            {
                _headEnd = _nextChunk = end + 4;
                break;
            }

            // 100 Continue and the like come before the answer.
            all[(end + 4)..].CopyTo(_buffer);
            _length -= end + 4;
        }

        if (_framing == Chunked) return AreChunksWhole();
        _bodyLength = _framing >= 0 ? _framing : throw new WireException("the answer states no length");
        return _length <= _headEnd + _bodyLength
            ? _length == _headEnd + _bodyLength
            : throw new WireException("more came than the answer's length");
    }

    /// <summary>The text that follows in the body, up to the next quotation mark; empty if there is none.</summary>
    public ReadOnlySpan<byte> TextAfter(ReadOnlySpan<byte> prefix)
    {
        var at = Body.IndexOf(prefix);
        if (at < 0) return default;
        var rest = Body[(at + prefix.Length)..];
        var end = rest.IndexOf((byte)'"');
        return end < 0 ? default : rest[..end];
    }

    /// <summary>Moves the chunks together, each when all of it has come.</summary>
    private bool AreChunksWhole()
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_nextChunk, _length - _nextChunk);
            var line = rest.IndexOf("\r\n"u8);
            if (line < 0) return false;
            if (!Utf8Parser.TryParse(rest[..line], out int size, out var digits, 'x') || digits != line || size < 0)
                throw new WireException("a chunk has no size");
            if (rest.Length < line + size + 4) return false;
            if (!rest.Slice(line + 2 + size, 2).SequenceEqual("\r\n"u8))
                throw new WireException("a chunk does not end");
            rest.Slice(line + 2, size).CopyTo(_buffer.AsSpan(_headEnd + _bodyLength));
            _bodyLength += size;
            _nextChunk += line + size + 4;
            if (size > 0) continue;
            return _nextChunk == _length ? true : throw new WireException("more came than the answer's last chunk");
        }
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head.Slice(9, 3), out int status, out _))
            throw new WireException("not an HTTP/1.1 answer");
        (Status, RetryAfterSeconds, Closes, _framing) = (status, 0, false, status is 204 or 304 ? 0 : Unstated);
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (Value(line, "Content-Length:"u8, out var value)) _framing = Number(value);
            else if (Value(line, "Transfer-Encoding:"u8, out _)) _framing = Chunked;
            else if (Value(line, "Retry-After:"u8, out value)) RetryAfterSeconds = Number(value);
            else if (Value(line, "Connection:"u8, out value)) Closes = Ascii.EqualsIgnoreCase(value, "close"u8);
        }
    }

    private static bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < name.Length || !Ascii.EqualsIgnoreCase(line[..name.Length], name)) return false;
        value = line[name.Length..].Trim(" \t"u8);
        return true;
    }

    private static int Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int number, out var length) && length == text.Length && number >= 0
            ? number
            : throw new WireException("a header is not a number");
}

/// <summary>The other side does not speak as it must, or not at all. The request's outcome is unknown.</summary>
internal sealed class WireException(string message) : IOException(message);
