using System.Text;

namespace OrleansSale.GrainInterfaces.Users;

/// <summary>
/// The stand-in for a user in one batch's ledger: 16 bytes, as text 22 characters of base64url. Without the batch's key
/// it reveals nothing about the user, and nobody can test guesses against it; see <see cref="Batches.BatchKey"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.Alias")]
public readonly record struct Alias
{
    [Id(0)] private readonly ulong _high;
    [Id(1)] private readonly ulong _low;

    /// <summary>Characters of an alias as text.</summary>
    public const int TextLength = Code128.TextLength;

    /// <summary>The alias of these bytes.</summary>
    /// <param name="bytes">16 bytes.</param>
    public Alias(ReadOnlySpan<byte> bytes) => (_high, _low) = Code128.Split(bytes);

    /// <summary>The alias of these halves.</summary>
    public Alias(ulong high, ulong low) => (_high, _low) = (high, low);

    /// <summary>The first half. Aliases are evenly distributed, so it is a hash of the alias.</summary>
    public ulong High => _high;

    /// <summary>The second half.</summary>
    public ulong Low => _low;

    /// <summary>Writes its text.</summary>
    /// <param name="to">At least <see cref="TextLength"/> bytes.</param>
    public void Write(Span<byte> to) => Code128.Write(_high, _low, to);

    /// <summary>Its text.</summary>
    public override string ToString() => Code128.ToText(_high, _low);

    /// <summary>Reads an alias; false for anything but its canonical text.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out Alias alias)
    {
        var isRead = Code128.TryRead(text, out var high, out var low);
        alias = new Alias(high, low);
        return isRead;
    }

    /// <summary>Reads an alias; false for anything but its canonical text.</summary>
    public static bool TryParse(string? text, out Alias alias)
    {
        alias = default;
        return text?.Length == TextLength && TryRead(Encoding.UTF8.GetBytes(text), out alias);
    }
}
