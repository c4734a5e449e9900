using Microsoft.Extensions.Configuration;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.Silo.Payments;

namespace OrleansSale.Silo.Channels;

/// <summary>Reads <c>Channels:</c> for a process.</summary>
public static class ChannelSettings
{
    /// <summary>The channel of an engine in Development that has no settings of channels.</summary>
    public const string DevelopmentChannel = "weibo";

    /// <summary>Reads the platforms.</summary>
    /// <exception cref="StartException">A setting is missing or wrong; the message names each.</exception>
    public static ConfiguredChannels Read(IConfiguration configuration, bool isDevelopment)
    {
        var options = configuration.GetSection(ChannelsOptions.Section).Get<ChannelsOptions>() ?? [];
        if (isDevelopment && options.Count == 0)
            options.Add(DevelopmentChannel, Development(PaymentOptions.UsesSandbox(configuration, isDevelopment)));
        if (isDevelopment) AddRepliesOfSandbox(options, configuration);
        var faults = ChannelRules.FaultsOf(options, isDevelopment).ToList();
        return faults.Count == 0 ? new ConfiguredChannels(options) : throw new StartException(string.Join(' ', faults));
    }

    private static ChannelOptions Development(bool hasSandbox) => new()
    {
        Name = { ["en"] = "Weibo", ["zh-CN"] = "微博" },
        SignIn = { Provider = SignInOptions.Sandbox },
        Posts = new PostsOptions { Kind = hasSandbox ? PostKind.Sandbox : null },
    };

    // The sandbox signs replies as it signs notifications.
    private static void AddRepliesOfSandbox(ChannelsOptions channels, IConfiguration configuration)
    {
        if (PaymentSettings.SecretOfSandbox(configuration) is not { Length: > 0 } secret) return;
        foreach (var channel in channels.Values.Where(channel => channel.Posts.Kind == PostKind.Sandbox))
            channel.Replies.Secret ??= secret;
    }
}
