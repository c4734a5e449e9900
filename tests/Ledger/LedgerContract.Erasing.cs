using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Ledger;

/// <content>Streams that are removed for ever.</content>
public abstract partial class LedgerContract
{
    [Fact]
    public async Task An_erased_stream_is_nowhere_and_the_others_stay()
    {
        var (erased, kept) = (new Chain("reservation/b/erased"), new Chain("reservation/b/kept"));
        var rows = kept.Rows(1, 2);
        await Ledger.AppendAllAsync([.. erased.Rows(1, 3), .. rows]);
        await Ledger.EraseAsync("reservation/b/erased", Cancelled);

        (await Ledger.ReadHeadAsync("reservation/b/erased", Cancelled)).Matches(LedgerHead.Empty).ShouldBeTrue();
        (await Ledger.ReadCommitEndAsync("reservation/b/erased", 1, Cancelled)).ShouldBeSameAs(LedgerHead.Empty);
        (await Ledger.ReadAllAsync("reservation/b/erased")).ShouldBeEmpty();
        (await Ledger.ListNamesAsync("")).ShouldBe(["reservation/b/kept"]);
        (await Ledger.CountOpenAsync("reservation/", Cancelled)).ShouldBe(1);
        (await Ledger.ReadAllAsync("reservation/b/kept")).ShouldBeSame(rows);
        await Ledger.AppendAllAsync([kept.Next()]);
    }

    [Fact]
    public async Task A_stream_that_is_not_there_is_erased_already()
    {
        await Ledger.EraseAsync(Stream, Cancelled);
        await Ledger.AppendAllAsync(new Chain(Stream).Rows(2));
        await Ledger.EraseAsync(Stream, Cancelled);
        await Ledger.EraseAsync(Stream, Cancelled);
        (await Ledger.ListNamesAsync("")).ShouldBeEmpty();
        await Should.ThrowAsync<ArgumentException>(() => Ledger.EraseAsync("", Cancelled));
    }

    [Fact]
    public async Task The_writer_of_an_erased_stream_is_fenced_and_its_last_row_is_not_committed()
    {
        var chain = new Chain(Stream);
        var rows = chain.Rows(1, 2);
        await Ledger.AppendAllAsync(rows);
        await Ledger.EraseAsync(Stream, Cancelled);

        (await Ledger.AppendAsync(rows[1], Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.AppendAsync(chain.Next(), Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.ListNamesAsync("")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_first_commit_begins_an_erased_stream_anew_and_the_old_writer_stays_fenced()
    {
        var old = new Chain(Stream);
        var rows = old.Rows(1, 1);
        await Ledger.AppendAllAsync(rows);
        await Ledger.EraseAsync(Stream, Cancelled);
        var anew = new Chain(Stream);
        var first = anew.Next(1, "anew") with { IsOpen = false };
        await Ledger.AppendAllAsync([first]);

        (await Ledger.CountOpenAsync(Stream, Cancelled)).ShouldBe(0);
        foreach (var stale in new[] { rows[0], rows[1], old.Next() })
            (await Ledger.AppendAsync(stale, Cancelled)).ShouldBe(AppendOutcome.Fenced);
        await Ledger.AppendAllAsync([first, anew.Next(2)]);
        (await Ledger.VerifyAsync(Stream)).Matches(anew.Head).ShouldBeTrue();
    }

    [Fact]
    public async Task An_erasure_outlives_a_restart()
    {
        await Ledger.AppendAllAsync([.. new Chain(Stream).Rows(1, 2), new Chain("batch/other").Next()]);
        await Ledger.EraseAsync(Stream, Cancelled);
        await CloseAsync(Ledger);
        Ledger = await OpenAsync();
        (await Ledger.ListNamesAsync("")).ShouldBe(["batch/other"]);
    }

    [Fact]
    public async Task A_reading_of_a_stream_that_is_erased_meanwhile_ends_with_a_beginning_of_it()
    {
        // Several pages, of which one is read ahead.
        var rows = new Chain(Stream).Rows([.. Enumerable.Repeat(1, 1_100)]);
        await Task.WhenAll(rows.Select(row => Ledger.AppendAsync(row, Cancelled)));
        var read = new List<LedgerCommit>();
        await foreach (var commit in Ledger.ReadAsync(Stream, 1, Cancelled))
        {
            if (read.Count == 1)
            {
                await Ledger.EraseAsync(Stream, Cancelled);
                // If the next page were read from this new stream, it would begin with its second row.
                await Ledger.AppendAllAsync(new Chain(Stream).Rows(1_024, 1, 1));
            }
            read.Add(commit);
        }
        read.ShouldBeSame(rows[..read.Count]);
    }

    [Fact]
    public async Task A_commit_under_way_while_its_stream_is_erased_is_erased_with_it_or_fenced()
    {
        for (var round = 0; round < 60; round++)
        {
            var chain = new Chain(Stream);
            await Ledger.AppendAllAsync([chain.Next()]);
            var rows = chain.Rows([.. Enumerable.Repeat(1, 1 + (round % 4))]);
            await Task.WhenAll([
                Task.Run(() => Ledger.EraseAsync(Stream, Cancelled), Cancelled),
                .. rows.Select(row => Task.Run(() => Ledger.AppendUntilKnownAsync(row), Cancelled)),
            ]);
            (await Ledger.ReadHeadAsync(Stream, Cancelled)).Matches(LedgerHead.Empty).ShouldBeTrue($"round {round}");
        }
    }

    [Fact]
    public async Task Many_streams_are_erased_while_others_are_written()
    {
        const int Streams = 200;
        var chains = Enumerable.Range(0, Streams).Select(index => new Chain($"reservation/b/{index}")).ToList();
        await Task.WhenAll(chains.Select(chain => Ledger.AppendAsync(chain.Next(), Cancelled)));
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(index => index % 2 == 0
            ? Ledger.EraseAsync($"reservation/b/{index}", Cancelled)
            : Ledger.AppendAllAsync(chains[index].Rows(1, 1))));

        (await Ledger.ListNamesAsync("")).ShouldBe(
            Enumerable.Range(0, Streams).Where(index => index % 2 == 1).Select(index => $"reservation/b/{index}"),
            ignoreOrder: true);
        for (var index = 1; index < Streams; index += 2)
            (await Ledger.VerifyAsync($"reservation/b/{index}")).Seq.ShouldBe(3);
    }
}
