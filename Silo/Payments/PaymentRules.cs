using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Silo.Http;

namespace OrleansSale.Silo.Payments;

/// <summary>What <c>Payments:…</c> may be. Each fault is a line that names its key, and never a secret.</summary>
public static class PaymentRules
{
    private const string Section = PaymentOptions.Section;

    /// <summary>The faults of the settings for what a process does.</summary>
    public static IEnumerable<string> FaultsOf(PaymentOptions options, PaymentRole role, bool isDevelopment)
    {
        if (FaultOfBoth(options) is { } both) yield return both;
        if (options.Providers.Count > PaymentOptions.MaxProviders)
            yield return $"{Section}:Providers has {options.Providers.Count} providers: at most "
                + $"{PaymentOptions.MaxProviders} are possible.";
        foreach (var (name, provider) in options.All.OrderBy(provider => provider.Key, StringComparer.Ordinal))
        {
            var path = options.Providers.Count == 0 ? Section : $"{Section}:Providers:{name}";
            if (!UserId.IsChannel(name))
                yield return $"{path} is no provider: a name has 1 to {UserId.MaxChannelLength} lower-case letters, "
                    + "digits and hyphens.";
            foreach (var fault in ProviderRules.FaultsOf(
                path, provider, role, options.Sandbox && options.NameOfSandbox == name, isDevelopment))
                yield return fault;
        }
        if (options.Sandbox && options.NameOfSandbox is null)
            yield return $"{Section}:Sandbox is true, and it is not clear which provider the sandbox is: one of the "
                + "kind Protocol without a BaseAddress.";
        foreach (var fault in FaultsOfAddresses(options, role, isDevelopment)) yield return fault;
    }

    /// <summary>The faults of what the channels say of payments.</summary>
    public static IEnumerable<string> FaultsOfChannels(ConfiguredChannels channels, PaymentOptions options)
    {
        var names = string.Join(", ", options.All.Keys.Order(StringComparer.Ordinal));
        foreach (var channel in channels.All)
        {
            var key = $"{ChannelsOptions.Section}:{channel.Id}:Payments";
            if (channel.Payments is null && options.All.Count > 1)
                yield return $"{key} is missing: the payment provider of its users, one of {names}.";
            else if (channel.Payments is { } name && !options.All.ContainsKey(name))
                yield return $"{key} names no payment provider: there is {names}.";
        }
    }

    private static string? FaultOfBoth(PaymentOptions options)
    {
        if (options.Providers.Count == 0) return null;
        var keys = new List<string>();
        if (options.BaseAddress is not null) keys.Add($"{Section}:{nameof(options.BaseAddress)}");
        if (options.ApiKey.Length > 0) keys.Add($"{Section}:{nameof(options.ApiKey)}");
        if (options.WebhookSecret.Length > 0) keys.Add($"{Section}:{nameof(options.WebhookSecret)}");
        if (options.NotificationAddress is not null) keys.Add($"{Section}:{nameof(options.NotificationAddress)}");
        return keys.Count == 0 ? null
            : $"{string.Join(", ", keys)} cannot be set together with {Section}:Providers: a provider's keys are below "
                + $"{Section}:Providers:{{provider}}.";
    }

    // Buyers come to these from anywhere.
    private static IEnumerable<string> FaultsOfAddresses(PaymentOptions options, PaymentRole role, bool isDevelopment)
    {
        if ((role.HasFlag(PaymentRole.Asks) || options.Sandbox) && !isDevelopment && options.PublicAddress is null)
            yield return $"{Section}:PublicAddress is missing: where buyers' browsers reach this sale, such as "
                + "https://shop.example.";
        if (options.PublicAddress is { } own
            && WebAddress.Fault($"{Section}:PublicAddress", own, isBase: true, isPublic: !isDevelopment) is { } atOwn)
            yield return atOwn;
        if (string.IsNullOrEmpty(options.ReturnAddress)) yield break;
        const string Key = $"{Section}:ReturnAddress";
        if (!Uri.TryCreate(options.ReturnAddress, UriKind.Absolute, out var back))
            yield return $"{Key} {WebAddress.Demand}.";
        else if (WebAddress.Fault(Key, back, isBase: false, isPublic: !isDevelopment) is { } fault)
            yield return fault;
    }
}
