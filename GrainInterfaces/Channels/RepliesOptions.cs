using System.ComponentModel;

namespace OrleansSale.GrainInterfaces.Channels;

/// <summary>
/// Settings <c>Channels:{channel}:Replies:…</c>: how users of the platform buy by a reply to a post of a sale.
/// </summary>
public sealed class RepliesOptions
{
    /// <summary>
    /// The secret that signs the replies, base64 of 24 bytes or more, with or without <c>whsec_</c>. While it is
    /// replaced, several separated by spaces: each of them is accepted.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>
    /// The word that buys, by language: <c>en</c> and <c>zh-CN</c>. By default <c>buy</c> and <c>抢购</c>; if only one
    /// language is set, the other has none.
    /// </summary>
    [DisplayName("language")]
    public Dictionary<string, string> BuyWords { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether any of them is set: users of the channel buy by replies.</summary>
    public bool IsSet => Secret is not null || BuyWords.Count > 0;
}
