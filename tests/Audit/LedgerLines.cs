namespace OrleansSale.Tests.Audit;

/// <summary>Splits a stream into its lines without holding more of it than one buffer.</summary>
/// <remarks>
/// <see cref="ReadAsync"/> fills the buffer; <see cref="TryTake"/> takes complete lines out of it. At the end of the
/// stream a rest without line feed is the last line, so a cut export shows as a line that can't be read.
/// </remarks>
internal sealed class LedgerLines(Stream stream)
{
    /// <summary>The longest line accepted: a restock in very many ranges stays far below it.</summary>
    public const int LongestLineBytes = 64 * 1024 * 1024;

    private const int FirstBufferBytes = 1024 * 1024;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Reads more. False when the stream has ended and nothing is left.</summary>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="LongestLineBytes"/>.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ended) return _start < _end;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Grow();
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        _ended = read == 0;
        return _start < _end || !_ended;
    }

    /// <summary>
    /// The next whole line, without its line feed. It stays valid until the next <see cref="ReadAsync"/>.
    /// </summary>
    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        var length = rest.IndexOf((byte)'\n');
        if (length >= 0)
        {
            line = rest[..length];
            _start += length + 1;
            return true;
        }

        line = _ended ? rest : default;
        if (!_ended || rest.IsEmpty) return false;
        _start = _end;
        return true;
    }

    private void Grow()
    {
        if (_buffer.Length >= LongestLineBytes)
            throw new InvalidDataException($"a line is longer than {LongestLineBytes} bytes");
        Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, LongestLineBytes));
    }
}
