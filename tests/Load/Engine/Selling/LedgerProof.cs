using System.IO.Pipelines;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Load.Engine.Selling;

/// <summary>What a stored ledger proves.</summary>
/// <param name="Violations">What is wrong with it, in words: the first ones.</param>
internal sealed record LedgerProof(
    long HeadSeq, string HeadHash, int Held, int Orders, IReadOnlyList<string> Violations)
{
    private const int ViolationsShown = 5;

    /// <summary>Reads a ledger back out of storage, and replays it.</summary>
    public static async Task<LedgerProof> OfAsync(ILedger ledger, string batch, CancellationToken cancellationToken)
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

    private static async Task WriteAsync(
        ILedger ledger, string batch, PipeWriter export, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await foreach (var commit in ledger.ReadAsync(Streams.OfBatch(batch), cancellationToken: cancellationToken))
            {
                LedgerExport.WriteCommit(export, commit);
                await export.FlushAsync(cancellationToken);
            }
        }
        catch (Exception exception)
        {
            // The reader meets it, and tells.
            failure = exception;
        }

        await export.CompleteAsync(failure);
    }
}
