namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>Where a visitor goes on after the sign-in: a page of this shop and nowhere else.</summary>
public static class ReturnAddress
{
    /// <summary>Longest address that is kept, in characters.</summary>
    public const int MaxLength = 512;

    // An address that still changes after so many rounds of decoding was written to deceive.
    private const int MaxDecodings = 4;

    private static readonly string[] Steps = ["signin", "signout"];
    private static readonly Uri AnyHost = new("http://localhost");

    /// <summary>The address if it is a page of this shop, else the list of sales.</summary>
    /// <param name="text">The address on its site.</param>
    /// <param name="request">The request, with the shop's base on its site.</param>
    public static string Of(string? text, HttpRequest request) =>
        text is not null && IsLocal(text, request.PathBase.Value) ? text : DefaultAt(request);

    /// <summary>The list of sales, for whoever named no page of this shop.</summary>
    public static string DefaultAt(HttpRequest request) => request.PathBase + "/";

    /// <summary>
    /// Whether every reader of the address stays in this shop: it is a path, visible ASCII, and neither as written nor
    /// decoded does it name another host, or a path of the site that is not below the base. The addresses of the
    /// sign-in and the sign-out are no pages.
    /// </summary>
    /// <param name="text">The address.</param>
    /// <param name="pathBase">The shop's base on its site; null or empty: it has the whole site.</param>
    public static bool IsLocal(string text, string? pathBase = null)
    {
        if (text.Length is 0 or > MaxLength || text.Any(c => c is <= ' ' or > '~')) return false;
        var path = text[..(text.IndexOfAny(['?', '#']) is >= 0 and var end ? end : text.Length)];
        for (var i = 0; i < MaxDecodings; i++)
        {
            if (!path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal)
                || path.Contains("//", StringComparison.Ordinal) || path.Any(char.IsControl))
                return false;
            var decoded = Uri.UnescapeDataString(path);
            if (decoded == path) return IsPage(path, pathBase ?? "");
            path = decoded;
        }
        return false;
    }

    // The steps are no pages: to come back to one would begin another sign-in, or sign a visitor out whom nobody asked.
    private static bool IsPage(string path, string pathBase)
    {
        if (!Uri.TryCreate(AnyHost, path, out var whole)) return false;
        if (!whole.AbsolutePath.StartsWith(pathBase + "/", StringComparison.Ordinal)) return false;
        var first = whole.AbsolutePath[pathBase.Length..].Split('/')[1];
        return !Array.Exists(Steps, step => step.Equals(first, StringComparison.OrdinalIgnoreCase));
    }
}
