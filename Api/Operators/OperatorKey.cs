using System.Security.Cryptography;
using System.Text;

namespace OrleansSale.Api.Operators;

/// <summary>The key under which an actor does once what an operator asks for, however often it is asked.</summary>
internal static class OperatorKey
{
    private const int Bytes = 16;

    /// <summary>A hash of the operator and their Idempotency-Key.</summary>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's key; null: a new one, so that only the retries of this call repeat it.</param>
    public static string HashOf(string by, string? key)
    {
        // A user has no line break.
        var text = $"{by}\n{key ?? Guid.CreateVersion7().ToString("N")}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, Bytes));
    }
}
