using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Backlog;

/// <summary>A user who was erased does not come back with a place that was on its way to the next batch.</summary>
public sealed class CarriedErasureTests : IAsyncLifetime
{
    private const string Alice = "weibo:alice", Bob = "weibo:bob";

    // Each test has its own cluster, because all batches of a cluster are of one product.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_erased_while_their_place_is_being_carried_is_not_in_the_next_batch(bool isBothAsked)
    {
        // Bob comes after those whose reservations are made at the same time.
        string[] before = [.. Enumerable.Range(0, 16).Select(number => $"weibo:w{number}")];
        var first = await _sale.EndedAsync([.. before, Bob]);
        var second = await _sale.NextAsync(backlogUnits: 1, stock: 1);
        await _sale.Clock.AdvanceToAsync(second.Terms.Schedule.SaleOpens.AddMilliseconds(-1));
        using (var gate = _sale.Ledger.HoldAppends(_sale.Reservation(second.Id, before[0]).Stream))
        {
            await _sale.Clock.AdvanceAsync(Agenda.Period);
            await gate.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            if (isBothAsked) (await _sale.Reservation(second.Id, Bob).EraseAsync()).Value.ShouldBe(Effect.AlreadySo);
            (await _sale.Reservation(first.Id, Bob).EraseAsync()).Value.ShouldBe(Effect.Done);
        }
        await _sale.OpenAsync(second);
        (await FindUserAsync(second, Bob)).ShouldBeNull("no reservation names them");
        (await _sale.JoinedAsync(second)).Select(joined => joined.Buyer).ShouldNotContain(second.AliasOf(Bob));
        (await _sale.JoinedAsync(second)).Length.ShouldBe(before.Length);
        (await _sale.Reservation(second.Id, Bob).EraseAsync()).Value.ShouldBe(Effect.AlreadySo);
        await _sale.Stored.AuditAsync(first.Id);
        await _sale.Stored.AuditAsync(second.Id);
    }

    [Fact]
    public async Task Who_is_erased_after_their_place_was_carried_is_erased_there_too_unless_an_order_needs_them()
    {
        var first = await _sale.EndedAsync(Alice, Bob);
        var second = await _sale.NextAsync(backlogUnits: 1, stock: 1);
        await _sale.OpenAsync(second);
        (await _sale.Reservation(first.Id, Bob).EraseAsync()).Value.ShouldBe(Effect.Done);
        (await FindUserAsync(first, Bob)).ShouldBeNull();
        (await FindUserAsync(second, Bob)).ShouldBeNull();
        (await second.PlaceAsync(Bob)).State.ShouldBe(PlaceState.Left);

        var order = (await second.Actor.ListOrdersOfAsync(second.AliasOf(Alice))).Orders.ShouldHaveSingleItem();
        var needed = await _sale.Reservation(first.Id, Alice).EraseAsync();
        (needed.Refused, needed.Detail).ShouldBe((Refusal.Conflict, $"order {order.Id} has not ended"));
        (await FindUserAsync(first, Alice)).ShouldBe(Alice);
        (await FindUserAsync(second, Alice)).ShouldBe(Alice);
    }

    private async Task<string?> FindUserAsync(TestBatch batch, string user) =>
        (await _sale.Actors.GetGrain<IRosterGrain>(batch.Id).FindUsersAsync([batch.AliasOf(user)])).Single();
}
