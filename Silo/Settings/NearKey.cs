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
                Distance(text, Letters(known)),
                last == Letters(LastOf(known)) ? 1 : int.MaxValue)))
            .Where(found => found.Distance <= Allowed(found.known))
            .OrderBy(found => found.Distance).ThenBy(found => found.known.Length)
            .Select(found => found.known).FirstOrDefault();
    }

    /// <summary>Our section that was probably intended by a top-level name; null: none is similar.</summary>
    public static string? SectionOf(string name) => KnownSettings.Sections.Keys
        .Where(section => char.ToUpperInvariant(name[0]) == section[0]
            && Distance(Letters(name), Letters(section)) <= (section.Length > 5 ? 2 : 1)).Order().FirstOrDefault();

    /// <summary>Whether the names differ only in the characters between letters and digits.</summary>
    public static bool IsSpelled(string key, string known) => Letters(key) == Letters(known);

    private static int Allowed(string known) => Math.Clamp(known.Length / 5, 2, 4);

    private static string LastOf(string key) => key[(key.LastIndexOf(':') + 1)..];

    private static string Letters(string key) => string.Concat(key.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    // Insertions, deletions, replacements and exchanges of neighbours that lead from one to the other.
    private static int Distance(string a, string b)
    {
        var (before, last, row) = (
            new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray(), new int[b.Length + 1]);
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }
}
