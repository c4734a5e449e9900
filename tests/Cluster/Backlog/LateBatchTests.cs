using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Backlog;

/// <summary>A batch that takes the backlog opens while an earlier batch, which should have ended, is behind.</summary>
public sealed class LateBatchTests : IAsyncLifetime
{
    private const string Alice = "weibo:alice", Bob = "weibo:bob";

    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task It_has_one_that_could_not_end_in_time_end_and_hand_over()
    {
        var first = await ListedAsync(_sale.SoldOutAsync(EndsSoon, Alice, Bob));
        var second = await NextAsync(first, minutes: 1, lasts: 60);
        await _sale.DeactivateAsync(first.Actor);
        await _sale.OpenAsync(second);
        await RequireCarriedAsync(second);
        await _sale.Stored.AuditAsync(first.Id);
    }

    [Fact]
    public async Task It_waits_for_one_that_has_ended_while_it_was_still_to_carry_its_own()
    {
        var first = await ListedAsync(_sale.SoldOutAsync(EndsSoon, Alice, Bob));
        var second = await NextAsync(first, minutes: 1, lasts: 1);
        var third = await NextAsync(second, minutes: 1, lasts: 60);
        await _sale.DeactivateAsync(first.Actor);
        await _sale.DeactivateAsync(second.Actor);
        await _sale.OpenAsync(third);
        await RequireCarriedAsync(second);
        await RequireCarriedAsync(third);
        await _sale.Stored.AuditAsync(second.Id);
    }

    [Fact]
    public async Task It_does_not_wait_for_one_whose_sale_goes_on()
    {
        var first = await ListedAsync(_sale.SoldOutAsync(EndsSoon, Alice, Bob));
        var second = await ListedAsync(_sale.NextAsync(backlogUnits: 1, change: terms => terms with
        {
            Schedule = OpensAt(terms.Schedule, first.Terms.Schedule.SaleCloses.AddMinutes(-1)),
        }));
        await _sale.OpenAsync(second);
        (await _sale.JoinedAsync(second)).ShouldBeEmpty();
        (await first.Actor.HandOverBacklogAsync(first.Terms.Schedule.SaleCloses.AddMilliseconds(-1))).ShouldBeTrue();
        (await first.Actor.HandOverBacklogAsync(first.Terms.Schedule.SaleCloses)).ShouldBeFalse();
    }

    // A minute of fake time is sixty ticks of each batch. It opened a minute ago.
    private static BatchTerms EndsSoon(BatchTerms terms) => terms with
    {
        Schedule = terms.Schedule with { SaleCloses = terms.Schedule.SaleOpens.AddMinutes(3) },
    };

    private static Schedule OpensAt(Schedule schedule, DateTimeOffset opens) =>
        schedule with { ReservationCloses = opens, SaleOpens = opens };

    private Task<TestBatch> NextAsync(TestBatch after, int minutes, int lasts)
    {
        var opens = after.Terms.Schedule.SaleCloses.AddMinutes(minutes);
        return ListedAsync(_sale.NextAsync(backlogUnits: 1, change: terms => terms with
        {
            Schedule = OpensAt(terms.Schedule, opens) with { SaleCloses = opens.AddMinutes(lasts) },
        }));
    }

    private async Task<TestBatch> ListedAsync(Task<TestBatch> creating)
    {
        var batch = await creating;
        await _sale.Actors.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(batch.Id);
        return batch;
    }

    private async Task RequireCarriedAsync(TestBatch batch) =>
        (await _sale.JoinedAsync(batch)).Select(joined => joined.Buyer).ShouldBe(
            [batch.AliasOf(Alice), batch.AliasOf(Bob)]);
}
