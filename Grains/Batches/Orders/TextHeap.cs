using System.Text;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>Short texts in UTF-8, one behind the other. It only grows.</summary>
public sealed class TextHeap
{
    /// <summary>Longest text, in UTF-16 code units.</summary>
    public const int MaxLength = 1 << 10;

    // Nothing for the heap of large objects; a text is in one chunk, so that some of each is left empty at its end.
    private const int ChunkBits = 15, ChunkLength = 1 << ChunkBits, FirstLength = 256;

    private readonly List<byte[]> _chunks = [new byte[FirstLength]];
    private int _used;

    /// <summary>
    /// Puts a text in: users and keys, which have no half of a surrogate pair; one would come out as U+FFFD and equal nothing.
    /// </summary>
    /// <returns>Where it is, and its length in bytes.</returns>
    public (long At, ushort Length) Add(string text)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, MaxLength, nameof(text));
        var length = Encoding.UTF8.GetByteCount(text);
        if (_used + length > ChunkLength)
        {
            _chunks.Add(GC.AllocateUninitializedArray<byte>(ChunkLength));
            _used = 0;
        }
        while (_used + length > _chunks[^1].Length) GrowFirst();
        Encoding.UTF8.GetBytes(text, _chunks[^1].AsSpan(_used));
        var at = ((long)(_chunks.Count - 1) << ChunkBits) + _used;
        _used += length;
        return (at, (ushort)length);
    }

    /// <summary>The text.</summary>
    public string Read(long at, int length) => Encoding.UTF8.GetString(BytesAt(at, length));

    /// <summary>Whether it is this text.</summary>
    public bool Equals(long at, int length, string text)
    {
        var bytes = BytesAt(at, length);
        return Ascii.Equals(bytes, text) || (!Ascii.IsValid(bytes) && Encoding.UTF8.GetString(bytes) == text);
    }

    private ReadOnlySpan<byte> BytesAt(long at, int length) =>
        _chunks[(int)(at >> ChunkBits)].AsSpan((int)(at & (ChunkLength - 1)), length);

    private void GrowFirst()
    {
        var first = _chunks[0];
        Array.Resize(ref first, first.Length * 2);
        _chunks[0] = first;
    }
}
