using System.Globalization;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>One measurement of one of those that are measured by turns.</summary>
/// <param name="Round">In which round, from 1.</param>
/// <param name="Figures">The figures by name; every measurement of one thing has the same.</param>
internal sealed record Reading(
    string Of, int Round, IReadOnlyDictionary<string, double> Figures, IReadOnlyList<string> Findings)
{
    /// <summary>All of it on one line, to be printed once it is there.</summary>
    public string Line()
    {
        var figures = Figures.Select(one => $"{FigureTable.Spaced(one.Key)} {FigureTable.Told(one.Value)}");
        return $"round {Round}, {Of}: {string.Join(", ", figures)}" +
            (Findings.Count == 0 ? "" : $" FAILED: {string.Join("; ", Findings)}");
    }
}

/// <summary>Rounds in which everybody has a turn, and what their readings say together.</summary>
internal static class Rounds
{
    /// <summary>
    /// What disturbs the machine for a while disturbs all of a round alike. The order is rotated by one from round to
    /// round.
    /// </summary>
    public static async Task<IReadOnlyList<Reading>> RunAsync<T>(
        int rounds, IReadOnlyList<T> all, Func<int, T, Task<Reading>> takeTurnAsync)
    {
        var readings = new List<Reading>();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var one in Rotate(all, round - 1))
            {
                readings.Add(await takeTurnAsync(round, one));
                Console.WriteLine(readings[^1].Line());
            }
        }

        return readings;
    }

    /// <summary>The list from its element <paramref name="by"/> on, and then its beginning.</summary>
    public static IEnumerable<T> Rotate<T>(IReadOnlyList<T> list, int by) =>
        Enumerable.Range(0, list.Count).Select(index => list[(index + by) % list.Count]);

    /// <summary>One figure of one thing over the rounds; null if it was not measured.</summary>
    public static Spread? Figure(this IEnumerable<Reading> readings, string of, string figure) =>
        Spread.Of(readings.PerRound(of, figure).Values);

    /// <summary>
    /// One thing's figure as a multiple of another's, round by round. What slows the machine for a while slows both of
    /// a round, so this is steadier than a quotient of medians. A round that lacks one of the two does not count; null
    /// if none is left.
    /// </summary>
    public static Spread? Quotient(this IReadOnlyList<Reading> readings, string above, string below, string figure) =>
        Spread.Of(readings.Quotients(above, below, figure));

    /// <summary>The quotients of <see cref="Quotient"/>, one a round.</summary>
    public static IEnumerable<double> Quotients(
        this IReadOnlyList<Reading> readings, string above, string below, string figure)
    {
        var under = readings.PerRound(below, figure);
        return readings.PerRound(above, figure)
            .Where(round => under.GetValueOrDefault(round.Key) > 0)
            .Select(round => round.Value / under[round.Key]);
    }

    /// <summary>A row for each thing: its name, the spread of every figure, and what is wrong with it.</summary>
    public static IEnumerable<Figures> Rows(this IEnumerable<Reading> readings) =>
        readings.GroupBy(reading => reading.Of).Select(own =>
        {
            var row = new Figures { ["name"] = own.Key };
            foreach (var name in own.First().Figures.Keys) row[name] = Spread.Of(own, one => one.Figures[name]);
            row["findings"] = own.SelectMany(reading => reading.Findings).Distinct().ToList();
            return row;
        });

    /// <summary>What is wrong, each with its measurement.</summary>
    public static IEnumerable<string> Failures(this IEnumerable<Reading> readings) => readings.SelectMany(
        reading => reading.Findings.Select(finding => $"{reading.Of}, round {reading.Round}: {finding}"));

    private static Dictionary<int, double> PerRound(this IEnumerable<Reading> readings, string of, string figure) =>
        readings.Where(reading => reading.Of == of && reading.Figures.ContainsKey(figure)).ToDictionary(
            reading => reading.Round, reading => reading.Figures[figure]);
}

/// <summary>What several rounds say of one figure. Of an even number the median is the middle two's mean.</summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    /// <summary>Of one value.</summary>
    public static implicit operator Spread(double value) => new(value, value, value);

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

    /// <summary>The median in this format, and, of several rounds, the least and the most in parentheses.</summary>
    public string Told(string format)
    {
        var text = Least == Most ? $"{{0:{format}}}" : $"{{0:{format}}} ({{1:{format}}}–{{2:{format}}})";
        return string.Format(CultureInfo.InvariantCulture, text, Median, Least, Most);
    }
}
