using System.Text;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// The stand-in for an Idempotency-Key in a ledger: 16 bytes, as text 22 characters of base64url. The same key of two
/// users has two hashes; see <see cref="BatchKey.HashOf"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.KeyHash")]
public readonly record struct KeyHash
{
    [Id(0)] private readonly ulong _high;
    [Id(1)] private readonly ulong _low;

    /// <summary>Characters of a hash as text.</summary>
    public const int TextLength = Code128.TextLength;

    /// <summary>The hash of these bytes.</summary>
    /// <param name="bytes">16 bytes.</param>
    public KeyHash(ReadOnlySpan<byte> bytes) => (_high, _low) = Code128.Split(bytes);

    /// <summary>The hash of these halves.</summary>
    public KeyHash(ulong high, ulong low) => (_high, _low) = (high, low);

    /// <summary>The first half.</summary>
    public ulong High => _high;

    /// <summary>The second half.</summary>
    public ulong Low => _low;

    /// <summary>Writes its text.</summary>
    /// <param name="to">At least <see cref="TextLength"/> bytes.</param>
    public void Write(Span<byte> to) => Code128.Write(_high, _low, to);

    /// <summary>Its text.</summary>
    public override string ToString() => Code128.ToText(_high, _low);

    /// <summary>Reads a hash; false for anything but its canonical text.</summary>
    public static bool TryParse(string? text, out KeyHash hash)
    {
        hash = default;
        return text?.Length == TextLength && TryRead(Encoding.UTF8.GetBytes(text), out hash);
    }

    /// <summary>Reads a hash; false for anything but its canonical text.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out KeyHash hash)
    {
        var isRead = Code128.TryRead(text, out var high, out var low);
        hash = new KeyHash(high, low);
        return isRead;
    }
}
