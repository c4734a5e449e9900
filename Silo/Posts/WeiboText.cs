using System.Globalization;

namespace OrleansSale.Silo.Posts;

/// <summary>
/// The text of a post on Weibo: the announcement, cut so that with the link it keeps Weibo's limit. Weibo counts an
/// ASCII character as half of one.
/// </summary>
public static class WeiboText
{
    /// <summary>Most halves of characters: 140 characters.</summary>
    public const int MaxHalves = 280;

    private const string Ellipsis = "…";

    /// <summary>The text and the link after it.</summary>
    public static string Of(string text, string link)
    {
        var room = MaxHalves - HalvesOf(link) - 1;
        if (HalvesOf(text) <= room) return $"{text} {link}";
        room -= HalvesOf(Ellipsis);
        var (end, elements) = (0, StringInfo.GetTextElementEnumerator(text));
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            if ((room -= HalvesOf(element)) < 0) break;
            end = elements.ElementIndex + element.Length;
        }
        return $"{text[..end].TrimEnd()}{Ellipsis} {link}";
    }

    /// <summary>The length of a text as Weibo counts it, in halves of characters.</summary>
    public static int HalvesOf(string text) => text.Sum(c => char.IsAscii(c) ? 1 : 2);
}
