using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Options;
using OrleansSale.Api.Http;
using OrleansSale.Api.Payments;
using OrleansSale.Api.Sandbox;
using OrleansSale.Api.SignIn.Platforms;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.Silo;
using OrleansSale.Silo.Channels;
using OrleansSale.Silo.Payments;
using OrleansSale.Silo.Settings;

namespace OrleansSale.Api.Hosting;

/// <summary>Reads the platforms of a front, and adds their sign-in.</summary>
public static class PlatformRegistration
{
    private const int SecretDigits = 32;

    /// <summary>Reads the platforms and the operators.</summary>
    /// <exception cref="StartException">A setting is missing or wrong; the message names each.</exception>
    public static (ConfiguredChannels Channels, ConfiguredOperators Operators) Read(
        IConfiguration configuration, bool isDevelopment)
    {
        var channels = ChannelSettings.Read(configuration, isDevelopment);
        var faults = channels.All.Select(FaultOf).OfType<string>().ToList();
        if (faults.Count > 0) throw new StartException(string.Join(' ', faults));
        return (channels, OperatorSettings.Read(configuration, channels, PlatformProvider.Operator));
    }

    /// <summary>
    /// Registers the platforms, the operators, and the sign-in. If the sandbox's payments are not used but its log-in
    /// is, also that: map it then with <c>MapSandboxPlatform</c>.
    /// </summary>
    /// <exception cref="StartException">A setting is missing or wrong; the message names each.</exception>
    public static ConfiguredChannels AddPlatforms(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        var isDevelopment = environment.IsDevelopment();
        var (channels, operators) = Read(configuration, isDevelopment);
        services.AddSingleton(channels);
        services.AddSingleton(operators);
        services.AddSingleton(provider => new SignInAddress(PaymentsIn(provider).PublicAddress));
        services.AddPlatforms(channels, isDevelopment);
        if (!UsesSandbox(channels)) return channels;
        services.AddSingleton(SandboxIn);
        if (PaymentOptions.UsesSandbox(configuration, isDevelopment)) return channels;
        services.AddSandboxPlatform((sandbox, provider) =>
            (sandbox.ApiKey, sandbox.PublicAddress, sandbox.PathBase) = (
                RandomNumberGenerator.GetHexString(SecretDigits), PaymentsIn(provider).PublicAddress,
                provider.GetRequiredService<SitePath>().Base));
        return channels;
    }

    /// <summary>Whether users of a channel log in at the sandbox.</summary>
    public static bool UsesSandbox(ConfiguredChannels channels) =>
        channels.All.Any(channel => channel.SignIn is { IsAtSandbox: true });

    private static SandboxLogin SandboxIn(IServiceProvider provider)
    {
        var own = ListeningAddress.Of(provider.GetRequiredService<IServer>())
            ?? PaymentsIn(provider).PublicAddress ?? new Uri(Engine.DefaultAddress);
        return new SandboxLogin(
            PlatformProvider.IssuerAt(own), PlatformProvider.ClientId,
            provider.GetRequiredService<SandboxOptions>().ApiKey);
    }

    private static PaymentOptions PaymentsIn(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<PaymentOptions>>().Value;

    private static string? FaultOf(Channel channel)
    {
        if (channel.SignIn is null or { IsAtSandbox: true }) return null;
        var key = $"{ChannelsOptions.Section}:{channel.Id}:SignIn:Provider";
        if (WebProviders.RegistrationOf(channel) is not { } registration)
        {
            var near = NearName.Of(channel.SignIn.Provider!, WebProviders.Names);
            var hint = near.Length > 0 ? $"Did you mean {string.Join(" or ", near)}?"
                : "docs/channels.md links to the list.";
            return $"{key} is {channel.SignIn.Provider}, which is no web provider of OpenIddict. {hint}";
        }
        return WebProviders.FaultOf(registration) is { } fault
            ? $"{key} is {channel.SignIn.Provider}, which cannot be connected: {fault}" : null;
    }
}
