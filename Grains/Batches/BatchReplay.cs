using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// Rebuilds a batch's state from its ledger. The chain is verified beside it, on another core if there is one: each
/// commit is checked against the hash that the one before claims, and nobody gets the state before every check has
/// passed.
/// </summary>
public static class BatchReplay
{
    /// <summary>Bytes of entries from which on they are verified together.</summary>
    private const int VerifiedTogether = 256 << 10;

    /// <summary>Applies every stored entry to an empty state and returns the head.</summary>
    /// <exception cref="LedgerFormatException">
    /// The chain is broken, or an entry cannot be read. The batch must not run on it.
    /// </exception>
    public static async Task<LedgerHead> ReadAsync(
        ILedger ledger, string stream, SaleBatch batch, CancellationToken cancellationToken)
    {
        var head = LedgerHead.Empty;
        var (unverified, length, verifying) = (new List<Link>(), 0, Task.CompletedTask);
        try
        {
            await foreach (var commit in ledger.ReadAsync(stream, cancellationToken: cancellationToken))
            {
                Apply(commit, head, batch);
                unverified.Add(new Link(commit, head.Hash));
                head = new LedgerHead(commit.LastSeq, commit.Hash);
                if ((length += commit.Entries.Length) < VerifiedTogether) continue;
                await verifying;
                verifying = VerifyAsync(unverified);
                (unverified, length) = ([], 0);
            }
            Verify(unverified);
        }
        finally
        {
            // Where it broke first is told, and nothing of it goes on after this.
            await verifying;
        }
        return head;
    }

    private static Task VerifyAsync(List<Link> links) => Task.Run(() => Verify(links));

    private static void Verify(List<Link> links)
    {
        Span<byte> hash = stackalloc byte[LedgerChain.HashLength];
        foreach (var (commit, before) in links)
        {
            LedgerChain.Over(before, commit.Entries.Span, hash);
            if (!hash.SequenceEqual(commit.Hash)) throw Broken(commit);
        }
    }

    private static void Apply(LedgerCommit commit, LedgerHead head, SaleBatch batch)
    {
        try
        {
            ApplyLines(commit, head, batch);
        }
        catch (Exception e) when (e is not (LedgerFormatException or OutOfMemoryException))
        {
            // The hash is compared at the end of the commit: until then these bytes may be anything, so the fault is
            // theirs.
            throw new LedgerFormatException(
                $"{commit.Stream}: entry {batch.LastSeq + 1} cannot follow what is before it: {e.Message}", e);
        }
    }

    private static void ApplyLines(LedgerCommit commit, LedgerHead head, SaleBatch batch)
    {
        if (commit.FirstSeq != head.Seq + 1) throw Broken(commit);
        var rest = commit.Entries.Span;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
                throw new LedgerFormatException($"{commit.Stream}: a line after entry {batch.LastSeq} has no end");
            var entry = EntryReader.Read(rest[..end]);
            batch.Apply(entry.Seq, entry.At, entry.Entry);
            rest = rest[(end + 1)..];
        }
        if (batch.LastSeq != commit.LastSeq) throw Broken(commit);
    }

    private static LedgerFormatException Broken(LedgerCommit commit) =>
        new($"{commit.Stream}: the chain breaks in entries {commit.FirstSeq} to {commit.LastSeq}");

    // A commit, and the hash that the one before it claims.
    private readonly record struct Link(LedgerCommit Commit, byte[] Before);
}
