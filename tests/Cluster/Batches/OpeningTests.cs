using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>The opening and the end of a sale are entries, which the batch writes by itself.</summary>
public sealed class OpeningTests : IAsyncLifetime
{
    // Each test has its own cluster, because each goes through its whole schedule.
    private readonly SaleHarness _sale = new();
    private BatchTerms _terms = null!;
    private TestBatch _batch = null!;

    // Opens in ten minutes.
    public async ValueTask InitializeAsync()
    {
        await _sale.InitializeAsync();
        (_terms, _batch) = (Terms("b", _sale.Clock.Now.AddMinutes(11), stock: 2), _sale.Batch("b"));
        (await _batch.Actor.CreateAsync(_terms)).Value.ShouldBe(Effect.Done);
        await _sale.Catalogue.AddAsync("b");
    }

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_sale_opens_and_ends_by_its_schedule_once_without_being_asked()
    {
        await _sale.Clock.AdvanceToAsync(_terms.Schedule.SaleOpens.AddMilliseconds(-1));
        (await TypesAsync()).ShouldBe(["Created"]);
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        (await TypesAsync()).ShouldBe(["Created", "OpenedSale"]);
        await _sale.Clock.AdvanceToAsync(_terms.Schedule.SaleCloses.AddMilliseconds(-1));
        (await TypesAsync()).ShouldBe(["Created", "OpenedSale"]);
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromDays(2));
        (await TypesAsync()).ShouldBe(["Created", "OpenedSale", "EndedSale"]);

        var entries = await _sale.Stored.EntriesOfAsync("b");
        (entries[1].At - _terms.Schedule.SaleOpens.ToUnixTimeMilliseconds())
            .ShouldBeInRange(0, (long)Agenda.Period.TotalMilliseconds);
        (entries[2].At - _terms.Schedule.SaleCloses.ToUnixTimeMilliseconds())
            .ShouldBeInRange(0, (long)Agenda.Period.TotalMilliseconds);
        entries[2].Entry.ShouldBe(new EndedSale(EndCause.Schedule));
        (await _batch.BoardAsync()).Closed.ShouldBeTrue();
        (await _sale.Stored.AuditAsync("b")).Ended.ShouldBeTrue();
    }

    [Fact]
    public async Task Another_activation_writes_what_was_missed_and_nothing_twice()
    {
        await _sale.DeactivateAsync(_batch.Actor);
        await _sale.Clock.AdvanceToAsync(_terms.Schedule.SaleOpens.AddMinutes(1));
        for (var activation = 0; activation < 3; activation++)
        {
            await WakeAsync();
            (await TypesAsync()).ShouldBe(["Created", "OpenedSale"]);
            await _sale.DeactivateAsync(_batch.Actor);
        }
        await _sale.Clock.AdvanceToAsync(_terms.Schedule.SaleCloses.AddMinutes(1));
        for (var activation = 0; activation < 3; activation++)
        {
            await WakeAsync();
            (await TypesAsync()).ShouldBe(["Created", "OpenedSale", "EndedSale"]);
            await _sale.DeactivateAsync(_batch.Actor);
            // The start does not wake a batch that has nothing left to do.
            (await _sale.Catalogue.WakeAllAsync()).ShouldBe(0);
        }
        await _sale.Stored.AuditAsync("b");
    }

    [Fact]
    public async Task A_batch_that_slept_through_its_sale_has_both_entries_in_their_order()
    {
        await _sale.DeactivateAsync(_batch.Actor);
        await _sale.Clock.AdvanceToAsync(_terms.Schedule.SaleCloses.AddHours(1));
        await WakeAsync();
        (await TypesAsync()).ShouldBe(["Created", "OpenedSale", "EndedSale"]);
        await _sale.Stored.AuditAsync("b");
    }

    [Fact]
    public async Task The_first_purchase_after_the_opening_finds_the_sale_open_before_the_timer_does()
    {
        _sale.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        (await _batch.BuyAsync("weibo:early")).Refused.ShouldBe(Refusal.SaleNotOpen);
        _sale.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await _batch.OrderAsync("weibo:a")).Seq.ShouldBe(3);
        (await TypesAsync()).ShouldBe(["Created", "OpenedSale", "Held"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_that_an_operator_closes_ends_in_the_same_commit_and_never_again(bool isOpen)
    {
        if (isOpen) await _sale.Clock.AdvanceToAsync(_terms.Schedule.SaleOpens.AddSeconds(1));
        (await _batch.OperateAsync(OperatorAction.Close)).Value.ShouldBe(Effect.Done);
        (await _batch.OperateAsync(OperatorAction.Close, key: "again")).Value.ShouldBe(Effect.AlreadySo);
        var commit = (await _sale.Stored.CommitsOfAsync("b"))[^1];
        commit.Count.ShouldBe(2);
        await _sale.DeactivateAsync(_batch.Actor);
        await _sale.Clock.AdvanceToAsync(_terms.Schedule.SaleCloses.AddDays(1));
        await WakeAsync();

        string[] expected = isOpen
            ? ["Created", "OpenedSale", "ClosedSale", "EndedSale"] : ["Created", "ClosedSale", "EndedSale"];
        (await TypesAsync()).ShouldBe(expected);
        (await _sale.Stored.EntriesOfAsync("b"))[^1].Entry.ShouldBe(new EndedSale(EndCause.Operator));
        (await _batch.BuyAsync("weibo:a")).Refused.ShouldBe(Refusal.SaleClosed);
        await _sale.Stored.AuditAsync("b");
    }

    private Task<List<string>> TypesAsync() => _sale.Stored.TypesOfAsync("b");

    private async Task WakeAsync()
    {
        await _batch.Actor.WakeAsync();
        await _sale.Clock.AdvanceAsync(Agenda.Period);
    }
}
