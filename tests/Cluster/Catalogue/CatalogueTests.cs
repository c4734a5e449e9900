using System.Buffers;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Catalogue;

/// <summary>
/// The index of all batches: found again in the ledger, and the one that wakes what has something to do.
/// </summary>
public sealed class CatalogueTests : IAsyncLifetime
{
    // Each test has its own cluster, because a cluster has one catalogue.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Batches_are_listed_in_the_order_they_were_added_and_a_repeat_changes_nothing()
    {
        string[] ids = ["zeta", "alpha", "mid", "beta"];
        foreach (var id in ids) await AddAsync(id);
        await _sale.Catalogue.AddAsync("zeta");
        (await ListedAsync()).ShouldBe(ids);
        (await _sale.Catalogue.ListAsync(2)).Batches.Select(batch => batch.Terms.Id).ShouldBe(["mid", "beta"]);
        (await _sale.Catalogue.ListAsync(4)).Batches.ShouldBeEmpty();
        (await _sale.Catalogue.ListAsync(5_000)).Batches.ShouldBeEmpty();

        await _sale.DeactivateAsync(_sale.Catalogue);
        (await ListedAsync()).ShouldBe(ids);
        (await _sale.Catalogue.ListAsync(0)).Batches[1].Terms.SameAs(Terms("alpha", _sale.Clock.Now)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_catalogue_that_is_behind_takes_what_it_lacks_from_the_ledger_and_keeps_its_order()
    {
        await AddAsync("zeta");
        await AddAsync("mid");
        // The batch was created, and the process ended before it was added to the catalogue.
        await _sale.Batch("alpha").Actor.CreateAsync(Terms("alpha", _sale.Clock.Now));
        await _sale.Batch("omega").Actor.CreateAsync(Terms("omega", _sale.Clock.Now));
        await _sale.DeactivateAsync(_sale.Catalogue);

        (await ListedAsync()).ShouldBe(["zeta", "mid", "alpha", "omega"]);
        await AddAsync("beta");
        await _sale.DeactivateAsync(_sale.Catalogue);
        (await ListedAsync()).ShouldBe(["zeta", "mid", "alpha", "omega", "beta"]);
    }

    [Fact]
    public async Task An_empty_grain_storage_costs_no_batch()
    {
        for (var i = 0; i < 30; i++) await AddAsync($"b-{i:00}");
        await _sale.DeactivateAsync(_sale.Catalogue);
        _sale.Documents.Clear();
        (await ListedAsync()).ShouldBe(Enumerable.Range(0, 30).Select(i => $"b-{i:00}"));
        (await _sale.Catalogue.WakeAllAsync()).ShouldBe(30);
    }

    [Fact]
    public async Task An_addition_whose_write_failed_is_there_after_all()
    {
        await AddAsync("first");
        await _sale.Batch("lost").Actor.CreateAsync(Terms("lost", _sale.Clock.Now));
        _sale.Documents.RefuseWrites();
        await Should.ThrowAsync<Exception>(() => _sale.Catalogue.AddAsync("lost"));
        await _sale.Catalogue.AddAsync("lost");
        await _sale.DeactivateAsync(_sale.Catalogue);
        (await ListedAsync()).ShouldBe(["first", "lost"]);
    }

    [Fact]
    public async Task Waking_activates_what_has_something_to_do_and_skips_what_is_settled()
    {
        await AddAsync("open");
        await AddAsync("closed");
        await CloseAsync("closed");
        await AddAsync("closed-but-held");
        var held = await _sale.Batch("closed-but-held").OrderAsync("weibo:a");
        await CloseAsync("closed-but-held");
        await DeactivateAllAsync("open", "closed", "closed-but-held");

        (await _sale.Catalogue.WakeAllAsync()).ShouldBe(2);
        IsActive("open").ShouldBeTrue();
        IsActive("closed-but-held").ShouldBeTrue();
        IsActive("closed").ShouldBeFalse();

        // The ledger gets another entry, for instance for late money. Then the batch must be woken again.
        await _sale.Batch("closed").Actor.CancelReservationAsync(_sale.Batch("closed").AliasOf("weibo:a"), 1);
        await _sale.DeactivateAsync(_sale.Batch("closed").Actor);
        await _sale.Catalogue.WakeAllAsync();
        IsActive("closed").ShouldBeTrue();

        // When its last hold has ended, the other batch is settled too.
        await _sale.Clock.AdvanceToAsync(held.PayBy.AddSeconds(31));
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        await DeactivateAllAsync("open", "closed", "closed-but-held");
        await _sale.DeactivateAsync(_sale.Catalogue);
        (await _sale.Catalogue.WakeAllAsync()).ShouldBe(1);
        IsActive("closed-but-held").ShouldBeFalse();
    }

    [Fact]
    public async Task A_batch_is_settled_by_the_end_of_its_schedule_too_but_not_while_money_is_owed()
    {
        await AddAsync("ended");
        await AddAsync("owing");
        var order = await _sale.Batch("owing").OrderAsync("weibo:a");
        await _sale.Batch("owing").PayAsync(order, "p-1");
        _sale.Payments.FallSilent();
        await _sale.Batch("owing").CancelAsync(order);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromHours(11));
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        (await _sale.Batch("ended").Actor.WakeAsync()).ShouldBeFalse();
        (await _sale.Batch("owing").Actor.WakeAsync()).ShouldBeTrue();

        _sale.Payments.Recover();
        await Eventually.HoldsAsync(
            async () =>
            {
                await _sale.Clock.AdvanceAsync(TimeSpan.FromMinutes(1));
                return !await _sale.Batch("owing").Actor.WakeAsync();
            },
            "the money is back and the batch settled");
        (await _sale.Batch("owing").StatusAsync(order)).ShouldBe(OrderStatus.Refunded);
    }

    [Fact]
    public async Task A_settled_batch_may_be_collected_and_an_open_one_stays()
    {
        // Orleans computes by the grain's clock until when a grain is kept, but collects grains by the machine's clock.
        await using var sale = await SaleHarness.StartAsync(new() { Start = DateTimeOffset.UtcNow });
        var (open, closed) = (await sale.CreateBatchAsync(), await sale.CreateBatchAsync());
        (await closed.OperateAsync(OperatorAction.Close)).Value.ShouldBe(Effect.Done);
        await sale.Clock.AdvanceAsync(Agenda.Period);
        await sale.Clock.AdvanceAsync(Agenda.Period);
        var collected = sale.WaitForDeactivationAsync(closed.Actor);

        await sale.Actors.GetGrain<IManagementGrain>(0)
            .ForceActivationCollection(TimeSpan.Zero, TestContext.Current.CancellationToken);

        await collected;
        sale.PlaceOf(open.Actor).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("first")]
    [InlineData("later")]
    public async Task A_batch_whose_ledger_is_damaged_keeps_no_other_asleep(string entry)
    {
        await AddAsync("good-1");
        if (entry == "later") await AddAsync("damaged");
        await DamageAsync("damaged");
        await AddAsync("good-2");
        await DeactivateAllAsync("good-1", "damaged", "good-2");
        await _sale.DeactivateAsync(_sale.Catalogue);
        if (entry == "first") _sale.Documents.Clear();

        (await _sale.Catalogue.WakeAllAsync()).ShouldBe(2);
        (await ListedAsync()).Where(id => id != "damaged").ShouldBe(["good-1", "good-2"]);
        (await _sale.Batch("good-2").OrderAsync("weibo:a")).Units.ShouldBe([1]);
        // A batch must not run on a ledger that cannot be read.
        await Should.ThrowAsync<Exception>(() => _sale.Batch("damaged").BuyAsync("weibo:a"));
        await Should.ThrowAsync<Exception>(
            () => _sale.Batch("damaged").Actor.CreateAsync(Terms("damaged", _sale.Clock.Now)));
    }

    [Fact]
    public async Task More_batches_than_a_page_are_all_found_and_woken()
    {
        const int Count = CataloguePage.MaxCount + 5;
        // Written as the actors would write it, without the cost of activating each of them.
        for (var i = 0; i < Count; i++)
        {
            var id = $"many-{i:0000}";
            await StoreAsync(id, LedgerHead.Empty, writer =>
                new EntryWriter(id).Write(
                    writer, 1, _sale.Clock.Now.ToUnixTimeMilliseconds(),
                    new Created(Terms(id, _sale.Clock.Now), new byte[32])));
        }
        (await ListedAsync()).ShouldBe(Enumerable.Range(0, Count).Select(i => $"many-{i:0000}"));
        (await _sale.Catalogue.WakeAllAsync()).ShouldBe(Count);
        IsActive($"many-{Count - 1:0000}").ShouldBeTrue();
    }

    private async Task AddAsync(string id)
    {
        var terms = Terms(id, _sale.Clock.Now);
        (await _sale.Batch(id).Actor.CreateAsync(terms)).Value.ShouldBe(Effect.Done);
        await _sale.Catalogue.AddAsync(id);
    }

    private async Task<List<string>> ListedAsync()
    {
        var ids = new List<string>();
        while (true)
        {
            var page = (await _sale.Catalogue.ListAsync(ids.Count)).Batches;
            page.Length.ShouldBeLessThanOrEqualTo(CataloguePage.MaxCount);
            if (page.Length == 0) return ids;
            ids.AddRange(page.Select(batch => batch.Terms.Id));
        }
    }

    private async Task CloseAsync(string id)
    {
        (await _sale.Batch(id).OperateAsync(OperatorAction.Close)).Value.ShouldBe(Effect.Done);
        await _sale.Clock.AdvanceAsync(Agenda.Period);
    }

    private Task DeactivateAllAsync(params string[] ids) =>
        Task.WhenAll(ids.Select(id => _sale.DeactivateAsync(_sale.Batch(id).Actor)));

    private bool IsActive(string id) => (_sale.PlaceOf(_sale.Batch(id).Actor) is not null);

    // Stores a line that the chain accepts and nobody can read.
    private async Task DamageAsync(string id)
    {
        var head = await _sale.Stored.ReadHeadAsync(Streams.OfBatch(id), TestContext.Current.CancellationToken);
        await StoreAsync(id, head, writer => writer.Write("{\"seq\":0}\n"u8));
    }

    private async Task StoreAsync(string id, LedgerHead head, Action<ArrayBufferWriter<byte>> write)
    {
        var lines = new ArrayBufferWriter<byte>();
        write(lines);
        var hash = new byte[LedgerChain.HashLength];
        LedgerChain.Next(head.Hash, lines.WrittenSpan[..^1], hash);
        var commit = new LedgerCommit(Streams.OfBatch(id), head.Seq + 1, 1, lines.WrittenMemory, head.Hash, hash);
        (await _sale.Stored.AppendAsync(commit, TestContext.Current.CancellationToken))
            .ShouldBe(AppendOutcome.Committed);
    }
}
