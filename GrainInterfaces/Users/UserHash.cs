using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansSale.GrainInterfaces.Users;

/// <summary>
/// The stand-in for a user in the keys of actors, which log lines name. It hides a user from those who read a log, not
/// from those who try guesses.
/// </summary>
public static class UserHash
{
    private const int Bytes = 16;

    /// <summary>The first 16 bytes of the SHA-256 of a text with the user in it, in base64url: 22 characters.</summary>
    public static string Of(string text) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, Bytes));
}
