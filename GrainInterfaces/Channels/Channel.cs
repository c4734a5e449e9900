using System.Diagnostics.CodeAnalysis;

namespace OrleansSale.GrainInterfaces.Channels;

/// <summary>A platform that this engine sells on.</summary>
/// <param name="Id">The channel, as users and batches name it.</param>
/// <param name="English">Its name in English.</param>
/// <param name="Chinese">Its name in Chinese.</param>
/// <param name="SignIn">How its users sign in to the pages; null: they cannot.</param>
/// <param name="Payments">The payment provider that its users pay with; null: the only one.</param>
/// <param name="Posts">Where its posts go; null: it takes none.</param>
/// <param name="Replies">How users buy by replies to its posts; null: they cannot.</param>
public sealed record Channel(
    string Id, string English, string Chinese, SignInOptions? SignIn, string? Payments = null,
    PostsOptions? Posts = null, RepliesOptions? Replies = null);

/// <summary>The configured platforms, ordered by id. They are read once, at the start.</summary>
public sealed class ConfiguredChannels
{
    private static readonly Dictionary<string, (string English, string Chinese)> UsualNames = new()
    {
        ["facebook"] = ("Facebook", "Facebook"),
        ["taobao"] = ("Taobao", "淘宝"),
        ["twitter"] = ("Twitter", "Twitter"),
        ["wechat"] = ("WeChat", "微信"),
        ["weibo"] = ("Weibo", "微博"),
    };

    private readonly SortedDictionary<string, Channel> _byId = new(StringComparer.Ordinal);

    /// <summary>Reads them from settings that <c>ChannelRules</c> has accepted.</summary>
    public ConfiguredChannels(ChannelsOptions options)
    {
        foreach (var (id, channel) in options)
        {
            var (english, chinese) = NamesOf(id, channel);
            var signIn = channel.SignIn.IsSet ? channel.SignIn : null;
            var payments = string.IsNullOrEmpty(channel.Payments) ? null : channel.Payments;
            var posts = channel.Posts.IsSet ? channel.Posts : null;
            var replies = channel.Replies.IsSet ? channel.Replies : null;
            _byId.Add(id, new Channel(id, english, chinese, signIn, payments, posts, replies));
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<Channel> All => _byId.Values;

    /// <summary>Their ids, for a message.</summary>
    public string Ids => _byId.Count == 0 ? "none" : string.Join(", ", _byId.Keys);

    /// <summary>The platform of that id; false: it is not configured.</summary>
    public bool TryFind(string id, [NotNullWhen(true)] out Channel? channel) => _byId.TryGetValue(id, out channel);

    // Nobody is shown an id.
    private static (string English, string Chinese) NamesOf(string id, ChannelOptions channel)
    {
        var (english, chinese) = (channel.Name.GetValueOrDefault("en"), channel.Name.GetValueOrDefault("zh-CN"));
        (string? English, string? Chinese) usual = UsualNames.TryGetValue(id, out var names) ? names : (null, null);
        return (
            english ?? usual.English ?? chinese ?? "partner platform",
            chinese ?? usual.Chinese ?? english ?? "合作平台");
    }
}
