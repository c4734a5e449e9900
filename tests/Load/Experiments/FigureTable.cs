using System.Collections;
using System.ComponentModel;
using System.Reflection;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>
/// Makes tables of records as they are written to JSON: each property is a figure, and its name says what it is. What
/// is marked as not <see cref="BrowsableAttribute">browsable</see> is in the JSON alone.
/// </summary>
internal static partial class FigureTable
{
    /// <summary>A column for each record, a row for each of its figures. There is at least one.</summary>
    public static Table SideBySide<T>(string corner, IEnumerable<(string Heading, T Record)> records)
    {
        var columns = records.Select(one => (one.Heading, Figures: FiguresOf(one.Record!))).ToList();
        var rows = columns[0].Figures.Select((figure, row) =>
            columns.Select(column => column.Figures[row].Text).Prepend(figure.Name));
        return Make("", [corner, .. columns.Select(column => column.Heading)], rows);
    }

    /// <summary>A row for each record, a column for each of its figures.</summary>
    public static Table Of<T>(string title, IEnumerable<T> records)
    {
        var rows = records.Select(record => FiguresOf(record!)).ToList();
        var names = rows.Count == 0 ? [] : rows[0].Select(figure => figure.Name);
        return Make(title, names, rows.Select(row => row.Select(figure => figure.Text)));
    }

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

    private static List<(string Name, string Text)> FiguresOf(object record) =>
    [
        .. from property in record.GetType().GetProperties()
        where property.DeclaringType != typeof(Report)
            && property.GetCustomAttribute<BrowsableAttribute>() is not { Browsable: false }
        select (WordStart().Replace(property.Name, " ").ToLowerInvariant(), Told(property.GetValue(record))),
    ];

    private static string Told(object? value) => value switch
    {
        null => "–",
        string text => text,
        bool isSo => isSo ? "yes" : "no",
        double number => Math.Abs(number) < 100 ? Invariant($"{number:0.##}") : Invariant($"{number:n0}"),
        IFormattable number => number.ToString("n0", null),
        Spread spread => spread.Told(Math.Abs(spread.Median) < 100 ? "0.00" : "n0"),
        IDictionary all => string.Join(", ", all.Keys.Cast<object>().Select(key => $"{key}: {Told(all[key])}")),
        IEnumerable all => string.Join("; ", all.Cast<object>().Select(Told)),
        _ => string.Join(", ", FiguresOf(value).Select(figure => $"{figure.Name} {figure.Text}")),
    };

    [GeneratedRegex("(?<=[a-z])(?=[A-Z0-9])")]
    private static partial Regex WordStart();
}
