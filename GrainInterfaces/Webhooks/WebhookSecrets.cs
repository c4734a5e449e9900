namespace OrleansSale.GrainInterfaces.Webhooks;

/// <summary>The secrets of a setting that webhooks are signed with.</summary>
public static class WebhookSecrets
{
    /// <summary>The least length of a secret in bytes, by the Standard Webhooks specification.</summary>
    public const int MinBytes = 24;

    private const string Prefix = "whsec_";

    /// <summary>
    /// The secrets in <paramref name="text"/>, separated by spaces, in order: base64, with or without the prefix
    /// <c>whsec_</c>. Null if there is none, or one is not base64 or too short.
    /// </summary>
    public static IReadOnlyList<byte[]>? Parse(string text)
    {
        var secrets = new List<byte[]>();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var encoded = part.StartsWith(Prefix, StringComparison.Ordinal) ? part[Prefix.Length..] : part;
            var secret = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, secret, out var length) || length < MinBytes) return null;
            secrets.Add(secret[..length]);
        }
        return secrets.Count == 0 ? null : secrets;
    }
}
