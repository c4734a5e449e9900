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
    /// The number or GUID that an id is for the storage of documents. Orleans takes a key that reads as a hexadecimal
    /// number or as a GUID for that value, so the documents of <c>0cafe</c> and <c>cafe</c> would be the same.
    /// </summary>
    /// <param name="id">An id of this grammar.</param>
    /// <returns>The usual text of the value, which may be the id itself; null: the id is neither.</returns>
    public static string? StoredValueOf(string id)
    {
        var grain = GrainId.Create(nameof(Slug), id);
        return grain.TryGetGuidKey(out var guid, out _) ? guid.ToString("N", CultureInfo.InvariantCulture)
            : grain.TryGetIntegerKey(out var number, out _) ? number.ToString("x", CultureInfo.InvariantCulture)
            : null;
    }
}
