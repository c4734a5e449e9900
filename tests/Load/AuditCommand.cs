using System.CommandLine;
using System.Diagnostics;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load;

/// <summary>The command <c>audit</c>: replays an exported ledger from a file.</summary>
internal static class AuditCommand
{
    public static Command Make()
    {
        var file = new Argument<FileInfo>("file") { Description = "The export, application/x-ndjson." };
        file.AcceptExistingOnly();
        var command = new Command("audit", "Replays the export of a ledger and checks the invariants.") { file };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(file), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await using var export = file.OpenRead();
        var sale = await LedgerAudit.ReadAsync(export, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"{sale.Entries} entries in {elapsed:0.00} s, head {sale.HeadSeq} {sale.HeadHash}");
        Console.WriteLine($"{sale.Units}, {sale.Orders.Count} orders, {sale.Payments.Count} payments");
        foreach (var violation in sale.Violations.Kept) Console.WriteLine(violation);
        Console.WriteLine(sale.Sound ? "No promise is broken." : $"{sale.Violations.Total} violations.");
        return sale.Sound ? 0 : 1;
    }
}
