namespace OrleansSale.GrainInterfaces.Texts;

/// <summary>
/// The characters of texts that people write: everything that a name or an address can have, in any script. Control
/// characters and characters that reorder the text around them are refused: they are invisible and change the visible
/// text. Length is counted in UTF-16 code units, as a browser's <c>maxlength</c> counts.
/// </summary>
/// <remarks>
/// The ranges are fixed in Unicode, and the runtime's table of characters is never used. So every build accepts the
/// same characters, also those of newer versions of Unicode.
/// </remarks>
public static class PlainText
{
    /// <summary>
    /// Whether it can be a text of one line: neither line breaks nor tabs, and nothing else that is refused.
    /// </summary>
    public static bool IsLine(ReadOnlySpan<char> text) => IsMadeOf(text, mayBreak: false);

    /// <summary>
    /// Whether it can be a text of several lines: line feeds and tabs, and nothing else that is refused.
    /// </summary>
    public static bool IsLines(ReadOnlySpan<char> text) => IsMadeOf(text, mayBreak: true);

    /// <summary>The text with line feeds for all that breaks lines: CRLF, CR, and Unicode's own.</summary>
    public static string WithLineFeeds(string text) => text.ReplaceLineEndings("\n");

    /// <summary>Whether nothing of it is visible: it has only white space and invisible characters.</summary>
    public static bool IsBlank(ReadOnlySpan<char> text) => CountVisible(text) == 0;

    /// <summary>How many of its characters are visible.</summary>
    public static int CountVisible(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsWhiteSpace(rune.Value) && !IsInvisible(rune.Value)) count++;
        }
        return count;
    }

    /// <summary>Unicode's property White_Space.</summary>
    public static bool IsWhiteSpace(int rune) => rune is (>= 0x9 and <= 0xD) or 0x20 or 0x85 or 0xA0 or 0x1680
        or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;

    /// <summary>
    /// Unicode's property Default_Ignorable_Code_Point, the control characters, and the blank of Braille.
    /// </summary>
    public static bool IsInvisible(int rune) =>
        IsControl(rune) || rune is 0xAD or 0x34F or 0x61C or 0x115F or 0x1160 or 0x17B4
        or 0x17B5 or (>= 0x180B and <= 0x180F) or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E)
        or (>= 0x2060 and <= 0x206F) or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0
        or (>= 0xFFF0 and <= 0xFFFB) or (>= 0x1BCA0 and <= 0x1BCA3) or (>= 0x1D173 and <= 0x1D17A)
        or (>= 0xE0000 and <= 0xE0FFF);

    /// <summary>
    /// Whether the character is refused: control characters; embeddings, overrides and isolates, and the deprecated
    /// characters beside them; noncharacters; and U+FFFD, which replaces lost characters such as half of a surrogate
    /// pair.
    /// </summary>
    public static bool IsRefused(int rune) =>
        IsControl(rune) || rune is (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x206F)
        or (>= 0xFDD0 and <= 0xFDEF) or 0xFFFD || (rune & 0xFFFE) == 0xFFFE;

    private static bool IsControl(int rune) => rune is < 0x20 or (>= 0x7F and < 0xA0);

    private static bool IsMadeOf(ReadOnlySpan<char> text, bool mayBreak)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsRefused(rune.Value) && !(mayBreak && rune.Value is '\n' or '\t')) return false;
        }
        return true;
    }
}
