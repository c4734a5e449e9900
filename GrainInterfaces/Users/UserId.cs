using System.Buffers;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.GrainInterfaces.Users;

/// <summary>
/// The pair channel and subject, written <c>weibo:alice</c> everywhere. A plain string; this is its grammar.
/// </summary>
public static class UserId
{
    /// <summary>Longest channel, in characters.</summary>
    public const int MaxChannelLength = 32;

    /// <summary>Longest subject, in characters (UTF-16 code units).</summary>
    public const int MaxSubjectLength = 128;

    private static readonly SearchValues<char> ChannelCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>
    /// The user of a subject on a channel. Both are valid by <see cref="IsChannel"/> and <see cref="IsSubject"/>.
    /// </summary>
    public static string Of(string channel, string subject) => $"{channel}:{subject}";

    /// <summary>The channel of a well-formed user.</summary>
    public static ReadOnlySpan<char> ChannelOf(string user) =>
        user.AsSpan(0, Math.Max(0, user.IndexOf(':', StringComparison.Ordinal)));

    /// <summary>Whether the text is a channel: <c>[a-z0-9-]{1,32}</c>.</summary>
    public static bool IsChannel(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= MaxChannelLength && !text.ContainsAnyExcept(ChannelCharacters);

    /// <summary>
    /// Whether the text is a subject: 1–128 printable characters without <c>/</c> and <c>:</c>, no space at either end.
    /// A joiner is allowed where it is visible in the result: between emoji, or between letters of a script that needs
    /// it.
    /// </summary>
    public static bool IsSubject(ReadOnlySpan<char> text)
    {
        if (text.Length is not (>= 1 and <= MaxSubjectLength) || text[0] == ' ' || text[^1] == ' ') return false;
        if (!text.ContainsAnyExceptInRange(' ', '~')) return !text.ContainsAny('/', ':');
        var (before, isJoined) = (0, false);
        // EnumerateRunes gives U+FFFD for half of a surrogate pair, which is refused.
        foreach (var rune in text.EnumerateRunes())
        {
            var isJoiner = rune.Value is 0x200C or 0x200D;
            if (isJoiner ? !Joins(before) : !IsPrintable(rune.Value) || (isJoined && !Joins(rune.Value))) return false;
            (before, isJoined) = (rune.Value, isJoiner);
        }
        return !isJoined;
    }

    /// <summary>Whether the text is a user: a channel, a colon, a subject.</summary>
    public static bool IsUser(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        return colon > 0 && IsChannel(text[..colon]) && IsSubject(text[(colon + 1)..]);
    }

    // Two subjects that look the same would be two users. So characters that are invisible, or look different in each
    // font, are refused.
    private static bool IsPrintable(int rune) => rune is not ('/' or ':') && !PlainText.IsRefused(rune)
        && (rune == ' ' || !PlainText.IsWhiteSpace(rune)) && !IsFormat(rune) && !IsPrivate(rune);

    // Invisible characters, except variation selectors and filler letters.
    private static bool IsFormat(int rune) => rune is (>= 0x13430 and <= 0x1343F) || (PlainText.IsInvisible(rune)
        && rune is not (0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180D) or 0x180F
            or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF)));

    private static bool IsPrivate(int rune) => rune is (>= 0xE000 and <= 0xF8FF) or >= 0xF0000;

    // The scripts from Arabic to Mongolian, further Indic scripts, and emoji components.
    private static bool Joins(int rune) => rune is (>= 0x600 and <= 0x18AF) or (>= 0x2190 and <= 0x2BFF) or 0xFE0F
        or (>= 0x11000 and <= 0x11FFF) or (>= 0x1F000 and <= 0x1FFFF);
}
