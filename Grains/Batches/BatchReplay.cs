using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// Rebuilds a batch's state from its ledger. The hash chain is verified at the same time, on another core if there is
/// one. Each commit is checked against the hash that the commit before it states. The state is returned only after
/// every check has passed.
/// </summary>
public static class BatchReplay
{
    /// <summary>A group of commits is verified once it has this many bytes of entries.</summary>
    private const int MinGroupBytes = 256 << 10;

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
                if ((length += commit.Entries.Length) < MinGroupBytes) continue;
                await verifying;
                verifying = VerifyAsync(unverified);
                (unverified, length) = ([], 0);
            }
            Verify(unverified);
        }
        finally
        {
            // The first break is thrown, and no verification runs after this.
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
            // The commit's hash is not checked yet, so its bytes may be damaged. Any failure here is the ledger's
            // fault.
            throw new LedgerFormatException(
                $"{commit.Stream}: entry {batch.LastSeq + 1} cannot follow the entries before it: {e.Message}", e);
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

    // A commit, and the hash that the commit before it states.
    private readonly record struct Link(LedgerCommit Commit, byte[] Before);
}
