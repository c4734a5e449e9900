using System.Text;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.Sales.Replies;

/// <summary>
/// Which replies buy: those that say the buy word and nothing else. A sentence that has the word in it may as well say
/// that its writer does not want to buy.
/// </summary>
/// <remarks>
/// The names of mentioned users, white space, and punctuation, symbols and emoji around the word do not count; nor does
/// the case, or the width of letters. A question does not buy.
/// </remarks>
public sealed class BuyWords
{
    /// <summary>The words if none is configured.</summary>
    public const string English = "buy", Chinese = "抢购";

    private readonly (string Word, string Language)[] _words;

    /// <param name="configured">The words by language; none: those above.</param>
    public BuyWords(IReadOnlyDictionary<string, string> configured)
    {
        var words = configured.Count > 0
            ? configured
            : new Dictionary<string, string>
            {
                [PageLanguage.English] = English,
                [PageLanguage.Chinese] = Chinese,
            };
        _words = [.. words.OrderBy(word => word.Key, StringComparer.Ordinal).Select(word => (
            Fold(word.Value),
            string.Equals(word.Key, PageLanguage.Chinese, StringComparison.OrdinalIgnoreCase)
                ? PageLanguage.Chinese : PageLanguage.English))];
    }

    /// <summary>The language of the word that a reply consists of; null: it does not buy.</summary>
    public string? LanguageOf(string reply)
    {
        if (reply.AsSpan().ContainsAny('?', '\uFF1F')) return null;
        var said = Fold(reply);
        return Array.Find(_words, word => word.Word == said).Language;
    }

    private static string Fold(string text)
    {
        var words = string.Concat(text.Select(Narrow)).ToUpperInvariant()
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(word => !word.StartsWith('@'));
        return string.Join(' ', words.Select(Bare).Where(word => word.Length > 0));
    }

    // Full-width forms stand in ASCII's order. The globalization-invariant mode has no normalization that does this.
    private static char Narrow(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - '\uFF01' + '!') : c;

    private static string Bare(string word)
    {
        var runes = word.EnumerateRunes().ToArray();
        var first = Array.FindIndex(runes, Rune.IsLetterOrDigit);
        if (first < 0) return "";
        var last = Array.FindLastIndex(runes, Rune.IsLetterOrDigit);
        return string.Concat(runes[first..(last + 1)].Select(rune => rune.ToString()));
    }
}
