using System.Reflection;
using OpenIddict.Client;
using OpenIddict.Client.WebIntegration;
using OrleansSale.GrainInterfaces.Channels;
using Scopes = OpenIddict.Abstractions.OpenIddictConstants.Scopes;

namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>How OpenIddict is told of a channel: by a web provider that it knows by name, or by an issuer.</summary>
public static class WebProviders
{
    // Its package lists providers as constants, and their settings as nested classes of the same names.
    private static readonly Dictionary<string, FieldInfo> Types =
        typeof(OpenIddictClientWebIntegrationConstants.ProviderTypes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names that a channel's <c>SignIn:Provider</c> can be.</summary>
    public static IReadOnlyCollection<string> Names => Types.Keys;

    /// <summary>The path below which a channel's sign-in is, without a slash before it.</summary>
    public static string PathOf(string channel) => $"signin/{channel}";

    /// <summary>What OpenIddict needs to know of a channel; null: it knows no provider of that name.</summary>
    public static OpenIddictClientRegistration? RegistrationOf(Channel channel)
    {
        var signIn = channel.SignIn!;
        var registration = new OpenIddictClientRegistration
        {
            RegistrationId = channel.Id,
            ProviderName = channel.Id,
            ClientId = signIn.ClientId,
            ClientSecret = signIn.ClientSecret,
            RedirectUri = new Uri($"{PathOf(channel.Id)}/callback", UriKind.Relative),
        };
        registration.Scopes.UnionWith(
            signIn.Scopes?.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            ?? (signIn.Issuer is null ? [] : [Scopes.OpenId, Scopes.Profile]));
        if (signIn.Issuer is { } issuer)
        {
            registration.Issuer = issuer;
            // Without it OpenIddict makes no ID token of the answer.
            registration.Scopes.Add(Scopes.OpenId);
            return registration;
        }
        if (!Types.TryGetValue(signIn.Provider!, out var type)) return null;
        registration.ProviderType = (string)type.GetValue(null)!;
        registration.ProviderSettings = Activator.CreateInstance(
            typeof(OpenIddictClientWebIntegrationSettings).GetNestedType(type.Name)!);
        return registration;
    }

    /// <summary>Why a provider can't be connected with what is set; null: it can.</summary>
    /// <param name="registration">It is used up by this.</param>
    public static string? FaultOf(OpenIddictClientRegistration registration)
    {
        if (registration.ProviderType is null) return null;
        try
        {
            OpenIddictClientWebIntegrationConfiguration.ConfigureProvider(registration);
            return null;
        }
        catch (InvalidOperationException fault)
        {
            return fault.Message.ReplaceLineEndings(" ");
        }
    }
}
