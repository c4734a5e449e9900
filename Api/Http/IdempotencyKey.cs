namespace OrleansSale.Api.Http;

/// <summary>The Idempotency-Key header: 1 to 64 visible ASCII characters.</summary>
public static class IdempotencyKey
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Longest key, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>Whether the text is a key.</summary>
    public static bool IsOne(string text) =>
        text.Length is >= 1 and <= MaxLength && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Reads the key, null if there is none; the problem if it is malformed or given twice.</summary>
    public static Problem? Read(HttpRequest request, out string? key)
    {
        var values = request.Headers[Header];
        key = values.Count == 0 ? null : values[0];
        if (values.Count == 0) return null;
        return values.Count == 1 && key is not null && IsOne(key)
            ? null
            : Problem.Invalid(Header, $"must be 1 to {MaxLength} visible ASCII characters");
    }
}
