namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>Where a visitor goes on after the sign-in: a page of this site and nowhere else.</summary>
public static class ReturnAddress
{
    /// <summary>Longest address that is kept, in characters.</summary>
    public const int MaxLength = 512;

    /// <summary>The list of sales, for whoever named no page of this site.</summary>
    public const string Default = "/";

    // An address that still changes after so many rounds of decoding was written to deceive.
    private const int MaxDecodings = 4;

    private static readonly string[] Steps = ["signin", "signout"];
    private static readonly Uri AnyHost = new("http://localhost");

    /// <summary>The address if it is a page of this site, else <see cref="Default"/>.</summary>
    public static string Of(string? text) => text is not null && IsLocal(text) ? text : Default;

    /// <summary>
    /// Whether every reader of the address stays on this site: it is a path, visible ASCII, and neither as written nor
    /// decoded does it name another host. The addresses of the sign-in and the sign-out are no pages.
    /// </summary>
    public static bool IsLocal(string text)
    {
        if (text.Length is 0 or > MaxLength || text.Any(c => c is <= ' ' or > '~')) return false;
        var path = text[..(text.IndexOfAny(['?', '#']) is >= 0 and var end ? end : text.Length)];
        for (var i = 0; i < MaxDecodings; i++)
        {
            if (!path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal)
                || path.Contains("//", StringComparison.Ordinal) || path.Any(char.IsControl))
                return false;
            var decoded = Uri.UnescapeDataString(path);
            if (decoded == path) return !IsStep(path);
            path = decoded;
        }
        return false;
    }

    // They are no pages: to come back to one would begin another sign-in, or sign a visitor out whom nobody asked.
    private static bool IsStep(string path)
    {
        if (!Uri.TryCreate(AnyHost, path, out var whole)) return true;
        var first = whole.AbsolutePath.Split('/')[1];
        return Array.Exists(Steps, step => step.Equals(first, StringComparison.OrdinalIgnoreCase));
    }
}
