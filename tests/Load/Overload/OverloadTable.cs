using System.Globalization;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Overload;

/// <summary>Shows what was seen under overload to a person.</summary>
internal static class OverloadTable
{
    /// <summary>As wide as the table, where the output is no terminal and would be cut to 80 characters.</summary>
    private const int Width = 190;

    /// <summary>Prints it.</summary>
    public static void Print(OverloadReport report)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Width;
        var table = new Table().RoundedBorder().AddColumn("What");
        foreach (var flood in report.Floods) table.AddColumn(new TableColumn($"{flood.Ledger} ledger, {flood.Name}").RightAligned());
        var columns = report.Floods.Select(flood => Rows(flood).ToList()).ToList();
        for (var row = 0; row < columns[0].Count; row++)
            table.AddRow([columns[0][row].What, .. columns.Select(column => Markup.Escape(column[row].Result))]);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{report.Machine}. {report.Connections} connections. Latencies in ms from the intended start.");
        foreach (var violation in report.Floods.SelectMany(flood => flood.Violations)) AnsiConsole.MarkupLineInterpolated($"[red]{violation}[/]");
        Check.Print(report.Checks);
    }

    private static IEnumerable<(string What, string Result)> Rows(Pressure flood)
    {
        yield return ("peak, closed loop", Text($"{flood.PeakPerSecond:n0}/s"));
        yield return ("arrivals", Text($"{flood.IntendedPerSecond:n0}/s for {flood.Seconds:0} s"));
        yield return ("accepted, overloaded", Text($"{flood.Accepted:n0}, {flood.Overloaded:n0}"));
        yield return ("others", string.Join(", ", flood.Others.Select(other => $"{other.Key} {other.Value}")));
        yield return ("undecided", Text($"{flood.Undecided:n0}"));
        yield return ("accepted while it lasted", Text($"{flood.AcceptedPerSecond:n0}/s"));
        yield return ("accepted: p50 / p99 / p99.9 / max", Text(flood.AcceptedMs));
        yield return ("overloaded: p50 / p99 / p99.9 / max", Text(flood.OverloadedMs));
        yield return ("a trickle before", Text(flood.BeforeMs));
        yield return ("a trickle from 2 s after on", Text(flood.AfterMs));
        yield return ("normal again after", flood.NormalAgainSeconds is { } seconds ? Text($"{seconds:0.00} s (≤ {flood.LevelMs:n0} ms)") : "never");
        yield return ("last answer after", Text($"{flood.LastAnswerSeconds:0.00} s"));
        yield return ("resident MB: before, 2nd third, last third, most, after", Text(flood.Resident));
        yield return ("managed MB: before, 2nd third, last third, most, after", flood.Managed is { } managed ? Text(managed) : "not reported");
        yield return ("ledger entries, orders not told", Text($"{flood.Entries:n0}, {flood.OrdersNotTold:n0}"));
    }

    private static string Text(LatencyRow row) => Text($"{row.P50:n1} / {row.P99:n1} / {row.P999:n1} / {row.Max:n1}");

    private static string Text(MemoryRow row) => Text($"{row.Before:n0}, {row.Middle:n0}, {row.Late:n0}, {row.Peak:n0}, {row.After:n0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
