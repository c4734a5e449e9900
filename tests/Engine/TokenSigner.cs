using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansSale.Tests.Engine;

/// <summary>Signs tokens as a platform would: JWT, HS256, <c>iss</c> and <c>aud</c> = <c>sale</c>.</summary>
public sealed class TokenSigner(EngineSecrets secrets)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    /// <summary>A token of the user <c>{channel}:{subject}</c>.</summary>
    /// <param name="channel">The platform.</param>
    /// <param name="subject">The user's name there.</param>
    /// <param name="roles">Such as <c>operator</c>.</param>
    public string Sign(string channel, string subject, params string[] roles)
    {
        var now = DateTimeOffset.UtcNow;
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["iss"] = "sale",
            ["aud"] = "sale",
            ["sub"] = subject,
            ["channel"] = channel,
            ["roles"] = roles,
            ["nbf"] = now.AddMinutes(-1).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
        });
        var signed = $"{Header}.{Base64Url.EncodeToString(claims)}";
        var signature = HMACSHA256.HashData(secrets.SigningKey, Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }
}
