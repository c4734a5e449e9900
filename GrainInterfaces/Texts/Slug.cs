using System.Buffers;
using System.Globalization;

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

    /// <summary>
    /// The id as the storage of documents keeps it. Orleans takes a key that is a hexadecimal number or a GUID for that
    /// value, so <c>0cafe</c> is kept as <c>cafe</c>, and their documents would be the same.
    /// </summary>
    /// <param name="id">An id of this grammar.</param>
    /// <returns>The usual text of that number or GUID, which may be the id itself; null: it is neither.</returns>
    public static string? StoredValueOf(string id)
    {
        var grain = GrainId.Create(nameof(Slug), id);
        return grain.TryGetGuidKey(out var guid, out _) ? guid.ToString("N", CultureInfo.InvariantCulture)
            : grain.TryGetIntegerKey(out var number, out _) ? number.ToString("x", CultureInfo.InvariantCulture)
            : null;
    }
}
