using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>Rebuilds a batch's state from its ledger, verifying the chain on the way.</summary>
public static class BatchReplay
{
    /// <summary>Applies every stored entry to an empty state and returns the head.</summary>
    /// <exception cref="LedgerFormatException">The chain is broken, or an entry cannot be read. The batch must not run on it.</exception>
    public static async Task<LedgerHead> ReadAsync(ILedger ledger, string stream, SaleBatch batch, CancellationToken cancellationToken)
    {
        var head = LedgerHead.Empty;
        await foreach (var commit in ledger.ReadAsync(stream, cancellationToken: cancellationToken))
        {
            Apply(commit, head, batch);
            head = new LedgerHead(commit.LastSeq, commit.Hash);
        }
        return head;
    }

    private static void Apply(LedgerCommit commit, LedgerHead head, SaleBatch batch)
    {
        Span<byte> hash = stackalloc byte[LedgerChain.HashLength];
        head.Hash.CopyTo(hash);
        var rest = commit.Entries.Span;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0) throw new LedgerFormatException($"{commit.Stream}: a line after entry {batch.LastSeq} has no end");
            var entry = EntryReader.Read(rest[..end]);
            batch.Apply(entry.Seq, entry.At, entry.Entry);
            LedgerChain.Next(hash, rest[..end], hash);
            rest = rest[(end + 1)..];
        }
        if (commit.FirstSeq != head.Seq + 1 || batch.LastSeq != commit.LastSeq || !hash.SequenceEqual(commit.Hash))
            throw new LedgerFormatException($"{commit.Stream}: the chain breaks in entries {commit.FirstSeq} to {commit.LastSeq}");
    }
}
