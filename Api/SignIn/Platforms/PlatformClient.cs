using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Client;
using OpenIddict.Client.AspNetCore;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Channels;
using Polly;
using static OpenIddict.Client.OpenIddictClientEvents;

namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>Sets up OpenIddict's client, which speaks to the platforms.</summary>
public static class PlatformClient
{
    /// <summary>How long a platform may take for an answer, and for all that one sign-in asks of it.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10), AllWithin = TimeSpan.FromSeconds(25);

    /// <summary>How long a person may take at the platform.</summary>
    public static readonly TimeSpan SignInWithin = TimeSpan.FromMinutes(15);

    /// <summary>Most connections to one platform; further sign-ins wait for one within their time.</summary>
    public const int MaxConnections = 64;

    /// <summary>Longest answer of a platform, in bytes.</summary>
    public const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>The cookie that ties an answer of the platform to the browser that asked for it.</summary>
    public const string StateCookie = "sale-sign-in";

    private const int KeyLength = 32;

    /// <summary>Adds it for the channels that have a sign-in. Without one there is nothing to add.</summary>
    /// <param name="services">
    /// Where to add it, with data protection whose keys all fronts have, and a <see cref="SandboxLogin"/> if a channel
    /// uses it.
    /// </param>
    /// <param name="channels">The platforms, each with a provider that exists.</param>
    /// <param name="isDevelopment">Whether pages and platforms may be reached unencrypted.</param>
    public static void AddPlatforms(
        this IServiceCollection services, ConfiguredChannels channels, bool isDevelopment)
    {
        services.AddSingleton<PlatformSignIn>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, OperatorDoor>();
        var platforms = channels.All.Where(channel => channel.SignIn is not null).ToList();
        if (platforms.Count == 0) return;
        services.AddOpenIddict().AddClient(client =>
        {
            client.AllowAuthorizationCodeFlow().DisableTokenStorage().SetStateTokenLifetime(SignInWithin);
            // State tokens are protected with the session keys. These two are demanded all the same, and sign nothing.
            client.UseDataProtection();
            client.AddEncryptionKey(RandomKey()).AddSigningKey(RandomKey());
            client.UseAspNetCore(host => host.EnableRedirectionEndpointPassthrough()
                // A proxy may do TLS before this process: addresses are the public ones, see PlatformSignIn.
                .DisableTransportSecurityRequirement().DisableAutomaticAuthenticationSchemeForwarding());
            client.Services.AddOptions<OpenIddictClientAspNetCoreOptions>().Configure<SitePath>(
                (options, site) => SetCookie(options.CookieBuilder, site, isDevelopment));
            // A code can be exchanged once: what failed is begun anew by the person and not repeated here.
            client.UseSystemNetHttp(http => http
                .SetHttpResiliencePipeline(ResiliencePipeline<HttpResponseMessage>.Empty)
                .ConfigureHttpClient(SetBounds)
                .ConfigureHttpClientHandler((registration, handler) =>
                {
                    handler.MaxConnectionsPerServer = MaxConnections;
                    handler.AllowAutoRedirect = false;
                    handler.UseProxy = registration.Issuer is not { IsLoopback: true };
                }));
            client.UseWebProviders();
            client.AddEventHandler<ProcessErrorContext>(handler => handler.UseInlineHandler(Keep)
                .SetOrder(int.MinValue));
            foreach (var platform in platforms.Where(platform => !platform.SignIn!.IsAtSandbox))
                client.AddRegistration(WebProviders.RegistrationOf(platform)!);
            var sandboxed = platforms.Where(platform => platform.SignIn!.IsAtSandbox).ToList();
            if (sandboxed.Count > 0) AddSandboxed(client, sandboxed);
        });
    }

    // The options are read at the first sign-in: by then this process listens, and so the sandbox has an address.
    private static void AddSandboxed(OpenIddictClientBuilder client, List<Channel> channels)
    {
        client.AddEventHandler<ApplyAuthorizationRequestContext>(handler =>
            handler.UseSingletonHandler<SandboxAddress>().SetOrder(int.MinValue));
        client.Services.AddOptions<OpenIddictClientOptions>().Configure<SandboxLogin>((options, sandbox) =>
            options.Registrations.AddRange(
                channels.Select(channel => WebProviders.RegistrationOf(sandbox.StandIn(channel))!)));
    }

    // An error is kept for the page that tells it: OpenIddict itself would answer plain text.
    private static ValueTask Keep(ProcessErrorContext context)
    {
        context.Transaction.Response = new OpenIddictResponse { Error = context.Error, ErrorUri = context.ErrorUri };
        context.HandleRequest();
        return default;
    }

    private static void SetBounds(HttpClient client)
    {
        client.Timeout = AnswerWithin;
        client.MaxResponseContentBufferSize = MaxAnswerBytes;
    }

    // The platform sends the browser back from its own site, and some do so by a form, which brings a cookie along only
    // if that has SameSite=None. Browsers take such a cookie over encrypted connections only.
    private static void SetCookie(CookieBuilder cookie, SitePath site, bool isDevelopment)
    {
        cookie.Name = StateCookie;
        cookie.Path = site.Of("/signin");
        cookie.SameSite = isDevelopment ? SameSiteMode.Lax : SameSiteMode.None;
        cookie.SecurePolicy = isDevelopment ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
    }

    private static SymmetricSecurityKey RandomKey() => new(RandomNumberGenerator.GetBytes(KeyLength));
}
