using System.Collections.Immutable;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OrleansSale.Tests.Platforms;

/// <summary>
/// A platform of people: an OpenID Connect provider by OpenIddict's server, in this process, on a loopback port. It
/// demands PKCE. Who asks to sign in is, without a page, the person of <see cref="Person"/>.
/// </summary>
public sealed class OpenIdProvider : IAsyncDisposable
{
    /// <summary>What the shop is to this platform.</summary>
    public const string ClientId = "shop", ClientSecret = "a secret between the shop and the platform";

    /// <summary>
    /// Cookies of a browser at this platform that say who is signed in here, by their id, and the error that they give
    /// instead.
    /// </summary>
    public const string PersonCookie = "person", RefusalCookie = "refusal";

    private readonly WebApplication _app;

    private OpenIdProvider(WebApplication app) => _app = app;

    /// <summary>Its address, with a slash at the end.</summary>
    public Uri Issuer => new(_app.Urls.First() + "/");

    /// <summary>Who signs in: claims, of which <c>sub</c> is the id.</summary>
    public Claim[] Person { get; set; } = Alice();

    /// <summary>An error that it answers instead of asking anybody; null: none.</summary>
    public string? Error { get; set; }

    /// <summary>Stands before each answer to a token request.</summary>
    public Func<HttpContext, Task<bool>>? BeforeToken { get; set; }

    /// <summary>What was asked at the authorization endpoint, the last time.</summary>
    public OpenIddictRequest? Asked { get; private set; }

    /// <summary>What was asked at the token endpoint, the last time.</summary>
    public OpenIddictRequest? Exchanged { get; private set; }

    /// <summary>The settings of a channel whose users are this platform's.</summary>
    public Dictionary<string, string> SettingsOf(string channel, string english, string chinese) => new()
    {
        [$"Channels:{channel}:Name:en"] = english,
        [$"Channels:{channel}:Name:zh-CN"] = chinese,
        [$"Channels:{channel}:SignIn:Issuer"] = Issuer.AbsoluteUri,
        [$"Channels:{channel}:SignIn:ClientId"] = ClientId,
        [$"Channels:{channel}:SignIn:ClientSecret"] = ClientSecret,
    };

    /// <summary>How often a code was exchanged, or tried to be.</summary>
    public int Exchanges { get; private set; }

    /// <summary>Does again what it does at first, and has counted nothing.</summary>
    public void Reset() => (Person, Error, BeforeToken, Exchanges) = (Alice(), null, null, 0);

    /// <summary>Starts it.</summary>
    /// <param name="address">Where it listens; null: on a free port of 127.0.0.1.</param>
    public static async Task<OpenIdProvider> StartAsync(string? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address ?? "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        OpenIdProvider? provider = null;
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode().DisableAccessTokenEncryption().AllowAuthorizationCodeFlow()
                .RequireProofKeyForCodeExchange();
            server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token")
                .SetUserInfoEndpointUris("userinfo");
            server.RegisterScopes(Scopes.Profile);
            // Ephemeral keys have 4,096 bits, and a busy machine needs seconds to find such a pair.
            server.AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)))
                .AddSigningKey(new RsaSecurityKey(RSA.Create(2048)));
            server.UseAspNetCore().DisableTransportSecurityRequirement();
            server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId) context.Reject(Errors.InvalidClient);
                return default;
            }));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                provider!.Exchanged = context.Request;
                if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
                    context.Reject(Errors.InvalidClient);
                return default;
            }));
            server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
                provider!.Authorize(context)));
            server.AddEventHandler<HandleUserInfoRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                provider!.Tell(context);
                return default;
            }));
        });
        var app = builder.Build();
        provider = new OpenIdProvider(app);
        app.Use(async (http, next) =>
        {
            if (http.Request.Path == "/token")
            {
                provider.Exchanges++;
                if (provider.BeforeToken is { } before && !await before(http)) return;
            }
            await next(http);
        });
        app.UseAuthentication();
        await app.StartAsync();
        return provider;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Claim[] Alice() => [new(Claims.Subject, "1736200151"), new(Claims.Name, "Alice 爱丽丝")];

    // Of who was chosen by a cookie it knows no more than the id.
    private void Tell(HandleUserInfoRequestContext context)
    {
        var subject = context.AccessTokenPrincipal!.GetClaim(Claims.Subject);
        context.Subject = subject;
        if (!Person.Any(claim => claim.Type == Claims.Subject && claim.Value == subject)) return;
        foreach (var claims in Person.Where(claim => claim.Type != Claims.Subject).GroupBy(claim => claim.Type))
            context.Claims[claims.Key] = claims.Count() > 1
                ? new OpenIddictParameter(claims.Select(claim => (string?)claim.Value).ToImmutableArray())
                : claims.Single().Value;
    }

    private ValueTask Authorize(HandleAuthorizationRequestContext context)
    {
        Asked = context.Request;
        var cookies = context.Transaction.GetHttpRequest()!.Cookies;
        if ((cookies[RefusalCookie] ?? Error) is { } error)
        {
            context.Reject(error, "as the test says");
            return default;
        }
        var identity = new ClaimsIdentity("a password", Claims.Name, Claims.Role);
        identity.AddClaims(cookies[PersonCookie] is { } subject ? [new Claim(Claims.Subject, subject)] : Person);
        identity.SetScopes(context.Request.GetScopes());
        identity.SetDestinations(_ => [Destinations.IdentityToken, Destinations.AccessToken]);
        context.SignIn(new ClaimsPrincipal(identity));
        return default;
    }
}
