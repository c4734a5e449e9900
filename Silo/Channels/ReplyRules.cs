using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Webhooks;

namespace OrleansSale.Silo.Channels;

/// <summary>What <c>Channels:{channel}:Replies:…</c> may be.</summary>
internal static class ReplyRules
{
    /// <summary>Longest buy word, in characters.</summary>
    public const int MaxWordLength = 40;

    /// <summary>The faults, a line each; each names its key and never a secret.</summary>
    public static IEnumerable<string> FaultsOf(string path, RepliesOptions replies)
    {
        if (string.IsNullOrEmpty(replies.Secret))
            yield return $"{path}:Secret is missing: the secret that signs the replies.";
        else if (WebhookSecrets.Parse(replies.Secret) is null)
            yield return $"{path}:Secret must be base64 of at least {WebhookSecrets.MinBytes} bytes.";
        foreach (var (language, word) in replies.BuyWords)
        {
            if (!ChannelRules.Languages.Contains(language, StringComparer.OrdinalIgnoreCase))
                yield return $"{path}:BuyWords:{language} is of no language of the pages: they have "
                    + $"{string.Join(" and ", ChannelRules.Languages)}.";
            else if (word.Length is 0 or > MaxWordLength || !PlainText.IsLine(word) || !word.Any(char.IsLetter)
                || word.Contains('@', StringComparison.Ordinal))
                yield return $"{path}:BuyWords:{language} must be 1 to {MaxWordLength} printable characters, with a "
                    + "letter and without @.";
        }
    }
}
