using System.Diagnostics;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger;

/// <summary>What every ledger must hold to. A ledger's test class derives from it and says how to open one.</summary>
public abstract partial class LedgerContract : IAsyncLifetime
{
    protected const string Stream = "batch/mi2-1";

    protected ILedger Ledger { get; set; } = null!;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => Ledger = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync(Ledger);
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the test's ledger: empty at first, later with what was stored.</summary>
    protected abstract Task<ILedger> OpenAsync();

    /// <summary>Closes what <see cref="OpenAsync"/> opened; what is stored stays.</summary>
    protected abstract Task CloseAsync(ILedger ledger);

    [Fact]
    public async Task The_end_of_the_commit_that_has_an_entry_is_found_without_its_entries()
    {
        var commits = new Chain(Stream).Rows(1, 3, 2);
        await Ledger.AppendAllAsync(commits);
        for (var seq = 1; seq <= 6; seq++)
        {
            var commit = commits.Single(commit => commit.FirstSeq <= seq && commit.LastSeq >= seq);
            (await Ledger.ReadCommitEndAsync(Stream, seq, Cancelled))
                .Matches(new LedgerHead(commit.LastSeq, commit.Hash))
                .ShouldBeTrue($"entry {seq}");
        }
        (await Ledger.ReadCommitEndAsync(Stream, 7, Cancelled)).ShouldBeSameAs(LedgerHead.Empty);
        (await Ledger.ReadCommitEndAsync("none", 1, Cancelled)).ShouldBeSameAs(LedgerHead.Empty);
    }

