using System.Collections;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>Figures by name, in order. In JSON the names stay as they are; in print they are spaced.</summary>
internal sealed class Figures : OrderedDictionary<string, object?>
{
    /// <summary>Of a record: each property is a figure. Their name, if they have one, comes first.</summary>
    public static Figures Of(object record, string? name = null)
    {
        var figures = name is null ? new Figures() : new Figures { ["name"] = name };
        foreach (var property in record.GetType().GetProperties()) figures[property.Name] = property.GetValue(record);
        return figures;
    }
}

internal static partial class FigureTable
{
    /// <summary>A row for each set of figures, a column for each figure that any of them has.</summary>
    public static Table Rows(string title, IEnumerable<Figures> sets) => Make(title, CellsOf(sets));

    /// <summary>A column for each set of figures, a row for each figure.</summary>
    public static Table Columns(string title, IEnumerable<Figures> sets)
    {
        var cells = CellsOf(sets);
        return Make(title, [.. cells[0].Select((_, at) => cells.Select(row => row[at]).ToArray())]);
    }

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

    private static string[][] CellsOf(IEnumerable<Figures> sets)
    {
        var all = sets.ToList();
        var names = all.SelectMany(figures => figures.Keys).Distinct().ToList();
        return
        [
            [.. names.Select(Spaced)],
            .. all.Select(figures => names.Select(name => Told(figures.GetValueOrDefault(name))).ToArray()),
        ];
    }

    private static Table Make(string title, string[][] cells)
    {
        var table = new Table().RoundedBorder().Title(Markup.Escape(title));
        foreach (var heading in cells[0])
        {
            var column = new TableColumn(Markup.Escape(heading));
            table.AddColumn(table.Columns.Count == 0 ? column.NoWrap() : column.RightAligned());
        }

        foreach (var row in cells[1..]) table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z]{2})(?=[0-9])")]
    private static partial Regex WordStart();
}
