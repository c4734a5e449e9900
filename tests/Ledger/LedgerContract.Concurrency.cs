using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Ledger;

/// <content>Many writers at once, and callers that give up.</content>
public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_conflict_in_one_stream_leaves_the_others()
    {
        var chains = Enumerable.Range(0, 40)
            .Select(index => (Name: $"batch/b{index}", Chain: new Chain($"batch/b{index}"))).ToList();
        foreach (var (_, chain) in chains) await Ledger.AppendAllAsync([chain.Next()]);

        // All at once, so that a ledger with group commit puts them into one transaction. Every third follows a head
        // that does not exist.
        var asked = chains.Select((each, index) => index % 3 == 0
            ? Chain.After(each.Name, new LedgerHead(1, new byte[32]), note: "conflict")
            : each.Chain.Next()).ToList();
        var outcomes = await Task.WhenAll(asked.Select(commit => Ledger.AppendAsync(commit, Cancelled)));

        for (var index = 0; index < asked.Count; index++)
        {
            outcomes[index].ShouldBe(index % 3 == 0 ? AppendOutcome.Fenced : AppendOutcome.Committed);
            (await Ledger.VerifyAsync(chains[index].Name)).Seq.ShouldBe(index % 3 == 0 ? 1 : 2);
        }
    }

    [Fact]
    public async Task Many_writers_to_many_streams_all_get_their_rows_in()
    {
        const int Streams = 64, Rows = 25;
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(index => Task.Run(async () =>
        {
            var chain = new Chain($"batch/b{index}");
            for (var row = 0; row < Rows; row++)
                (await Ledger.AppendAsync(chain.Next(1 + (row % 3)), Cancelled)).ShouldBe(AppendOutcome.Committed);
            (await Ledger.VerifyAsync($"batch/b{index}")).Matches(chain.Head).ShouldBeTrue();
        })));
        (await Ledger.ListAsync("batch/", null, 1_000, Cancelled)).Count.ShouldBe(Streams);
    }

    [Fact]
    public async Task Of_many_writers_to_one_stream_exactly_one_wins_each_place()
    {
        const int Writers = 16, Rows = 60;
        var wins = new int[Rows + 1];
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var head = LedgerHead.Empty; head.Seq < Rows; head = await Ledger.ReadHeadAsync(Stream, Cancelled))
            {
                var commit = Chain.After(Stream, head, note: $"writer {writer}");
                if (await Ledger.AppendAsync(commit, Cancelled) == AppendOutcome.Committed)
                    Interlocked.Increment(ref wins[commit.FirstSeq]);
            }
        })));

        wins.Skip(1).ShouldAllBe(count => count == 1);
        (await Ledger.VerifyAsync(Stream)).Seq.ShouldBe(Rows);
    }

    [Fact]
    public async Task A_cancelled_append_stores_nothing()
    {
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync([chain.Next()]);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(
            () => Ledger.AppendAsync(Chain.After(Stream, chain.Head), cancelled.Token));
        (await Ledger.ReadHeadAsync(Stream, Cancelled)).Matches(chain.Head).ShouldBeTrue();
    }

    [Fact]
    public async Task Appends_cancelled_at_any_moment_are_either_stored_and_told_so_or_not_stored()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(index => Task.Run(async () =>
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMicroseconds(20 * index));
            var stream = $"batch/b{index}";
            try
            {
                (await Ledger.AppendAsync(new Chain(stream).Next(), source.Token)).ShouldBe(AppendOutcome.Committed);
                return (Stream: stream, Seq: 1);
            }
            catch (OperationCanceledException)
            {
                return (Stream: stream, Seq: 0);
            }
        })));

        // One more append passes the same queue, so an append that was still on its way would be stored by now.
        await Ledger.AppendAllAsync([new Chain("batch/last").Next()]);
        foreach (var (stream, seq) in outcomes) (await Ledger.ReadHeadAsync(stream, Cancelled)).Seq.ShouldBe(seq);
    }

    [Fact]
    public async Task A_cancelled_read_ends()
    {
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(1, 1, 1));
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => Ledger.ReadHeadAsync(Stream, source.Token));
        await Should.ThrowAsync<OperationCanceledException>(() => Ledger.ListAsync("", null, 10, source.Token));
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Ledger.ReadAsync(Stream, 1, source.Token))
            {
            }
        });
    }
}
