using System.ComponentModel;

namespace OrleansSale.GrainInterfaces.Channels;

/// <summary>
/// Settings <c>Channels:{channel}:…</c>: one section per platform. A channel exists if it has a setting; its id is
/// <c>[a-z0-9-]{1,32}</c>.
/// </summary>
[DisplayName("channel")]
public sealed class ChannelsOptions() : Dictionary<string, ChannelOptions>(StringComparer.Ordinal)
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Channels";

    /// <summary>Most channels.</summary>
    public const int MaxChannels = 100;
}

/// <summary>Settings of one platform.</summary>
public sealed class ChannelOptions
{
    /// <summary>
    /// The platform's name, by language: <c>en</c> and <c>zh-CN</c>. A missing one is the other; without any, the name
    /// is the channel's id.
    /// </summary>
    [DisplayName("language")]
    public Dictionary<string, string> Name { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How its users sign in to the pages. By default they cannot; API clients bring tokens.</summary>
    public SignInOptions SignIn { get; set; } = new();

    /// <summary>
    /// The payment provider that its users pay with: a name below <c>Payments:Providers</c>. Default: the only one.
    /// </summary>
    public string? Payments { get; set; }

    /// <summary>Where its posts go. By default it takes none.</summary>
    public PostsOptions Posts { get; set; } = new();

    /// <summary>How its users buy by replies to posts. By default they cannot.</summary>
    public RepliesOptions Replies { get; set; } = new();
}

/// <summary>
/// Settings <c>Channels:{channel}:SignIn:…</c>: a platform that OpenIddict knows by its name, or an OpenID Connect
/// issuer.
/// </summary>
public sealed class SignInOptions
{
    /// <summary>
    /// The provider that stands for the platform in Development: the sandbox of this process, where any name logs in.
    /// </summary>
    public const string Sandbox = "Sandbox";

    /// <summary>
    /// The platform by its name in OpenIddict's list of web providers, such as <c>Weibo</c>, <c>Twitter</c> or
    /// <c>GitHub</c>; or <see cref="Sandbox"/>. Exclusive with <see cref="Issuer"/>.
    /// </summary>
    public string? Provider { get; set; }

    /// <summary>
    /// The address of an OpenID Connect issuer, which has <c>/.well-known/openid-configuration</c> below it. It must be
    /// https outside Development.
    /// </summary>
    public Uri? Issuer { get; set; }

    /// <summary>The name that the platform gave this merchant's application.</summary>
    public string? ClientId { get; set; }

    /// <summary>The application's secret at the platform.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>
    /// The scopes to ask for, separated by spaces. By default <c>openid profile</c> of an issuer, and none of a
    /// provider.
    /// </summary>
    public string? Scopes { get; set; }

    /// <summary>Whether any of them is set: users of the channel can sign in to the pages.</summary>
    public bool IsSet => Provider is not null || Issuer is not null || ClientId is not null || ClientSecret is not null
        || Scopes is not null;

    /// <summary>Whether users log in at the sandbox.</summary>
    public bool IsAtSandbox => string.Equals(Provider, Sandbox, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The ways to publish posts on a channel.</summary>
public enum PostKind
{
    /// <summary>A signed request of Standard Webhooks to an address of the merchant's.</summary>
    Webhook,

    /// <summary>A post of the merchant's Weibo account.</summary>
    Weibo,

    /// <summary>A post on the timeline of the sandbox's platform. It exists only in Development.</summary>
    Sandbox,
}

/// <summary>Settings <c>Channels:{channel}:Posts:…</c>: where the announcements of the channel's sales go.</summary>
public sealed class PostsOptions
{
    /// <summary>How posts are published.</summary>
    public PostKind? Kind { get; set; }

    /// <summary>
    /// Of a webhook: where it is posted. It must be https outside Development. Of the sandbox: where its platform takes
    /// posts, by default <c>/sandbox/platform/posts</c> at the first address this process listens on.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// Of a webhook: the secret that signs it, base64 of 24 bytes or more, with or without <c>whsec_</c>. While it is
    /// replaced, several separated by spaces: all sign.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Of Weibo: the access token of the account that posts.</summary>
    public string? AccessToken { get; set; }

    /// <summary>Whether any of them is set: the channel takes posts.</summary>
    public bool IsSet => Kind is not null || Address is not null || Secret is not null || AccessToken is not null;
}
