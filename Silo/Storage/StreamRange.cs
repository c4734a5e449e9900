using System.Text;

namespace OrleansSale.Silo.Storage;

/// <summary>
/// The names that begin with a prefix, as a range: <c>name &gt;= prefix AND name &lt; end</c>, in the order of their
/// UTF-8 bytes.
/// </summary>
/// <remarks>
/// SQLite (BINARY) and PostgreSQL (COLLATE "C") compare texts by their UTF-8 bytes, and that is the order of the code
/// points. So the end is the prefix with its last code point raised by one. LIKE would not do: <c>%</c> and <c>_</c>
/// have a meaning there, and SQLite's LIKE ignores case.
/// </remarks>
internal static class StreamRange
{
    private const int LastCodePoint = 0x10FFFF;

    /// <summary>The exclusive end of the range; null if it has none.</summary>
    public static string? EndOf(string prefix)
    {
        for (var rest = prefix.AsSpan(); !rest.IsEmpty;)
        {
            Rune.DecodeLastFromUtf16(rest, out var last, out var consumed);
            rest = rest[..^consumed];
            if (last.Value == LastCodePoint) continue;
            // Surrogates are no code points: after U+D7FF comes U+E000.
            var next = last.Value == 0xD7FF ? 0xE000 : last.Value + 1;
            return string.Concat(rest, new Rune(next).ToString());
        }

        return null;
    }

    /// <summary>Compares two texts by their UTF-8 bytes, as both storages do.</summary>
    public static int Compare(string left, string right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
