using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Http;

/// <summary>Where this engine is on its site, as browsers see it: at the root, or below a path of a proxy.</summary>
/// <param name="Base">The path, such as <c>/shop</c>; empty: the engine has the whole site.</param>
public sealed record SitePath(string Base)
{
    /// <summary>Longest path, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>The address of one of the engine's paths, such as <c>/sale/mi2-1</c>, on the site.</summary>
    public string Of(string path) => Base + path;

    /// <summary>
    /// Whether a text can be the base: it begins with a slash, does not end with one, and each part is a
    /// <see cref="Slug"/>.
    /// </summary>
    public static bool IsBase(string text) => text.Length is > 0 and <= MaxLength && text[0] == '/'
        && Array.TrueForAll(text[1..].Split('/'), part => Slug.IsOne(part));
}
