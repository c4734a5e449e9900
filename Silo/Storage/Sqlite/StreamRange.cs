using System.Text;

namespace OrleansSale.Silo.Storage.Sqlite;

/// <summary>
/// The names that begin with a prefix, as a range: <c>name &gt;= prefix AND name &lt; end</c>, in the order of their
/// UTF-8 bytes.
/// </summary>
/// <remarks>
/// SQLite compares texts by their UTF-8 bytes (BINARY), and that is the order of the code points. The end is therefore
/// the prefix with its last code point raised by one. No LIKE: it folds case and gives <c>%</c> and <c>_</c> a meaning.
/// </remarks>
internal static class StreamRange
{
    private const int LastCodePoint = 0x10FFFF;

    // SQLite orders every BLOB after every text, so this ends no range of texts.
    private static readonly byte[] NoEnd = [];

    /// <summary>The exclusive end of the range, as the value of a parameter.</summary>
    public static object EndOf(string prefix)
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

        return NoEnd;
    }

    /// <summary>Compares two texts by their UTF-8 bytes, as SQLite does.</summary>
    public static int Compare(string left, string right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
