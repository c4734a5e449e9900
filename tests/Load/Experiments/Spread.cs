using System.Globalization;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>What several rounds say of one figure. Of an even number the median is the middle two's mean.</summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    /// <summary>Of the values; null if there are none.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length == 0
            ? null
            : new Spread((sorted[middle] + sorted[^(middle + 1)]) / 2, sorted[0], sorted[^1]);
    }

    /// <summary>Of one figure of every result. There is at least one.</summary>
    public static Spread Of<T>(IEnumerable<T> results, Func<T, double> figureOf) => Of(results.Select(figureOf))!.Value;

    /// <summary>
    /// Of the quotients round by round. What slows the machine for a while slows both of a round, so this is steadier
    /// than a quotient of medians. A round that lacks one of the two does not count; null if none is left.
    /// </summary>
    public static Spread? OfQuotients(IReadOnlyDictionary<int, double> above, IReadOnlyDictionary<int, double> below) =>
        Of(above.Where(round => below.GetValueOrDefault(round.Key) > 0)
            .Select(round => round.Value / below[round.Key]));

    /// <summary>The median in this format, and, of several rounds, the least and the most in parentheses.</summary>
    public string Told(string format)
    {
        var text = Least == Most ? $"{{0:{format}}}" : $"{{0:{format}}} ({{1:{format}}}–{{2:{format}}})";
        return string.Format(CultureInfo.InvariantCulture, text, Median, Least, Most);
    }
}

internal static class Rounds
{
    /// <summary>The list from its element <paramref name="by"/> on, and then its beginning.</summary>
    public static IEnumerable<T> Rotate<T>(IReadOnlyList<T> list, int by) =>
        Enumerable.Range(0, list.Count).Select(index => list[(index + by) % list.Count]);
}
