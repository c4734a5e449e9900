using System.Buffers;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger;

/// <summary>A batch's state comes from a chain that holds, from its first commit to its last.</summary>
public class BatchReplayTests
{
    private const string Stream = "batch/mi2-1";
    private const int Commits = 12, HoldsInCommit = 500, Stock = Commits * HoldsInCommit;
    private const long Opening = 1_356_062_400_000;
    private const ulong Buyer = 1, Thief = 2;

    private static readonly BatchTerms Terms = new(
        "mi2-1", new Product("mi2", "Xiaomi Mi2 16 GB", new Money(199_900, "CNY"), null), ["weibo"], Stock, 1, 900,
        new Schedule(At(-7_200), At(-3_600), At(0), At(3_600)));

    [Fact]
    public async Task A_whole_chain_gives_its_state_and_its_head()
    {
        var ledger = await StoreAsync(forged: null);
        var batch = new SaleBatch();
        var head = await BatchReplay.ReadAsync(ledger, Stream, batch, TestContext.Current.CancellationToken);
        head.Matches(await ledger.ReadHeadAsync(Stream, TestContext.Current.CancellationToken)).ShouldBeTrue();
        (batch.Stock.Held, batch.LastSeq).ShouldBe((Stock, head.Seq));
    }

    // Some commits are verified while others are read, and the last ones at the end.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Commits / 2)]
    [InlineData(Commits - 1)]
    public async Task A_line_that_its_hash_does_not_vouch_for_gives_no_state_wherever_it_is(int forged)
    {
        var ledger = await StoreAsync(forged);
        var replay = () =>
            BatchReplay.ReadAsync(ledger, Stream, new SaleBatch(), TestContext.Current.CancellationToken);
        (await replay.ShouldThrowAsync<LedgerFormatException>()).Message.ShouldContain("the chain breaks in entries");
    }

    // A forged commit names another buyer for its last unit, and keeps the hash of the true one.
    private static async Task<MemoryLedger> StoreAsync(int? forged)
    {
        var ledger = new MemoryLedger();
        var writer = new EntryWriter("mi2-1");
        var head = LedgerHead.Empty;
        for (var commit = 0; commit < Commits; commit++)
        {
            byte[] Lines(ulong lastBuyer)
            {
                var to = new ArrayBufferWriter<byte>();
                var seq = head.Seq;
                if (commit == 0)
                {
                    writer.Write(to, ++seq, Opening, new Created(Terms, new byte[32]));
                    writer.Write(to, ++seq, Opening, new OpenedSale());
                }
                for (var i = 1; i <= HoldsInCommit; i++)
                {
                    var unit = commit * HoldsInCommit + i;
                    var buyer = new Alias(i == HoldsInCommit ? lastBuyer : Buyer, (ulong)unit);
                    writer.Write(to, ++seq, Opening, new Held(buyer, [unit], Opening + 900_000, 1, null));
                }
                return to.WrittenSpan.ToArray();
            }

            var hash = new byte[LedgerChain.HashLength];
            var genuine = Lines(Buyer);
            var count = LedgerChain.Over(head.Hash, genuine, hash);
            var stored = commit == forged ? Lines(Thief) : genuine;
            (await ledger.AppendAsync(new LedgerCommit(Stream, head.Seq + 1, count, stored, head.Hash, hash)))
                .ShouldBe(AppendOutcome.Committed);
            head = new LedgerHead(head.Seq + count, hash);
        }
        return ledger;
    }

    private static DateTimeOffset At(int seconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Opening + seconds * 1_000L);
}
