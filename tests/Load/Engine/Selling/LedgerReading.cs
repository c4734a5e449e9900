using System.IO.Pipelines;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>Reads ledgers back out of storage, and proves them.</summary>
internal static class LedgerReading
{
    private const int ViolationsShown = 5;

    /// <summary>Replays a batch's export independently of the engine; the chain is recomputed on the way.</summary>
    public static async Task<LedgerProof> AuditAsync(ILedger ledger, string batch, CancellationToken cancellationToken)
    {
        var export = new Pipe();
        var writing = Task.Run(() => WriteAsync(ledger, batch, export.Writer, cancellationToken), cancellationToken);
        await using var lines = export.Reader.AsStream();
        var sale = await LedgerAudit.ReadAsync(lines, cancellationToken);
        await writing;
        return new LedgerProof(
            sale.HeadSeq, sale.HeadHash, sale.Units.Held, sale.Orders.Count,
            [.. sale.Violations.Kept.Take(ViolationsShown).Select(violation => violation.ToString())]);
    }

    /// <summary>Replays a batch's ledger as its actor does when it activates.</summary>
    public static async Task<(LedgerHead Head, SaleBatch State)> ReplayAsync(
        ILedger ledger, string batch, CancellationToken cancellationToken)
    {
        var state = new SaleBatch();
        return (await BatchReplay.ReadAsync(ledger, Streams.OfBatch(batch), state, cancellationToken), state);
    }

    private static async Task WriteAsync(
        ILedger ledger, string batch, PipeWriter export, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var commit in ledger.ReadAsync(Streams.OfBatch(batch), cancellationToken: cancellationToken))
            {
                LedgerExport.WriteCommit(export, commit);
                await export.FlushAsync(cancellationToken);
            }

            await export.CompleteAsync();
        }
        catch (Exception failure)
        {
            // The reader meets it, and tells.
            await export.CompleteAsync(failure);
        }
    }
}
