using System.Globalization;
using OrleansSale.Tests.Load.Compare.Report;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Engine.Report;

/// <summary>Shows a report to a person.</summary>
internal static class MeasureTable
{
    /// <summary>As wide as the widest table, where the output is no terminal and would be cut to 80 characters.</summary>
    private const int Width = 165;

    /// <summary>Prints it.</summary>
    public static void Print(MeasureReport report)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Width;
        foreach (var ledger in report.Ledgers)
        {
            AnsiConsole.Write(Sales(ledger));
            AnsiConsole.Write(Goals(ledger));
        }

        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Scale {report.Scale:0.####}; rounds: {report.Rounds}; {report.CallsInFlight} calls of {MeasureOptions.CallSize} under way at a time; " +
            $"{MeasureOptions.LaneBuyers} buyers waiting on the lane."));
        AnsiConsole.WriteLine(Text($"{report.Surroundings.Machine}. {string.Join(", ", report.Surroundings.Programs)}, {report.Runtime}."));
        AnsiConsole.WriteLine(Text($"An append of 4 KiB and its fsync: {report.Surroundings.FsyncMicroseconds:n0} µs."));
        foreach (var note in report.Notes) AnsiConsole.WriteLine(note);
        foreach (var failure in report.Failures) AnsiConsole.MarkupLineInterpolated($"[red]FAILED: {failure}[/]");
        if (report.Failures.Count == 0) AnsiConsole.MarkupLine("[green]All units were sold once, and are in the ledgers.[/]");
    }

    private static Table Sales(LedgerReport ledger)
    {
        var table = New(
            $"{ledger.Ledger}: {ledger.Durability}", "what", "units/s", "CPU µs/unit", "server µs", "allocated B", "commits", "joined",
            "append µs", "B an entry", "B a hold", "GC pauses");
        foreach (var shape in ledger.Shapes)
        {
            table.AddRow(
                shape.Title, Text($"{shape.PerSecond.Median:n0} ({shape.PerSecond.Least:n0}–{shape.PerSecond.Most:n0})"),
                Text($"{shape.ProcessorMicroseconds:0.00}"), Text($"{shape.ServerMicroseconds:0.00}"), Text($"{shape.AllocatedBytes:n0}"),
                Text($"{shape.Commits:n0}"), Text($"{shape.JoinedPerCommit:n0}"), Text($"{shape.AppendMicroseconds:n0}"),
                Text($"{shape.BytesPerEntry:n0}"), Text($"{shape.BytesPerHold:n0}"), Text($"{shape.PausedShare * 100:0} %"));
        }

        var replay = ledger.Replay;
        return table.AddRow(
            Text($"replay: {replay.Entries:n0} entries"), Text($"{replay.Entries / replay.Seconds.Median:n0}"),
            Text($"{replay.ProcessorMicrosecondsPerEntry:0.00}"), "", Text($"{replay.AllocatedBytesPerEntry:n0}"), "", "", "", "",
            Text($"{replay.BytesPerHold:n0}"), "");
    }

    private static Table Goals(LedgerReport ledger)
    {
        var table = New("", "measure", "goal", "median (least–most)", "");
        foreach (var goal in ledger.Goals)
        {
            table.AddRow(
                Markup.Escape(goal.Name), (goal.IsMost ? "≤ " : "≥ ") + Number(goal.Goal, goal.Goal),
                Text($"{Number(goal.Measured.Median, goal.Goal)} ({Number(goal.Measured.Least, goal.Goal)}–{Number(goal.Measured.Most, goal.Goal)})"),
                goal.IsReached switch { true => "[green]reached[/]", false => "[red]missed[/]", null => "scaled" });
        }

        return table.AddRow("processor time for a unit, likewise", "", Ratio(ledger.CostRatioByProcessor), "");
    }

    private static string Ratio(SpreadRow ratio) => Text($"{ratio.Median:0.00} ({ratio.Least:0.00}–{ratio.Most:0.00})");

    private static string Number(double number, double scale) => scale < 10 ? Text($"{number:0.00}") : Text($"{number:n0}");

    private static Table New(string title, string first, params string[] columns) => new Table().RoundedBorder().Title(Markup.Escape(title))
        .AddColumn(new TableColumn(first).NoWrap()).AddColumns([.. columns.Select(name => new TableColumn(name).RightAligned().NoWrap())]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
