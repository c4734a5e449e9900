using System.Globalization;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Compare.Report;

/// <summary>Shows a report to a person.</summary>
internal static class CompareTable
{
    /// <summary>As wide as the widest table, where the output is no terminal and would be cut to 80 characters.</summary>
    private const int Width = 150;

    /// <summary>Prints it.</summary>
    public static void Print(CompareReport report)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = Width;
        AnsiConsole.Write(Throughput(report));
        AnsiConsole.Write(Ratios(report));
        AnsiConsole.Write(Latencies(report));
        AnsiConsole.WriteLine(Text($"{report.Surroundings.Machine}. {string.Join(", ", report.Surroundings.Programs)}."));
        AnsiConsole.WriteLine(Text($"An append of 4 KiB and its fsync: {report.Surroundings.FsyncMicroseconds:n0} µs."));
        foreach (var note in report.Notes) AnsiConsole.WriteLine(note);
    }

    private static Table Throughput(CompareReport report)
    {
        var connections = report.Contenders[0].PerSecond.Keys.ToList();
        var table = New("Answers a second: median (least–most) of the rounds", "", "contender", "peak")
            .AddColumns([.. connections.Select(count => Right($"{count} connections"))])
            .AddColumns(Right("CPU µs: server + generator"), new TableColumn("audit"));
        foreach (var contender in report.Contenders)
        {
            table.AddRow(
            [
                contender.Letter, Markup.Escape(contender.Title), Text(contender.PeakPerSecond),
                .. connections.Select(count => Text(contender.PerSecond[count])),
                Text($"{contender.ServerMicroseconds:0} + {contender.GeneratorMicroseconds:0}"),
                contender.Findings.Count == 0
                    ? Markup.Escape(contender.Durability)
                    : $"[red]{Markup.Escape(string.Join("; ", contender.Findings))}[/]",
            ]);
        }

        return table;
    }

    private static Table Ratios(CompareReport report)
    {
        var connections = report.Contenders[0].PerSecond.Keys.ToList();
        var table = New("Ratios, round by round: median (least–most)", "ratio", "goal", "peak ÷ peak")
            .AddColumns([.. connections.Select(count => Right($"{count} connections")), Right("by processor time")]);
        foreach (var ratio in report.RatioSpreads)
        {
            table.AddRow(
            [
                ratio.Name, ratio.Goal is { } goal ? Text($"≥ {goal:0.00}") : "", Quotient(ratio.Peak),
                .. connections.Select(count => Quotient(ratio.ByConnections[count])), Quotient(ratio.ByProcessorTime),
            ]);
        }

        return table;
    }

    private static Table Latencies(CompareReport report)
    {
        var table = New("Open loop, ms from the intended start", "", "contender", "arrivals", "p50", "p90", "p99", "p99.9", "max", "kept up");
        foreach (var contender in report.Contenders)
        {
            foreach (var latency in contender.Latencies)
            {
                string[] shown = ["50", "90", "99", "99.9", "100"];
                table.AddRow(
                [
                    contender.Letter, Markup.Escape(contender.Title),
                    Text($"{latency.Percent} %: {latency.IntendedPerSecond:n0}/s"),
                    .. shown.Select(percentile => Text($"{latency.Milliseconds[percentile]:n1}")),
                    Text($"{latency.SustainedRounds} of {report.Rounds}"),
                ]);
            }
        }

        return table;
    }

    private static Table New(string title, string first, params string[] columns) => new Table().RoundedBorder().Title(title)
        .AddColumn(first).AddColumns([.. columns.Select((name, index) => index == 0 && first.Length == 0 ? new TableColumn(name) : Right(name))]);

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Text(SpreadRow spread) => Text($"{spread.Median:n0} ({spread.Least:n0}–{spread.Most:n0})");

    private static string Quotient(SpreadRow spread) => Text($"{spread.Median:0.00} ({spread.Least:0.00}–{spread.Most:0.00})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
