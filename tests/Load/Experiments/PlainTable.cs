using Spectre.Console;

namespace OrleansSale.Tests.Load.Experiments;

/// <summary>Makes tables of plain text: the first column to the left, the figures to the right.</summary>
internal static class PlainTable
{
    /// <summary>An empty one.</summary>
    public static Table New(string title, params IEnumerable<string> headings)
    {
        var table = new Table().RoundedBorder();
        if (title.Length > 0) table.Title(Markup.Escape(title));
        foreach (var heading in headings)
        {
            var column = new TableColumn(Markup.Escape(heading)).NoWrap();
            table.AddColumn(table.Columns.Count == 0 ? column : column.RightAligned());
        }

        return table;
    }

    /// <summary>Adds a row.</summary>
    public static Table Row(this Table table, params IEnumerable<string> cells) =>
        table.AddRow([.. cells.Select(Markup.Escape)]);

    /// <summary>One column for each thing, and one row for each of its figures.</summary>
    public static Table SideBySide<T>(
        string corner, IEnumerable<(string Heading, T Thing)> things,
        Func<T, IEnumerable<(string What, string Figure)>> figuresOf)
    {
        var columns = things.Select(thing => (thing.Heading, Figures: figuresOf(thing.Thing).ToList())).ToList();
        var table = New("", [corner, .. columns.Select(column => column.Heading)]);
        for (var row = 0; row < columns[0].Figures.Count; row++)
            table.Row([columns[0].Figures[row].What, .. columns.Select(column => column.Figures[row].Figure)]);
        return table;
    }
}
