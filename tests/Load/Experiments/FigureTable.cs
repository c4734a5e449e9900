using System.Collections;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>Figures by name, in order. In JSON the names stay as they are; in print they are spaced.</summary>
internal sealed class Figures : OrderedDictionary<string, object?>
{
    /// <summary>Of a record: each property is a figure.</summary>
    public static Figures Of(object record)
    {
        var figures = new Figures();
        foreach (var property in record.GetType().GetProperties()) figures[property.Name] = property.GetValue(record);
        return figures;
    }
}

internal static partial class FigureTable
{
    /// <summary>A column for each set of figures, a row for each figure.</summary>
    public static Table SideBySide(string corner, IReadOnlyList<(string Heading, Figures Figures)> columns) => Make(
        "", [corner, .. columns.Select(column => column.Heading)],
        columns[0].Figures.Keys.Select(name =>
            columns.Select(column => Told(column.Figures[name])).Prepend(Spaced(name))));

    /// <summary>A row for each set of figures, a column for each figure.</summary>
    public static Table Of(string title, IReadOnlyList<Figures> rows) => Make(
        title, rows.Count == 0 ? [] : rows[0].Keys.Select(Spaced), rows.Select(row => row.Values.Select(Told)));

    public static string Told(object? value) => value switch
    {
        null => "–",
        string text => text,
        bool isSo => isSo ? "yes" : "no",
        double number => Math.Abs(number) < 100 ? Invariant($"{number:0.##}") : Invariant($"{number:n0}"),
        IFormattable number => number.ToString("n0", null),
        Spread spread => spread.Told(Math.Abs(spread.Median) < 100 ? "0.00" : "n0"),
        IDictionary all => string.Join(", ", all.Keys.Cast<object>().Select(key => $"{key}: {Told(all[key])}")),
        IEnumerable all => string.Join("; ", all.Cast<object>().Select(Told)),
        _ => string.Join(", ", Figures.Of(value).Select(figure => $"{Spaced(figure.Key)} {Told(figure.Value)}")),
    };

    public static string Spaced(string name) => WordStart().Replace(name, " ").ToLowerInvariant();

    private static Table Make(string title, IEnumerable<string> headings, IEnumerable<IEnumerable<string>> rows)
    {
        var table = new Table().RoundedBorder();
        if (title.Length > 0) table.Title(Markup.Escape(title));
        foreach (var heading in headings)
        {
            var column = new TableColumn(Markup.Escape(heading));
            table.AddColumn(table.Columns.Count == 0 ? column.NoWrap() : column.RightAligned());
        }

        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z]{2})(?=[0-9])")]
    private static partial Regex WordStart();
}
