using System.Security.Cryptography;
using System.Text;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// The secret of a batch. It turns users into aliases, so its holder can name the buyers in the batch's ledger. It is
/// kept in a document of its own, and its removal makes the ledger anonymous.
/// </summary>
/// <remarks>
/// A user's salt is the first 16 bytes of HMAC-SHA256(key, user), the alias the first 16 bytes of SHA-256(salt ‖ user).
/// So users can prove that an alias is theirs by showing the salt, and the key stays secret.
/// </remarks>
public sealed class BatchKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    private const int SaltLength = 16;

    // A user of the longest kind: 161 UTF-16 units, at most three bytes each.
    private const int MaxUserBytes = 3 * (UserId.MaxChannelLength + 1 + UserId.MaxSubjectLength);

    private readonly byte[] _bytes;

    /// <summary>The key of these bytes.</summary>
    /// <exception cref="ArgumentException">They are not 32.</exception>
    public BatchKey(byte[] bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length, nameof(bytes));
        _bytes = bytes;
        Hash = SHA256.HashData(bytes);
    }

    /// <summary>SHA-256 of the key: 32 bytes. The ledger's first entry carries it.</summary>
    public byte[] Hash { get; }

    /// <summary>The alias of a user.</summary>
    public Alias AliasOf(string user)
    {
        // The salt is followed by the user, as they are hashed.
        Span<byte> salted = stackalloc byte[SHA256.HashSizeInBytes + MaxUserBytes];
        var buffer = user.Length <= MaxUserBytes / 3
            ? salted : new byte[SHA256.HashSizeInBytes + Encoding.UTF8.GetByteCount(user)];
        var length = Encoding.UTF8.GetBytes(user, buffer[SaltLength..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_bytes, buffer.Slice(SaltLength, length), hash);
        hash[..SaltLength].CopyTo(buffer);
        SHA256.HashData(buffer[..(SaltLength + length)], hash);
        return new Alias(hash);
    }

    /// <summary>
    /// The stand-in for an Idempotency-Key of a user: the first 16 bytes of HMAC-SHA256(key, alias ‖ 0 ‖
    /// Idempotency-Key).
    /// </summary>
    /// <param name="alias">Whose key it is.</param>
    /// <param name="idempotencyKey">1…64 characters.</param>
    public KeyHash HashOf(Alias alias, string idempotencyKey)
    {
        Span<byte> text = stackalloc byte[Alias.TextLength + 1 + (3 * MaxKeyLength)];
        var buffer = idempotencyKey.Length <= MaxKeyLength ? text
            : new byte[Alias.TextLength + 1 + Encoding.UTF8.GetByteCount(idempotencyKey)];
        alias.Write(buffer);
        buffer[Alias.TextLength] = 0;
        var length = Encoding.UTF8.GetBytes(idempotencyKey, buffer[(Alias.TextLength + 1)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_bytes, buffer[..(Alias.TextLength + 1 + length)], hash);
        return new KeyHash(hash);
    }

    /// <summary>Whether this is the key with this hash.</summary>
    public bool Is(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash, hash);

    // Longest Idempotency-Key, in characters.
    private const int MaxKeyLength = 64;
}
