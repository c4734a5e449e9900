using OpenIddict.Client;
using OrleansSale.GrainInterfaces.Channels;
using static OpenIddict.Client.OpenIddictClientEvents;

namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>The log-in of the sandbox in this process. Its address is known once the process listens.</summary>
/// <param name="Issuer">Its OpenID Connect issuer, at this process' own address.</param>
/// <param name="ClientId">The name that it has for this shop.</param>
/// <param name="ClientSecret">The shop's secret there.</param>
public sealed record SandboxLogin(Uri Issuer, string ClientId, string ClientSecret)
{
    /// <summary>A channel with the sandbox in the place of its platform.</summary>
    public Channel StandIn(Channel channel) => channel with
    {
        SignIn = new SignInOptions { Issuer = Issuer, ClientId = ClientId, ClientSecret = ClientSecret },
    };
}

/// <summary>
/// Sends a browser to the sandbox under the name by which it reached the shop, which need not be the one that this
/// process listens on. The form of the log-in leads back to the shop, and may lead to its own host only.
/// </summary>
internal sealed class SandboxAddress(SandboxLogin sandbox) : IOpenIddictClientHandler<ApplyAuthorizationRequestContext>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(ApplyAuthorizationRequestContext context)
    {
        if (context.Registration.Issuer == sandbox.Issuer && context.Configuration.AuthorizationEndpoint is { } page)
            context.AuthorizationEndpoint = new Uri(new Uri(context.RedirectUri!), page.PathAndQuery).AbsoluteUri;
        return default;
    }
}
