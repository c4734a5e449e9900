using System.Globalization;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>What several rounds say of one figure.</summary>
/// <param name="Median">The middle one, or the mean of the two in the middle.</param>
/// <param name="Least">The least.</param>
/// <param name="Most">The most.</param>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    public static Spread? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return null;
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    public static Spread Of<T>(IEnumerable<T> results, Func<T, double> figureOf) => Of(results.Select(figureOf))!.Value;

    /// <summary>
    /// Of the quotients round by round. What slows the machine for a while slows both of a round, so this is steadier
    /// than a quotient of medians. A round that lacks one of the two does not count; null if none is left.
    /// </summary>
    public static Spread? OfQuotients(IReadOnlyDictionary<int, double> above, IReadOnlyDictionary<int, double> below) =>
        Of(above.Where(round => below.GetValueOrDefault(round.Key) > 0)
            .Select(round => round.Value / below[round.Key]));

    public string Told(string format)
    {
        return $"{Number(Median)} ({Number(Least)}–{Number(Most)})";

        string Number(double number) => number.ToString(format, CultureInfo.InvariantCulture);
    }
}

/// <summary>Takes turns.</summary>
internal static class Rounds
{
    public static IEnumerable<T> Rotate<T>(IReadOnlyList<T> list, int by) =>
        Enumerable.Range(0, list.Count).Select(index => list[(index + by) % list.Count]);
}
