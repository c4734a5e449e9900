using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using OrleansSale.Api.Http;

namespace OrleansSale.Api.SignIn;

/// <summary>Sets up bearer tokens and the pages' cookie.</summary>
public static class Authentication
{
    /// <summary>Issuer and audience of tokens signed with <c>Auth:SigningKey</c>.</summary>
    public const string Issuer = "sale";

    /// <summary>The policy of pages that only operators may open.</summary>
    public const string OperatorPolicy = "operator";

    /// <summary>
    /// How long a session lasts after the last request; at most <see cref="Sessions.MaxLifetime"/> in all.
    /// </summary>
    public static readonly TimeSpan IdleSession = TimeSpan.FromDays(7);

    // The prefix makes browsers refuse it from other hosts and unencrypted; Development is unencrypted.
    private const string DevelopmentCookie = "sale", SessionCookie = "__Host-sale";

    /// <summary>How far a token's times may be off this front's clock.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>Whether a cookie of this name is a session.</summary>
    public static bool IsSessionCookie(string name) => name is DevelopmentCookie or SessionCookie;

    /// <summary>
    /// Adds both schemes. There is no default scheme. Each endpoint identifies the caller itself, so the purchase,
    /// which has its own credential, does no such work.
    /// </summary>
    /// <param name="services">Where to add them.</param>
    /// <param name="signingKey">
    /// Signs bearer tokens (HS256), 32 bytes or more; not used when an authority vouches for tokens.
    /// </param>
    /// <param name="configuration">The settings below <c>Auth</c>.</param>
    /// <param name="isDevelopment">Whether tokens for any user can be had here.</param>
    public static void AddSignIn(
        this IServiceCollection services, byte[] signingKey, IConfiguration configuration, bool isDevelopment)
    {
        if (isDevelopment)
        {
            services.AddSingleton(provider =>
                new DevelopmentTokens(signingKey, provider.GetRequiredService<TimeProvider>()));
        }
        services.AddSingleton<IAuthenticationSchemeProvider, ExplicitSchemes>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SessionEvents>();
        services.AddAuthentication()
            .AddJwtBearer(options =>
            {
                options.MapInboundClaims = false;
                options.IncludeErrorDetails = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = configuration["Auth:Issuer"] ?? Issuer,
                    ValidAudience = configuration["Auth:Audience"] ?? Issuer,
                    // Platforms may issue tokens that do not expire. An expiry is enforced if the token has one.
                    RequireExpirationTime = false,
                    ClockSkew = ClockSkew,
                };
                if (configuration["Auth:Authority"] is { Length: > 0 } authority)
                {
                    options.Authority = authority;
                    options.RequireHttpsMetadata = !isDevelopment;
                }
                else
                {
                    options.TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(signingKey);
                    options.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
                }
            })
            .AddCookie(options =>
            {
                options.Cookie.Name = isDevelopment ? DevelopmentCookie : SessionCookie;
                options.Cookie.Path = "/";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.Cookie.SecurePolicy =
                    isDevelopment ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
                options.ExpireTimeSpan = IdleSession;
                options.SlidingExpiration = true;
                options.EventsType = typeof(SessionEvents);
            });
        services.AddAuthorizationBuilder().AddPolicy(OperatorPolicy, policy => policy
            .AddAuthenticationSchemes(
                CookieAuthenticationDefaults.AuthenticationScheme, JwtBearerDefaults.AuthenticationScheme)
            .RequireClaim(Callers.RoleClaim, Caller.OperatorRole));
    }
}
