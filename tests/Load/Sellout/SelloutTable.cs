using System.Globalization;
using Spectre.Console;

namespace OrleansSale.Tests.Load.Sellout;

/// <summary>Shows a report to a person.</summary>
internal static class SelloutTable
{
    /// <summary>Prints it.</summary>
    public static void Print(SelloutReport report)
    {
        var table = new Table().RoundedBorder().AddColumn("What").AddColumn(new TableColumn("Result").RightAligned());
        foreach (var (what, result) in Rows(report)) table.AddRow(Markup.Escape(what), Markup.Escape(result));
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{report.Durability}. {report.Machine}.");
        foreach (var violation in report.Audit.Violations) AnsiConsole.MarkupLineInterpolated($"[red]{violation}[/]");
        foreach (var failure in report.Failures) AnsiConsole.MarkupLineInterpolated($"[red]FAILED: {failure}[/]");
        if (report.Failures.Count == 0) AnsiConsole.MarkupLine("[green]No promise is broken.[/]");
    }

    private static IEnumerable<(string What, string Result)> Rows(SelloutReport report)
    {
        yield return ("engine", report.Silos == 0 ? "one process" : Text($"{report.Silos} silos, {report.Fronts} fronts"));
        yield return ("units sold", Text($"{report.UnitsSold:n0} of {report.Units:n0}"));
        yield return ("buyers, clicks", Text($"{report.Buyers:n0}, {report.Clicks:n0}"));
        foreach (var (code, count) in report.RefusalsByCode) yield return ($"refused: {code}", Text($"{count:n0}"));
        yield return ("undecided", Text($"{report.Undecided:n0}"));
        yield return ("duplicates", Text($"{report.Duplicates:n0}"));
        yield return ("sent again", Text($"{report.Repeats:n0}"));
        yield return ("opening to last unit, ledger", Text($"{report.SecondsToLastUnitInLedger:0.000} s"));
        yield return ("opening to last order, clients", Text($"{report.SecondsToLastOrderAnswered:0.000} s"));
        yield return ("opening to last answer, clients", Text($"{report.SecondsToLastAnswer:0.000} s"));
        yield return ("durable purchases", Text($"{report.DurablePurchasesPerSecond:n0}/s"));
        yield return ("latency, all: p50 / p99 / p99.9 / max", Text(report.LatencyMs));
        yield return ("latency, orders: p50 / p99 / p99.9 / max", Text(report.OrderLatencyMs));
        yield return ("start to first answer, to ready",
            Text($"{report.StartToFirstAnswerSeconds:0.00} s, {report.StartToReadySeconds:0.00} s"));
        yield return ("reservations", Text($"{report.ReservationsPerSecond:n0}/s"));
        yield return ("engine: resident, peak",
            Text($"{report.Engine.ResidentMegabytes:n0} MB, {report.Engine.PeakResidentMegabytes:n0} MB"));
        yield return ("engine: managed heap",
            report.Engine.ManagedHeapMegabytes is { } heap ? Text($"{heap:n0} MB") : "not reported");
        yield return ("processor, the sale: engine, generator",
            Text($"{report.Engine.SaleProcessorSeconds:0.0} s, {report.GeneratorProcessorSeconds:0.0} s"));
        yield return ("ledger entries, facts told", Text($"{report.Audit.Entries:n0}, {report.Audit.FactsTold:n0}"));
        yield return ("violations",
            string.Join(", ", report.Audit.Invariants.Select(invariant => $"{invariant.Key} {invariant.Value}")));
    }

    private static string Text(Latency latency) =>
        Text($"{latency.P50:n0} / {latency.P99:n0} / {latency.P999:n0} / {latency.Max:n0} ms");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
