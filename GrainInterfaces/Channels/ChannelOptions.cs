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
