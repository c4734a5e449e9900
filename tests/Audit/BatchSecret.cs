using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansSale.Tests.Audit;

/// <summary>
/// A batch's key: computes the aliases and key hashes of the ledger as their documentation states it, independently of
/// the engine.
/// </summary>
/// <param name="key">32 bytes.</param>
public sealed class BatchSecret(byte[] key)
{
    private const int CodeBytes = 16;

    /// <summary>SHA-256 of the key, in lower-case hexadecimal, as the terms state it.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(key));

    /// <summary>
    /// What stands for a user: SHA-256 over salt and user, where the salt is HMAC-SHA256 of the user.
    /// </summary>
    public string AliasOf(string user)
    {
        var text = Encoding.UTF8.GetBytes(user);
        return Code(SHA256.HashData([.. HMACSHA256.HashData(key, text).AsSpan(0, CodeBytes), .. text]));
    }

    /// <summary>What stands for a user's Idempotency-Key: HMAC-SHA256 over alias, 0 and key.</summary>
    public string KeyHashOf(string alias, string idempotencyKey) =>
        Code(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{alias}\0{idempotencyKey}")));

    private static string Code(byte[] hash) => Base64Url.EncodeToString(hash.AsSpan(0, CodeBytes));
}
