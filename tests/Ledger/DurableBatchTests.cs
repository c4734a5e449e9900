using Microsoft.Extensions.Time.Testing;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Ledger;

public class DurableBatchTests
{
    private readonly MemoryLedger _ledger = new();
    private readonly List<Exception> _abandoned = [];

    [Fact]
    public async Task Half_of_a_decision_is_never_stored()
    {
        var batch = await CreateAsync();

        Should.Throw<InconsistentEntryException>(
            () => batch.Take(new Decision<bool>(true, new OpenedSale(), new OpenedSale()), batch.Now));

        _abandoned.ShouldHaveSingleItem();
        await Should.ThrowAsync<SaleUnavailableException>(() => batch.Journal.WhenDurableAsync(true));
        var head = await _ledger.ReadHeadAsync(Streams.OfBatch(batch.Id), TestContext.Current.CancellationToken);
        head.Seq.ShouldBe(1);
    }

    private async Task<DurableBatch> CreateAsync()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2012, 12, 21, 4, 0, 0, TimeSpan.Zero));
        var batch = new DurableBatch(
            "mi2-1", new SaleBatch(), LedgerHead.Empty, _ledger, clock, graceMilliseconds: 0, _abandoned.Add);
        var terms = Requests.Terms(batch.Id, clock.GetUtcNow());
        return await batch.CommitAsync(new Decision<DurableBatch>(batch, new Created(terms, new byte[32])), batch.Now);
    }
}
