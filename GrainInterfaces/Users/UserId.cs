using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

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

    private static readonly SearchValues<char> ChannelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>
    /// The user of a subject on a channel. Both are valid by <see cref="IsChannel"/> and <see cref="IsSubject"/>.
    /// </summary>
    public static string Of(string channel, string subject) => $"{channel}:{subject}";

    /// <summary>The channel of a well-formed user.</summary>
    public static ReadOnlySpan<char> ChannelOf(string user) => user.AsSpan(0, Math.Max(0, user.IndexOf(':', StringComparison.Ordinal)));

    /// <summary>Whether the text is a channel: <c>[a-z0-9-]{1,32}</c>.</summary>
    public static bool IsChannel(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= MaxChannelLength && !text.ContainsAnyExcept(ChannelCharacters);

    /// <summary>
    /// Whether the text is a subject: 1–128 printable characters without <c>/</c> and <c>:</c>, no space at either end.
    /// </summary>
    public static bool IsSubject(ReadOnlySpan<char> text)
    {
        if (text.Length is not (>= 1 and <= MaxSubjectLength) || text[0] == ' ' || text[^1] == ' ') return false;
        if (!text.ContainsAnyExceptInRange(' ', '~')) return !text.ContainsAny('/', ':');
        foreach (var rune in text.EnumerateRunes())
        {
            // EnumerateRunes gives U+FFFD for a lone surrogate; nobody's name contains the replacement character
            // either.
            if (rune.Value is '/' or ':' or 0xFFFD || !IsPrintable(rune)) return false;
        }
        return true;
    }

    /// <summary>Whether the text is a user: a channel, a colon, a subject.</summary>
    public static bool IsUser(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        return colon > 0 && IsChannel(text[..colon]) && IsSubject(text[(colon + 1)..]);
    }

    /// <summary>
    /// 64 bits that stand for a user in the compact copies fronts keep. The same in every process; two users may share
    /// them, which costs a question to the batch and never an answer.
    /// </summary>
    public static ulong HashOf(string user) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(user.AsSpan()));

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        && (rune.Value == ' ' || Rune.GetUnicodeCategory(rune) != UnicodeCategory.SpaceSeparator);
}
