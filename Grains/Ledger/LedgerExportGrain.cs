using System.Buffers;
using Orleans.Concurrency;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Ledger;

namespace OrleansSale.Grains.Ledger;

/// <summary>Reads a batch's ledger from storage. It keeps no state, so any number of instances may serve.</summary>
[StatelessWorker]
public sealed class LedgerExportGrain(ILedger ledger) : Grain, ILedgerExportGrain
{
    /// <inheritdoc />
    public async Task<LedgerPage> ReadAsync(long fromSeq)
    {
        var lines = new ArrayBufferWriter<byte>(LedgerPage.TargetLength);
        var next = fromSeq;
        try
        {
            await foreach (var commit in ledger.ReadAsync(Streams.OfBatch(this.GetPrimaryKeyString()), fromSeq))
            {
                LedgerExport.WriteCommit(lines, commit, fromSeq);
                next = commit.LastSeq + 1;
                if (lines.WrittenCount >= LedgerPage.TargetLength) break;
            }
        }
        catch (Exception e) when (e is LedgerFormatException or ArgumentException)
        {
            // The lines before the damage are returned first.
            if (next == fromSeq) throw new StorageDamagedException(e.Message);
        }
        return new LedgerPage(lines.WrittenSpan.ToArray(), next);
    }
}
