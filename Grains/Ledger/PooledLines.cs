using System.Buffers;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Lines on their way to a ledger, in a buffer of the shared pool: a stream at rest has none, however long its last
/// commit was. Not thread-safe.
/// </summary>
internal sealed class PooledLines : IBufferWriter<byte>
{
    /// <summary>Length of the first buffer, in bytes: of a line or two.</summary>
    private const int FirstLength = 512;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstLength);

    /// <summary>How many bytes were written.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>What was written; valid until the buffer grows or is given back.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, WrittenCount);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - WrittenCount);
        WrittenCount += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(WrittenCount);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(WrittenCount);
    }

    /// <summary>Gives the buffer back. Only once nobody reads it any more; this is not to be used after that.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, WrittenCount) = ([], 0);
    }

    private void Reserve(int sizeHint)
    {
        var needed = WrittenCount + Math.Max(sizeHint, 1);
        if (needed <= _buffer.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _buffer.Length));
        Written.Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
