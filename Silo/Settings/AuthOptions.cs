namespace OrleansSale.Silo.Settings;

/// <summary>Settings <c>Auth:…</c>: who signs callers' tokens.</summary>
public sealed class AuthOptions
{
    /// <summary>Signs bearer tokens (HS256): base64 of 32 bytes or more. No default outside Development.</summary>
    public string? SigningKey { get; set; }

    /// <summary>An OpenID provider that signs the tokens instead: its address. No default.</summary>
    public Uri? Authority { get; set; }

    /// <summary>The issuer of the tokens; <c>sale</c> by default.</summary>
    public string? Issuer { get; set; }

    /// <summary>The audience of the tokens; <c>sale</c> by default.</summary>
    public string? Audience { get; set; }
}
