using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Grains.Messages;

/// <summary>Some news of a ledger.</summary>
/// <param name="News">In their order.</param>
/// <param name="Cursor">Sequence of the last entry that was looked at.</param>
/// <param name="Seen">The end of the last commit that was looked at whole.</param>
/// <param name="IsWhole">Whether the ledger had no more.</param>
public sealed record NewsPage(IReadOnlyList<News> News, long Cursor, LedgerHead Seen, bool IsWhole);

/// <summary>Reads the committed entries of a batch that buyers are told of.</summary>
public sealed class NewsReader(ILedger ledger, string batch)
{
    /// <summary>Most entries that are looked at in one call; a commit is looked at whole.</summary>
    public const int MaxEntries = 100_000;

    /// <summary>Most news that are found in one call.</summary>
    public const int MaxNews = 100;

    private readonly string _stream = Streams.OfBatch(batch);

    /// <summary>
    /// The news after an entry, at most <see cref="MaxNews"/>. Null: the ledger does not have what was seen, so it is
    /// an older one.
    /// </summary>
    /// <param name="seen">The end of a commit that was looked at whole.</param>
    /// <param name="cursor">Sequence of the last entry that was looked at.</param>
    public async Task<NewsPage?> ReadAsync(
        LedgerHead seen, long cursor, CancellationToken cancellationToken = default)
    {
        var (news, left, isSeen) = (new List<News>(), MaxEntries, seen.Seq == 0);
        await foreach (var commit in ledger.ReadAsync(_stream, Math.Max(1, seen.Seq), cancellationToken))
        {
            if (!isSeen)
            {
                if (!seen.Matches(new LedgerHead(commit.LastSeq, commit.Hash))) return null;
                isSeen = true;
                continue;
            }
            foreach (var found in NewsIn(commit).Where(found => found.Seq > cursor))
            {
                if (news.Count == MaxNews)
                    return new NewsPage(news, Math.Max(cursor, news[^1].Seq), seen, IsWhole: false);
                news.Add(found);
            }
            (cursor, seen) = (Math.Max(cursor, commit.LastSeq), new LedgerHead(commit.LastSeq, commit.Hash));
            if ((left -= commit.Count) <= 0) return new NewsPage(news, cursor, seen, IsWhole: false);
        }
        return isSeen ? new NewsPage(news, cursor, seen, IsWhole: true) : null;
    }

    /// <summary>
    /// The news after one entry up to another one, at most <see cref="MaxNews"/>, and the last entry that was looked
    /// at. All of them were looked at before.
    /// </summary>
    public async Task<(IReadOnlyList<News> News, long Cursor)> ReadAgainAsync(long after, long last)
    {
        var (news, left) = (new List<News>(), MaxEntries);
        await foreach (var commit in ledger.ReadAsync(_stream, after + 1))
        {
            foreach (var found in NewsIn(commit).Where(found => found.Seq > after && found.Seq <= last))
            {
                if (news.Count == MaxNews) return (news, news[^1].Seq);
                news.Add(found);
            }
            if (commit.LastSeq >= last) break;
            if ((left -= commit.Count) <= 0) return (news, commit.LastSeq);
        }
        return (news, last);
    }

    /// <summary>The buyer of an order; null: there is no such order.</summary>
    public async Task<Alias?> FindBuyerAsync(long order)
    {
        await foreach (var commit in ledger.ReadAsync(_stream, order))
        {
            foreach (var line in LedgerLines.Of(commit))
            {
                if (LedgerLines.TryReadSeq(line.Span, out var seq) && seq == order)
                {
                    return EntryReader.Read(line.Span).Entry switch
                    {
                        Held held => held.Buyer,
                        Granted granted => granted.Buyer,
                        _ => null,
                    };
                }
            }
            break;
        }
        return null;
    }

    /// <summary>The terms; null: the batch was never created.</summary>
    public async Task<BatchTerms?> FindTermsAsync()
    {
        await foreach (var commit in ledger.ReadAsync(_stream))
        {
            foreach (var line in LedgerLines.Of(commit))
                return EntryReader.Read(line.Span).Entry is Created created ? created.Terms : null;
        }
        return null;
    }

    private static IEnumerable<News> NewsIn(LedgerCommit commit)
    {
        if (!MessageRules.MayHaveNews(commit.Entries.Span)) yield break;
        foreach (var line in LedgerLines.Of(commit))
        {
            if (MessageRules.MayHaveNews(line.Span) && MessageRules.Of(EntryReader.Read(line.Span)) is { } news)
                yield return news;
        }
    }
}
