using System.Buffers;

namespace OrleansSale.Grains.Ledger;

/// <summary>
/// Lines on their way to a ledger, in a buffer of the shared pool. An idle stream keeps no buffer, however long its
/// last commit was. Not thread-safe.
/// </summary>
internal sealed class PooledLines : IBufferWriter<byte>
{
    /// <summary>Length of the first buffer, in bytes: one or two lines.</summary>
    private const int FirstLength = 512;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstLength);

    /// <summary>The number of bytes that were written.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>The bytes that were written; valid until the buffer grows or is returned.</summary>
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

    /// <summary>
    /// Returns the buffer to the pool. Call it when nobody reads the buffer any more, and do not use this object
    /// afterwards.
    /// </summary>
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
