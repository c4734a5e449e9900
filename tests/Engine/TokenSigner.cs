using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansSale.Tests.Engine;

/// <summary>Signs tokens as a platform would: JWT, HS256, <c>iss</c> and <c>aud</c> = <c>sale</c>.</summary>
public sealed class TokenSigner(EngineSecrets secrets)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

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
        return Sign(claims, secrets.SigningKey);
    }

    /// <summary>A token with these claims, whatever they are.</summary>
    /// <param name="claims">JSON.</param>
    /// <param name="key">What it is signed with.</param>
    /// <param name="algorithm"><c>HS256</c>, <c>HS512</c>, or <c>none</c>, which signs nothing.</param>
    public static string Sign(byte[] claims, byte[] key, string algorithm = "HS256")
    {
        var header = Encoding.UTF8.GetBytes($$"""{"alg":"{{algorithm}}","typ":"JWT"}""");
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        var text = Encoding.ASCII.GetBytes(signed);
        return algorithm switch
        {
            "none" => signed + ".",
            "HS512" => $"{signed}.{Base64Url.EncodeToString(HMACSHA512.HashData(key, text))}",
            _ => $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, text))}",
        };
    }
}
