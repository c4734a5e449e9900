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

/// <summary>What the readings of all rounds say together.</summary>
internal static class Readings
{
    /// <summary>One figure of one thing over the rounds; null if it was not measured.</summary>
    public static Spread? Figure(this IEnumerable<Reading> readings, string of, string figure) =>
        Spread.Of(readings.PerRound(of, figure).Values);

    /// <summary>One thing's figure as a multiple of another's, round by round; null if one was not measured.</summary>
    public static Spread? Quotient(this IReadOnlyList<Reading> readings, string above, string below, string figure) =>
        Spread.OfQuotients(readings.PerRound(above, figure), readings.PerRound(below, figure));

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
        readings.Where(reading => reading.Of == of).ToDictionary(
            reading => reading.Round, reading => reading.Figures[figure]);
}
