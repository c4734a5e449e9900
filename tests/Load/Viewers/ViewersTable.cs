using System.Globalization;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Viewers;

/// <summary>Shows what many viewers cost to a person.</summary>
internal static class ViewersTable
{
    /// <summary>As wide as the table, where the output is no terminal and would be cut to 80 characters.</summary>
    private const int Width = 150;

    /// <summary>Prints it.</summary>
    public static void Print(ViewersReport report)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Width;
        var table = new Table().RoundedBorder().AddColumn($"{report.Viewers} viewers");
        for (var round = 1; round <= report.Rounds.Count; round++) table.AddColumn(new TableColumn($"round {round}").RightAligned());
        var columns = report.Rounds.Select(round => Rows(round).ToList()).ToList();
        for (var row = 0; row < columns[0].Count; row++)
            table.AddRow([columns[0][row].What, .. columns.Select(column => Markup.Escape(column[row].Result))]);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{report.Machine}.");
        foreach (var violation in report.Rounds.SelectMany(round => round.Violations)) AnsiConsole.MarkupLineInterpolated($"[red]{violation}[/]");
        Check.Print(report.Checks);
    }

    private static IEnumerable<(string What, string Result)> Rows(ViewersRound round)
    {
        yield return ("purchases, nobody watches", Text($"{round.Without.PurchasesPerSecond:n0}/s"));
        yield return ("purchases, all watch", Text($"{round.With.PurchasesPerSecond:n0}/s"));
        yield return ("boards a viewer was told meanwhile", Text($"{round.BoardsPerSecond:0.0}/s"));
        yield return ("all connected within", Text($"{round.ConnectSeconds:0.0} s"));
        foreach (var change in round.Changes)
            yield return ($"{change.Phase} ({change.What}): 50 % / 99 % / all", Text(
                $"{change.SecondsToHalf:0.00} / {change.SecondsTo99Percent:0.00} / {change.SecondsToAll:0.00} s"));
        yield return ("resident, managed MB: nobody watches", Text($"{round.Without.ResidentMegabytes:n0}, {round.Without.ManagedMegabytes:n0}"));
        yield return ("resident, managed MB: all watch", Text($"{round.With.ResidentMegabytes:n0}, {round.With.ManagedMegabytes:n0}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
