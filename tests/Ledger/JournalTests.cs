using System.Text;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Storage;

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
        // Twice round, so that the buffer of a finished append has been taken up again when the next one is in flight.
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

        var stop = TestContext.Current.CancellationToken;
        var verified = await LedgerVerifier.VerifyAsync(Stream, stored.ReadAsync(Stream, 1, stop), stop);
        (verified.Break, verified.Head.Seq).ShouldBe((null, 8));
        verified.Head.Matches(journal.Committed).ShouldBeTrue();
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
