using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger;

public class JournalTests
{
    private const string Stream = "batch/a";

    [Fact]
    public async Task What_gathers_while_an_append_is_in_flight_does_not_share_its_bytes()
    {
        var stored = new MemoryLedger();
        var faulty = new FaultyLedger(stored);
        var journal = new Journal<long>(faulty, Stream, LedgerHead.Empty, () => 0, _ => { });
        var seq = 0;
        // Two rounds, so that the buffer of a finished append is in use again while the next one is in flight.
        for (var round = 0; round < 2; round++)
        {
            Add(journal, ++seq);
            await journal.WhenDurableAsync();
            using var gate = faulty.HoldAppends(Stream);
            Add(journal, ++seq);
            var inFlight = journal.WhenDurableAsync();
            await gate.Reached;
            Add(journal, ++seq);
            Add(journal, ++seq);
            var gathered = journal.WhenDurableAsync();
            inFlight.IsCompleted.ShouldBeFalse();
            gate.Open();
            await Task.WhenAll(inFlight, gathered);
        }

        var verified = await stored.TryVerifyAsync(Stream);
        (verified.Break, verified.Head.Seq).ShouldBe((null, 8));
        verified.Head.Matches(journal.Committed).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_waits_for_the_next_append_is_told_when_the_activation_is_abandoned()
    {
        var stored = new MemoryLedger();
        var faulty = new FaultyLedger(stored);
        var journal = new Journal<long>(faulty, Stream, LedgerHead.Empty, () => 0, _ => { });
        using var gate = faulty.HoldAppends(Stream);
        Add(journal, 1);
        var inFlight = journal.WhenDurableAsync();
        await gate.Reached;
        Add(journal, 2);
        var gathered = journal.WhenDurableAsync();

        journal.Abandon(new SaleUnavailableException("the clock is off"));

        gathered.IsFaulted.ShouldBeTrue("the next append is never made");
        await Should.ThrowAsync<SaleUnavailableException>(() => gathered);
        gate.Open();
        await inFlight;
        (await stored.ReadHeadAsync(Stream, TestContext.Current.CancellationToken)).Seq.ShouldBe(1);
    }

    [Fact]
    public async Task Each_commit_says_whether_it_leaves_the_stream_open()
    {
        var stored = new MemoryLedger();
        var stop = TestContext.Current.CancellationToken;
        var seq = 0;
        var journal = new Journal<long>(stored, Stream, LedgerHead.Empty, () => seq, _ => { })
        { IsOpen = () => seq % 2 == 1 };
        while (seq < 4)
        {
            Add(journal, ++seq);
            await journal.WhenDurableAsync();
            (await stored.CountOpenAsync(Stream, stop)).ShouldBe(seq % 2);
        }
        Add(journal, ++seq);
        Add(journal, ++seq);
        await journal.WhenDurableAsync();
        (await stored.CountOpenAsync(Stream, stop)).ShouldBe(0, "it says so of the last entry of a commit");
    }

    [Fact]
    public async Task A_stream_is_open_unless_its_actor_says_otherwise()
    {
        var stored = new MemoryLedger();
        var journal = new Journal<long>(stored, Stream, LedgerHead.Empty, () => 0, _ => { });
        for (var seq = 1; seq <= 2; seq++)
        {
            Add(journal, seq);
            await journal.WhenDurableAsync();
            (await stored.CountOpenAsync(Stream, TestContext.Current.CancellationToken)).ShouldBe(1);
        }
    }

    private static void Add(Journal<long> journal, int seq)
    {
        var line = Encoding.UTF8.GetBytes(
            $$$"""{"seq":{{{seq}}},"type":"paused","at":"2012-12-21T04:00:00.000Z","data":{}}""" + "\n");
        line.CopyTo(journal.Lines.GetSpan(line.Length));
        journal.Lines.Advance(line.Length);
        journal.Added();
    }
}
