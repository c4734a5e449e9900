using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Ledger;

/// <summary>What the tests ask of any ledger, in short form.</summary>
internal static class Ledgers
{
    public static async Task<List<LedgerCommit>> ReadAllAsync(this ILedger ledger, string stream, long fromSeq = 1)
    {
        var commits = new List<LedgerCommit>();
        await foreach (var commit in ledger.ReadAsync(stream, fromSeq, TestContext.Current.CancellationToken))
            commits.Add(commit);
        return commits;
    }

    public static async Task AppendAllAsync(this ILedger ledger, IEnumerable<LedgerCommit> commits)
    {
        foreach (var commit in commits)
            (await ledger.AppendAsync(commit, TestContext.Current.CancellationToken)).ShouldNotBe(AppendOutcome.Fenced);
    }

    /// <summary>Appends the identical row until its outcome is known, as an actor does.</summary>
    public static async Task<AppendOutcome> AppendUntilKnownAsync(this ILedger ledger, LedgerCommit commit)
    {
        const int MaxAttempts = 200;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ledger.AppendAsync(commit, TestContext.Current.CancellationToken);
            }
            catch (LedgerUnavailableException) when (attempt < MaxAttempts)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken); // paced: between attempts, as an actor's
            }
        }
    }

    public static async Task<List<string>> ListNamesAsync(this ILedger ledger, string prefix, int pageSize = 10_000)
    {
        var names = new List<string>();
        while (true)
        {
            var page = await ledger.ListAsync(
                prefix, names.Count == 0 ? null : names[^1], pageSize, TestContext.Current.CancellationToken);
            names.AddRange(page.Select(head => head.Stream));
            if (page.Count < pageSize) return names;
        }
    }

    public static async Task<LedgerHead> VerifyAsync(this ILedger ledger, string stream)
    {
        var verifier = await ledger.TryVerifyAsync(stream);
        verifier.Break.ShouldBeNull(verifier.Break?.ToString());
        return verifier.Head;
    }

    /// <summary>Verifies a stream up to its first break.</summary>
    public static async Task<LedgerVerifier> TryVerifyAsync(this ILedger ledger, string stream)
    {
        var verifier = new LedgerVerifier(stream);
        await foreach (var commit in ledger.ReadAsync(stream, 1, TestContext.Current.CancellationToken))
            if (verifier.Accept(commit) is not null) break;
        return verifier;
    }

    public static void ShouldBeSame(this LedgerCommit actual, LedgerCommit expected)
    {
        actual.Stream.ShouldBe(expected.Stream);
        actual.FirstSeq.ShouldBe(expected.FirstSeq);
        actual.Count.ShouldBe(expected.Count);
        actual.Entries.Span.SequenceEqual(expected.Entries.Span).ShouldBeTrue("the entries differ");
        actual.PreviousHash.ShouldBe(expected.PreviousHash);
        actual.Hash.ShouldBe(expected.Hash);
    }

    public static void ShouldBeSame(this IReadOnlyList<LedgerCommit> actual, IReadOnlyList<LedgerCommit> expected)
    {
        actual.Count.ShouldBe(expected.Count);
        for (var commit = 0; commit < expected.Count; commit++) actual[commit].ShouldBeSame(expected[commit]);
    }
}
