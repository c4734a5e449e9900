using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using OrleansSale.Api.Composition;

namespace OrleansSale.Api.SignIn;

/// <summary>Sets up bearer tokens and the pages' cookie.</summary>
public static class Authentication
{
    /// <summary>Issuer and audience of tokens signed with <c>Auth:SigningKey</c>.</summary>
    public const string Issuer = "sale";

    /// <summary>The policy of what only operators may open in a browser.</summary>
    public const string OperatorPolicy = "operator";

    /// <summary>How far a token's times may be off this front's clock.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds both schemes. There is no default one: each endpoint asks for the caller itself, so the purchase, which has
    /// its own credential, pays for none.
    /// </summary>
    public static void AddSignIn(this IServiceCollection services, Keys keys, IConfiguration configuration, bool isDevelopment)
    {
        services.AddAuthentication()
            .AddJwtBearer(options =>
            {
                options.MapInboundClaims = false;
                options.IncludeErrorDetails = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = configuration["Auth:Issuer"] ?? Issuer,
                    ValidAudience = configuration["Auth:Audience"] ?? Issuer,
                    // Platforms may issue tokens that do not expire; one that says when it expires is held to it.
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
                    options.TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(keys.Signing);
                    options.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
                }
            })
            .AddCookie(options =>
            {
                options.Cookie.Name = "sale";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.Cookie.SecurePolicy = isDevelopment ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
                options.ExpireTimeSpan = TimeSpan.FromDays(7);
                options.SlidingExpiration = true;
                // A page's request is answered with a problem, never with a redirect to a page that is not there.
                options.Events.OnRedirectToLogin = context => Task.FromResult(context.Response.StatusCode = 401);
                options.Events.OnRedirectToAccessDenied = context => Task.FromResult(context.Response.StatusCode = 403);
            });
        services.AddAuthorizationBuilder().AddPolicy(OperatorPolicy, policy => policy
            .AddAuthenticationSchemes(CookieAuthenticationDefaults.AuthenticationScheme, JwtBearerDefaults.AuthenticationScheme)
            .RequireClaim("roles", Caller.OperatorRole));
    }
}
