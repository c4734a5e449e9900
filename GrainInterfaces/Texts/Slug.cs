using System.Buffers;

namespace OrleansSale.GrainInterfaces.Texts;

/// <summary>The grammar of a batch's or a product's id: <c>[a-z0-9-]{1,64}</c>.</summary>
public static class Slug
{
    /// <summary>The grammar as a regular expression without anchors.</summary>
    public const string Pattern = "[a-z0-9-]{1,64}";

    /// <summary>Most characters.</summary>
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether the text is one.</summary>
    public static bool IsOne(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= MaxLength && !text.ContainsAnyExcept(Characters);
}
