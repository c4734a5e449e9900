using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansSale.Api.SignIn;

/// <summary>Signs bearer tokens of any user, in Development: the stand-in for a platform.</summary>
/// <param name="signingKey">Signs them (HS256): 32 bytes or more.</param>
/// <param name="timeProvider">The front's clock.</param>
public sealed class DevelopmentTokens(byte[] signingKey, TimeProvider timeProvider)
{
    /// <summary>How long a token is valid.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    /// <summary>A token of a user.</summary>
    public string Sign(string subject, string channel, string? name, IEnumerable<string> roles)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authentication.Issuer,
            Audience = Authentication.Issuer,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            Subject = new ClaimsIdentity(Callers.ClaimsOf(subject, channel, name, roles)),
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(signingKey), SecurityAlgorithms.HmacSha256),
        });
    }
}
