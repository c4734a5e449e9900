using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Silo.Http;

namespace OrleansSale.Silo.Channels;

/// <summary>What <c>Channels:…</c> may be.</summary>
public static class ChannelRules
{
    /// <summary>Longest name of a platform, in characters.</summary>
    public const int MaxNameLength = 40;

    /// <summary>The languages of the pages.</summary>
    internal static readonly string[] Languages = ["en", "zh-CN"];

    /// <summary>The faults, a line each; each names its key and never a secret.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="isDevelopment">Whether an issuer may be reached unencrypted, or be the sandbox.</param>
    public static IEnumerable<string> FaultsOf(ChannelsOptions options, bool isDevelopment)
    {
        if (options.Count > ChannelsOptions.MaxChannels)
            yield return $"Channels has {options.Count} channels: at most {ChannelsOptions.MaxChannels} are possible.";
        foreach (var (id, channel) in options.OrderBy(channel => channel.Key, StringComparer.Ordinal))
        {
            var path = $"{ChannelsOptions.Section}:{id}";
            if (!UserId.IsChannel(id))
                yield return $"{path} is no channel: an id has 1 to {UserId.MaxChannelLength} lower-case letters, "
                    + "digits and hyphens.";
            foreach (var fault in channel.Name.Select(name => FaultOfName(path, name.Key, name.Value)).OfType<string>())
                yield return fault;
            if (channel.SignIn.IsSet)
                foreach (var fault in FaultsOfSignIn($"{path}:SignIn", channel.SignIn, isDevelopment))
                    yield return fault;
            if (channel.Replies.IsSet)
                foreach (var fault in ReplyRules.FaultsOf($"{path}:Replies", channel.Replies))
                    yield return fault;
            if (channel.Posts.IsSet)
                foreach (var fault in PostRules.FaultsOf($"{path}:Posts", channel.Posts, isDevelopment))
                    yield return fault;
        }
    }

    private static string? FaultOfName(string path, string language, string name) =>
        !Languages.Contains(language, StringComparer.OrdinalIgnoreCase)
            ? $"{path}:Name:{language} is of no language of the pages: they have {string.Join(" and ", Languages)}."
        : name.Length is 0 or > MaxNameLength || !PlainText.IsLine(name) || PlainText.IsBlank(name)
            ? $"{path}:Name:{language} must be 1 to {MaxNameLength} printable characters."
        : null;

    private static IEnumerable<string> FaultsOfSignIn(string path, SignInOptions signIn, bool isDevelopment)
    {
        if (signIn.IsAtSandbox)
        {
            if (!isDevelopment)
                yield return $"{path}:Provider is {SignInOptions.Sandbox}, which is for Development only: any name "
                    + "logs in there.";
            if (signIn is not { Issuer: null, ClientId: null, ClientSecret: null, Scopes: null })
                yield return $"{path}:Provider is {SignInOptions.Sandbox}, which has no other settings.";
            yield break;
        }
        var (hasProvider, hasIssuer) = (!string.IsNullOrEmpty(signIn.Provider), signIn.Issuer is not null);
        if (hasProvider == hasIssuer)
            yield return $"{path} needs {(hasProvider ? "only one of" : "one of")} Provider and Issuer: the name of a "
                + "web provider, or the address of an OpenID Connect issuer.";
        if (signIn.Issuer is { } issuer
            && WebAddress.Fault($"{path}:Issuer", issuer, isBase: true, isPublic: !isDevelopment) is { } fault)
            yield return fault;
        if (string.IsNullOrEmpty(signIn.ClientId))
            yield return $"{path}:ClientId is missing: the name that the platform gave this application.";
        if (string.IsNullOrEmpty(signIn.ClientSecret))
            yield return $"{path}:ClientSecret is missing: the application's secret at the platform.";
    }
}
