using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OrleansSale.Api.SignIn;

namespace OrleansSale.Tests.Contenders;

/// <summary>
/// JwtBearer as it comes. Only its key is configured, and the issuer and audience without which it refuses every token.
/// </summary>
internal static class StockTokens
{
    /// <summary>Adds it as the default scheme.</summary>
    public static void Add(IServiceCollection services, byte[] key)
    {
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.TokenValidationParameters.IssuerSigningKey = new SymmetricSecurityKey(key);
            options.TokenValidationParameters.ValidIssuer = Authentication.Issuer;
            options.TokenValidationParameters.ValidAudience = Authentication.Issuer;
        });
        services.AddAuthorization();
    }
}
