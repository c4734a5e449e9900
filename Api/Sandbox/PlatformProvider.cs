using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using OrleansSale.Api.Payments;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// The OpenID provider of the sandbox's platform. Users log in at its page, and its one client is the merchant. The
/// protocol is OpenIddict's; this says who may ask and who is logged in.
/// </summary>
internal static class PlatformProvider
{
    /// <summary>Where the platform is, below this process' address; also the path of its issuer.</summary>
    public const string Path = "/sandbox/platform";

    /// <summary>The scheme of the cookie that the platform keeps its users logged in with.</summary>
    public const string Cookie = "platform";

    /// <summary>The name of the merchant's application.</summary>
    public const string ClientId = "merchant";

    private const int KeyBytes = 32;

    // The beginning of the paths that the application has registered for the answers of log-ins.
    private const string CallbackPrefix = "/signin/";

    /// <summary>The names that the log-in page offers, one click each. Any other can be typed.</summary>
    public static IReadOnlyList<string> Names { get; } = ["alice", "bob", "小明", Operator];

    /// <summary>The name whose user runs sales in Development.</summary>
    public const string Operator = "merchant";

    /// <summary>How long a user stays logged in at the platform.</summary>
    public static readonly TimeSpan LoggedInFor = TimeSpan.FromDays(1);

    /// <summary>Registers the provider. A restart makes new keys, so it ends a log-in under way.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Cookie, options =>
        {
            options.Cookie.Name = "platform";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.ExpireTimeSpan = LoggedInFor;
        });
        services.AddOptions<CookieAuthenticationOptions>(Cookie).Configure<SandboxOptions>(
            (options, sandbox) => options.Cookie.Path = $"{sandbox.PathBase}/sandbox");
        services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode();
            server.SetConfigurationEndpointUris($"{Path[1..]}/.well-known/openid-configuration")
                .SetJsonWebKeySetEndpointUris($"{Path[1..]}/keys")
                .SetAuthorizationEndpointUris($"{Path[1..]}/authorize")
                .SetTokenEndpointUris($"{Path[1..]}/token")
                .SetUserInfoEndpointUris($"{Path[1..]}/userinfo");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            server.RegisterScopes(Scopes.OpenId, Scopes.Profile).RegisterClaims(Claims.Name);
            // Both are made in no time, unlike the pairs of RSA.
            server.AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(KeyBytes)))
                .AddEphemeralSigningKey(SecurityAlgorithms.EcdsaSha256);
            server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().DisableTransportSecurityRequirement();
            server.AddEventHandler<ValidateAuthorizationRequestContext>(
                handler => handler.UseSingletonHandler<Client>());
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseSingletonHandler<Client>());
            server.AddEventHandler<HandleUserInfoRequestContext>(handler => handler.UseInlineHandler(Tell));
        });
        services.AddOptions<OpenIddictServerOptions>().Configure<IServer, SandboxOptions>((options, server, sandbox) =>
            options.Issuer = (ListeningAddress.Of(server) ?? sandbox.PublicAddress) is { } own ? IssuerAt(own) : null);
    }

    /// <summary>
    /// Lets the protocol look at a request for the platform. True: it is answered; false: a page of ours answers it, or
    /// nobody.
    /// </summary>
    public static async Task<bool> AnswersAsync(HttpContext http)
    {
        var handlers = http.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        var handler = await handlers.GetHandlerAsync(http, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        return await ((IAuthenticationRequestHandler)handler!).HandleRequestAsync();
    }

    /// <summary>The platform's issuer.</summary>
    /// <param name="ownAddress">The address of this process.</param>
    public static Uri IssuerAt(Uri ownAddress) => new(ownAddress, Path);

    private static ValueTask Tell(HandleUserInfoRequestContext context)
    {
        context.Claims[Claims.Name] = context.AccessTokenPrincipal.FindFirst(Claims.Name)?.Value ?? context.Subject;
        return default;
    }

    /// <summary>The merchant's application. Its secret is the merchant's key at the sandbox.</summary>
    internal sealed class Client(SandboxOptions merchant) :
        IOpenIddictServerHandler<ValidateAuthorizationRequestContext>,
        IOpenIddictServerHandler<ValidateTokenRequestContext>
    {
        public ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
        {
            if (context.ClientId != ClientId)
                context.Reject(Errors.InvalidClient, "The platform knows no such application.");
            // Its host is this process', under whatever name a browser reaches it.
            else if (!Uri.TryCreate(context.RedirectUri, UriKind.Absolute, out var back)
                || !back.AbsolutePath.StartsWith(merchant.PathBase + CallbackPrefix, StringComparison.Ordinal))
                context.Reject(Errors.InvalidRequest, "The application has not registered this address.");
            return default;
        }

        public ValueTask HandleAsync(ValidateTokenRequestContext context)
        {
            if (context.ClientId != ClientId || context.ClientSecret != merchant.ApiKey)
                context.Reject(Errors.InvalidClient, "The application's name or secret is wrong.");
            return default;
        }
    }
}
