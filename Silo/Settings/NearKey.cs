namespace OrleansSale.Silo.Settings;

/// <summary>Finds the intended setting for a misspelt key.</summary>
internal static class NearKey
{
    /// <summary>The known setting that was probably intended; null: none is similar.</summary>
    public static string? Of(string key)
    {
        var (text, last) = (Letters(key), Letters(LastOf(key)));
        // A key that is right except for its section, or the nearest key as a whole.
        return KnownSettings.All.Where(setting => !setting.EndsInChosenName).Select(setting => setting.KeyLike(key))
            .Select(known => (known, Distance: Math.Min(
                NearName.Distance(text, Letters(known)),
                last == Letters(LastOf(known)) ? 1 : int.MaxValue)))
            .Where(found => found.Distance <= Allowed(found.known))
            .OrderBy(found => found.Distance).ThenBy(found => found.known.Length)
            .Select(found => found.known).FirstOrDefault();
    }

    /// <summary>Our section that was probably intended by a top-level name; null: none is similar.</summary>
    public static string? SectionOf(string name) => KnownSettings.Sections.Keys
        .Where(section => char.ToUpperInvariant(name[0]) == section[0]
            && NearName.Distance(Letters(name), Letters(section)) <= (section.Length > 5 ? 2 : 1))
        .Order().FirstOrDefault();

    /// <summary>Whether the names differ only in the characters between letters and digits.</summary>
    public static bool IsSpelled(string key, string known) => Letters(key) == Letters(known);

    private static int Allowed(string known) => Math.Clamp(known.Length / 5, 2, 4);

    private static string LastOf(string key) => key[(key.LastIndexOf(':') + 1)..];

    private static string Letters(string key) => string.Concat(key.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
