using OrleansSale.GrainInterfaces.Following;
using OrleansSale.Grains.Ledger;
using OrleansSale.Grains.OrderIndex;

namespace OrleansSale.Grains.Following;

/// <summary>Some commits of a ledger.</summary>
/// <param name="Entries">Their entries, in order.</param>
/// <param name="End">The end of the last of them.</param>
internal sealed record EntryPage(IReadOnlyList<FollowedEntry> Entries, IndexMark End);

/// <summary>Reads the ledger of a batch for its follower.</summary>
internal sealed class EntryPages(ILedger ledger, string batch)
{
    /// <summary>A page ends with the commit that brings it to this many entries.</summary>
    public const int TargetLength = 5_000;

    private readonly string _stream = Streams.OfBatch(batch);

    /// <summary>
    /// The commits after a mark, none at the end. Null: the ledger does not have what was read, so it is an older one.
    /// </summary>
    public async Task<EntryPage?> ReadAsync(IndexMark mark, CancellationToken cancellationToken = default)
    {
        var (entries, end, isSeen) = (new List<FollowedEntry>(), mark, mark.Seq == 0);
        await foreach (var commit in ledger.ReadAsync(_stream, Math.Max(1, mark.Seq), cancellationToken))
        {
            if (!isSeen)
            {
                if (commit.LastSeq != mark.Seq || !commit.Hash.AsSpan().SequenceEqual(mark.Hash)) return null;
                isSeen = true;
                continue;
            }
            entries.AddRange(EntriesOf(commit));
            end = new IndexMark(commit.LastSeq, commit.Hash);
            if (entries.Count >= TargetLength) break;
        }
        return isSeen ? new EntryPage(entries, end) : null;
    }

    /// <summary>Entries after one and up to another one, at most <paramref name="limit"/>.</summary>
    public async Task<FollowedEntry[]> ReadAfterAsync(long after, long last, int limit)
    {
        var entries = new List<FollowedEntry>();
        if (after >= last) return [];
        await foreach (var commit in ledger.ReadAsync(_stream, after + 1))
        {
            entries.AddRange(EntriesOf(commit).Where(entry => entry.Seq > after && entry.Seq <= last)
                .Take(limit - entries.Count));
            if (entries.Count == limit || commit.LastSeq >= last) break;
        }
        return [.. entries];
    }

    /// <summary>Entries by their sequences, which ascend.</summary>
    public async Task<FollowedEntry[]> ReadAsync(IReadOnlyList<long> seqs)
    {
        var (entries, next) = (new List<FollowedEntry>(seqs.Count), 0);
        while (next < seqs.Count)
        {
            var before = next;
            await foreach (var commit in ledger.ReadAsync(_stream, seqs[next]))
            {
                foreach (var entry in EntriesOf(commit))
                {
                    if (next == seqs.Count || entry.Seq != seqs[next]) continue;
                    entries.Add(entry);
                    next++;
                }
                break;
            }
            if (next == before) break;
        }
        return [.. entries];
    }

    private static IEnumerable<FollowedEntry> EntriesOf(LedgerCommit commit)
    {
        var seq = commit.FirstSeq;
        foreach (var line in LedgerLines.Of(commit)) yield return new FollowedEntry(seq++, line.ToArray());
    }
}
