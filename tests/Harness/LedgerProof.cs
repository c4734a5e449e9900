using System.Buffers;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Audit;

namespace OrleansSale.Tests.Harness;

/// <summary>What the stored ledger proves, whatever the actors say.</summary>
public static class LedgerProof
{
    /// <summary>
    /// Replays a batch's export independently of the engine, demands that nothing is wrong, and returns what it says.
    /// </summary>
    public static async Task<AuditedSale> AuditAsync(this ILedger ledger, string batch)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var commit in await ledger.CommitsOfAsync(batch)) LedgerExport.WriteCommit(lines, commit);
        var sale = await LedgerAudit.ReadAsync(new MemoryStream(lines.WrittenSpan.ToArray()));
        return sale.Sound ? sale : throw new LedgerProofException(
            $"The ledger of {batch} is not sound: {string.Join("; ", sale.Violations.Kept)}");
    }

    /// <summary>A captured payment of the only provider.</summary>
    public static AuditedPayment PaymentOf(this AuditedSale sale, string payment) =>
        sale.Payments[new PaymentKey(SoleProvider.Name, payment)];

    /// <summary>The commits of a batch's stream.</summary>
    public static async Task<List<LedgerCommit>> CommitsOfAsync(this ILedger ledger, string batch)
    {
        var commits = new List<LedgerCommit>();
        await foreach (var commit in ledger.ReadAsync(Streams.OfBatch(batch))) commits.Add(commit);
        return commits;
    }

    /// <summary>The types of a batch's entries, in order.</summary>
    public static async Task<List<string>> TypesOfAsync(this ILedger ledger, string batch)
    {
        var types = new List<string>();
        foreach (var entry in await ledger.EntriesOfAsync(batch)) types.Add(entry.Entry.GetType().Name);
        return types;
    }

    /// <summary>
    /// Requires that each board is the state of the ledger at the head it names: the end of a commit, the counts, the
    /// hash, and how many touches there are by then.
    /// </summary>
    public static async Task RequireCommittedAsync(this IEnumerable<BatchSnapshot> boards, ILedger ledger, string batch)
    {
        var heads = (await ledger.CommitsOfAsync(batch)).ToDictionary(commit => commit.LastSeq, commit => commit.Hash);
        var states = new Dictionary<long, (int Free, int Held, int Sold, int Withdrawn, int Touches)>();
        var state = new SaleBatch();
        foreach (var entry in await ledger.EntriesOfAsync(batch))
        {
            state.Apply(entry.Seq, entry.At, entry.Entry);
            states[entry.Seq] = (state.Stock.Free.Count, state.Stock.Held, state.Stock.Sold, state.Stock.Withdrawn,
                state.Touches.Count);
        }
        foreach (var board in boards)
        {
            var isStored = heads.TryGetValue(board.Seq, out var hash) && board.Hash.AsSpan().SequenceEqual(hash)
                && (board.Free, board.Held, board.Sold, board.Withdrawn, board.Touches) == states[board.Seq];
            if (!isStored) throw new LedgerProofException($"No commit of {batch} ends in what a board shows: {board}");
        }
    }

    /// <summary>The entries of a batch, as the engine reads them.</summary>
    public static async Task<List<StampedEntry>> EntriesOfAsync(this ILedger ledger, string batch)
    {
        var entries = new List<StampedEntry>();
        foreach (var commit in await ledger.CommitsOfAsync(batch))
            foreach (var line in LedgerLines.Of(commit)) entries.Add(EntryReader.Read(line.Span));
        return entries;
    }
}
