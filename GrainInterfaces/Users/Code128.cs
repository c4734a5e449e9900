using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace OrleansSale.GrainInterfaces.Users;

/// <summary>16 bytes as 22 characters of base64url (RFC 4648, without padding), in their one canonical form.</summary>
internal static class Code128
{
    /// <summary>Bytes.</summary>
    public const int Length = 16;

    /// <summary>Characters.</summary>
    public const int TextLength = 22;

    /// <summary>Writes the text.</summary>
    public static void Write(ulong high, ulong low, Span<byte> to)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        Base64Url.EncodeToUtf8(bytes, to[..TextLength]);
    }

    /// <summary>The text.</summary>
    public static string ToText(ulong high, ulong low)
    {
        Span<byte> text = stackalloc byte[TextLength];
        Write(high, low, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>Reads the text; false for anything but its canonical form.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out ulong high, out ulong low)
    {
        (high, low) = (0, 0);
        Span<byte> bytes = stackalloc byte[Length];
        Span<byte> again = stackalloc byte[TextLength];
        // TryDecodeFromUtf8 would throw for text that is not base64url.
        if (text.Length != TextLength
            || Base64Url.DecodeFromUtf8(text, bytes, out _, out var length) != OperationStatus.Done
            || length != Length)
        {
            return false;
        }
        (high, low) = Split(bytes);
        Write(high, low, again);
        return text.SequenceEqual(again);
    }

    /// <summary>The bytes as two numbers.</summary>
    public static (ulong High, ulong Low) Split(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
}
