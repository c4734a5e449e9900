namespace OrleansSale.Silo.Settings;

/// <summary>Finds which names of a list a misspelt one is near to.</summary>
public static class NearName
{
    private const int MostNamed = 3;

    /// <summary>The names that are likely meant, the nearest first; none is near: empty.</summary>
    public static string[] Of(string name, IEnumerable<string> names)
    {
        var upper = name.ToUpperInvariant();
        return
        [
            .. names.Select(known => (known, Distance: DistanceOf(upper, known.ToUpperInvariant())))
                .Where(found => found.Distance <= Math.Max(2, found.known.Length / 3))
                .OrderBy(found => found.Distance).ThenBy(found => found.known, StringComparer.Ordinal)
                .Take(MostNamed).Select(found => found.known),
        ];
    }

    // A name that the other one begins with is near, however long the rest is.
    private static int DistanceOf(string a, string b) =>
        a.Length > 2 && (b.StartsWith(a, StringComparison.Ordinal) || a.StartsWith(b, StringComparison.Ordinal))
            ? 1 : Distance(a, b);

    /// <summary>
    /// Insertions, deletions, replacements and exchanges of neighbours that lead from one text to the other.
    /// </summary>
    internal static int Distance(string a, string b)
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
