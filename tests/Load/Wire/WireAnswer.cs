using System.Buffers.Text;
using System.Text;

namespace OrleansSale.Tests.Load.Wire;

/// <summary>One HTTP/1.1 answer, read out of a connection's buffer as far as a load generator needs it.</summary>
/// <param name="maxBytes">The longest answer accepted, head and body together.</param>
internal sealed class WireAnswer(int maxBytes = WireAnswer.ApiBytes)
{
    /// <summary>Room for the answers of the API.</summary>
    public const int ApiBytes = 8 * 1024;

    private const int Chunked = -1, Unstated = -2;

    private readonly byte[] _buffer = new byte[maxBytes];
    private int _length, _headEnd, _bodyLength, _framing, _nextChunk;

    public int Status { get; private set; }

    /// <summary>0 if it has none.</summary>
    public int RetryAfterSeconds { get; private set; }

    /// <summary>Whether the server closes the connection after this answer.</summary>
    public bool Closes { get; private set; }

    /// <summary>The body, decoded; valid until the next answer.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_headEnd, _bodyLength);

    /// <summary>The code of a refusal; empty if it has none.</summary>
    public ReadOnlySpan<byte> Code
    {
        get
        {
            var at = Body.IndexOf("\"code\":\""u8);
            var rest = at < 0 ? default : Body[(at + "\"code\":\"".Length)..];
            return rest[..Math.Max(0, rest.IndexOf((byte)'"'))];
        }
    }

    /// <summary>Where the next bytes go.</summary>
    public Memory<byte> Space() => _length < maxBytes
        ? _buffer.AsMemory(_length)
        : throw new WireException($"an answer is longer than {maxBytes} bytes");

    public void Clear() => (_length, _headEnd, _bodyLength, Status) = (0, 0, 0, 0);

    /// <summary>Takes note of bytes put into <see cref="Space"/>.</summary>
    /// <returns>Whether the answer is whole.</returns>
    /// <exception cref="WireException">It is not HTTP/1.1, or has no stated end.</exception>
    public bool Added(int bytes)
    {
        _length += bytes;
        if (_headEnd == 0)
        {
            var all = _buffer.AsSpan(0, _length);
            var end = all.IndexOf("\r\n\r\n"u8);
            if (end < 0) return false;
            ReadHead(all[..(end + 2)]);
            _headEnd = _nextChunk = end + 4;
        }

        if (_framing == Chunked) return AreChunksWhole();
        _bodyLength = _framing;
        return IsWhole(_headEnd + _bodyLength);
    }

    private bool IsWhole(int end) =>
        _length <= end ? _length == end : throw new WireException("more came than the answer");

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
            if (size == 0) return IsWhole(_nextChunk);
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

        if (_framing == Unstated) throw new WireException("the answer states no length");
    }

    private static bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var isNamed = line.Length >= name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);
        value = isNamed ? line[name.Length..].Trim(" \t"u8) : default;
        return isNamed;
    }

    private static int Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int number, out var length) && length == text.Length && number >= 0
            ? number
            : throw new WireException("a header is not a number");
}

/// <summary>The other side does not speak as it must, or not at all. The request's outcome is unknown.</summary>
internal sealed class WireException(string message) : IOException(message);