    [Fact]
    public async Task A_stream_without_entries_has_the_empty_head_and_no_commits()
    {
        (await Ledger.ReadHeadAsync(Stream, Cancelled)).Matches(LedgerHead.Empty).ShouldBeTrue();
        (await Ledger.ReadAllAsync(Stream)).ShouldBeEmpty();
        (await Ledger.ReadAllAsync(Stream, fromSeq: 17)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_appended_is_read_back_byte_for_byte()
    {
        var chain = new Chain(Stream);
        var commits = chain.Rows(1, 3, 1, 256, 2);
        await Ledger.AppendAllAsync(commits);

        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame(commits);
        (await Ledger.ReadHeadAsync(Stream, Cancelled)).Matches(chain.Head).ShouldBeTrue();
        (await Ledger.VerifyAsync(Stream)).Matches(chain.Head).ShouldBeTrue();
    }

    [Fact]
    public async Task Entries_that_are_a_slice_of_a_larger_buffer_are_stored_alone()
    {
        var commit = new Chain(Stream).Next(3);
        var buffer = new byte[commit.Entries.Length + 200];
        commit.Entries.CopyTo(buffer.AsMemory(100));
        var tail = new Chain(Stream, new LedgerHead(commit.LastSeq, commit.Hash)).Next(2);
        var atStart = new byte[tail.Entries.Length + 77];
        tail.Entries.CopyTo(atStart);

        await Ledger.AppendAllAsync([
            commit with { Entries = buffer.AsMemory(100, commit.Entries.Length) },
            tail with { Entries = atStart.AsMemory(0, tail.Entries.Length) },
        ]);

        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame([commit, tail]);
    }

    [Fact]
    public async Task An_append_that_follows_an_older_entry_is_fenced()
    {
        var chain = new Chain(Stream);
        var first = chain.Next();
        await Ledger.AppendAllAsync([first, chain.Next(), chain.Next()]);

        var stale = Chain.After(Stream, new LedgerHead(1, first.Hash), note: "stale");
        (await Ledger.AppendAsync(stale, Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.ReadHeadAsync(Stream, Cancelled)).Matches(chain.Head).ShouldBeTrue();
    }

    [Fact]
    public async Task An_append_that_follows_the_right_sequence_with_another_hash_is_fenced()
    {
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync(chain.Rows(2, 2));

        var foreign = Chain.After(Stream, new LedgerHead(4, new Chain("batch/other").Next(4, "other").Hash));
        (await Ledger.AppendAsync(foreign, Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.ReadAllAsync(Stream)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_first_append_that_names_a_previous_hash_is_fenced()
    {
        var odd = Chain.After(Stream, new LedgerHead(0, new Chain("batch/other").Next().Hash));
        (await Ledger.AppendAsync(odd, Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.ListAsync("", null, 10, Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gap_is_refused()
    {
        var chain = new Chain(Stream);
        var first = chain.Next();
        chain.Next();
        var third = chain.Next();

        (await Ledger.AppendAsync(third, Cancelled)).ShouldBe(AppendOutcome.Fenced);
        await Ledger.AppendAllAsync([first]);
        (await Ledger.AppendAsync(third, Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame([first]);
    }

    [Fact]
    public async Task An_identical_repeat_is_told_apart_and_stored_once()
    {
        var commits = new Chain(Stream).Rows(1, 5, 2);
        await Ledger.AppendAllAsync(commits);
        foreach (var repeat in new[] { commits[2], commits[0], commits[1], commits[2] })
            (await Ledger.AppendAsync(repeat, Cancelled)).ShouldBe(AppendOutcome.AlreadyStored);

        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame(commits);
    }

    [Fact]
    public async Task Another_row_at_the_same_place_is_fenced()
    {
        var chain = new Chain(Stream);
        await Ledger.AppendAllAsync([chain.Next()]);
        var before = chain.Head;
        var mine = chain.Next(2, "mine");
        await Ledger.AppendAllAsync([mine]);

        (await Ledger.AppendAsync(Chain.After(Stream, before, 2, "yours"), Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.AppendAsync(Chain.After(Stream, before, 1, "mine"), Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.AppendAsync(Chain.After(Stream, before, 3, "mine"), Cancelled)).ShouldBe(AppendOutcome.Fenced);
        (await Ledger.ReadAllAsync(Stream))[1].ShouldBeSame(mine);
    }

    [Fact]
    public async Task A_row_that_begins_inside_another_is_fenced()
    {
        var chain = new Chain(Stream);
        var row = chain.Next(5);
        await Ledger.AppendAllAsync([row]);

        var partly = new Chain(Stream).Next(3);
        for (var count = 1; count <= 4; count++)
        {
            var inside = Chain.After(Stream, new LedgerHead(3, partly.Hash), count);
            (await Ledger.AppendAsync(inside, Cancelled)).ShouldBe(AppendOutcome.Fenced);
        }

        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame([row]);
    }

    [Fact]
    public async Task A_reopened_ledger_holds_everything_and_goes_on()
    {
        var chain = new Chain(Stream);
        var commits = chain.Rows(1, 4, 2);
        await Ledger.AppendAllAsync(commits);
        await CloseAsync(Ledger);
        Ledger = await OpenAsync();

        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame(commits);
        await Ledger.AppendAllAsync([commits[2], chain.Next()]);
        (await Ledger.VerifyAsync(Stream)).Seq.ShouldBe(8);
    }

    [Fact]
    public async Task Reading_begins_with_the_commit_that_contains_the_entry()
    {
        var commits = new Chain(Stream).Rows(1, 5, 3, 1);
        await Ledger.AppendAllAsync(commits);

        (int FromSeq, int Skipped)[] cases =
            [(1, 0), (2, 1), (4, 1), (6, 1), (7, 2), (9, 2), (10, 3), (11, 4), (5_000, 4)];
        foreach (var (fromSeq, skipped) in cases)
            (await Ledger.ReadAllAsync(Stream, fromSeq)).ShouldBeSame(commits[skipped..]);
    }

    [Fact]
    public async Task A_lost_answer_is_resolved_by_the_identical_append()
    {
        var faulty = new FaultyLedger(Ledger);
        var chain = new Chain(Stream);
        var (lost, refused) = (chain.Next(2), chain.Next(3));

        faulty.LoseAnswers();
        await Should.ThrowAsync<LedgerUnavailableException>(() => faulty.AppendAsync(lost, Cancelled));
        (await faulty.AppendAsync(lost, Cancelled)).ShouldBe(AppendOutcome.AlreadyStored);
        faulty.FailAppends();
        await Should.ThrowAsync<LedgerUnavailableException>(() => faulty.AppendAsync(refused, Cancelled));
        (await faulty.AppendAsync(refused, Cancelled)).ShouldBe(AppendOutcome.Committed);

        (await Ledger.ReadAllAsync(Stream)).ShouldBeSame([lost, refused]);
    }

    [Fact]
    public async Task Malformed_commits_are_refused_as_bugs()
    {
        var good = new Chain(Stream).Next(2);
        LedgerCommit[] malformed =
        [
            good with { Stream = "" },
            good with { Stream = new string('x', LedgerArguments.MaxStreamLength + 1) },
            good with { Stream = "batch/\0" },
            good with { Stream = "batch/\uD800" },
            good with { FirstSeq = 0 },
            good with { Count = 0 },
            good with { Count = 3 },
            good with { Entries = good.Entries[..^1] },
            good with { Entries = ReadOnlyMemory<byte>.Empty },
            good with { Hash = new byte[31] },
            good with { PreviousHash = new byte[33] },
        ];
        foreach (var commit in malformed)
            await Should.ThrowAsync<ArgumentException>(() => Ledger.AppendAsync(commit, Cancelled));
        (await Ledger.ListAsync("", null, 10, Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_million_entries_are_replayed_whole()
    {
        const int Entries = 1_000_000, PerCommit = 1_000;
        var chain = new Chain(Stream);
        var clock = Stopwatch.StartNew();
        while (chain.Head.Seq < Entries)
            (await Ledger.AppendAsync(chain.Next(PerCommit), Cancelled)).ShouldBe(AppendOutcome.Committed);
        var written = clock.Elapsed;

        clock.Restart();
        var verifier = await Ledger.TryVerifyAsync(Stream);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{GetType().Name}: {Entries} entries made and written in {written.TotalSeconds:F2} s, "
            + $"read and verified in {clock.Elapsed.TotalSeconds:F2} s");

        verifier.Break.ShouldBeNull();
        verifier.Head.Matches(chain.Head).ShouldBeTrue();
    }
}
