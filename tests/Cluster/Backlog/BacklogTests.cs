using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Backlog;

/// <summary>Who still waits when a batch ends is carried into the next batch that takes the backlog.</summary>
public sealed class BacklogTests : IAsyncLifetime
{
    private const string Alice = "weibo:alice", Bob = "weibo:bob", Carl = "weibo:carl";

    // Each test has its own cluster, because all batches of a cluster are of one product.
    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task Waiting_places_are_carried_at_the_opening_in_their_order_and_are_offered_units()
    {
        var first = await _sale.EndedAsync(Alice, Bob, Carl);
        _sale.StoredRanges().ShouldHaveSingleItem().Places.ShouldBe(3);
        var second = await _sale.NextAsync(backlogUnits: 2);
        await _sale.OpenAsync(second);

        (await _sale.JoinedAsync(second)).Select(joined => (joined.Buyer, joined.Origin!.Value.Place)).ShouldBe(
            [(second.AliasOf(Alice), 1), (second.AliasOf(Bob), 2), (second.AliasOf(Carl), 3)]);
        (await second.PlaceAsync(Alice)).ShouldSatisfyAllConditions(
            place => place.State.ShouldBe(PlaceState.Offered), place => place.Place.ShouldBe(1),
            place => (place.OriginBatch, place.OriginPlace).ShouldBe((first.Id, 1)));
        (await second.PlaceAsync(Carl)).State.ShouldBe(PlaceState.Waiting);
        (await first.PlaceAsync(Carl)).InBacklog.ShouldBeTrue();
        (await first.Actor.FindCarriedAsync(second.Id, 1)).Refused.ShouldBe(Refusal.NotFound);
        (await second.Actor.FindCarriedAsync(first.Id, 3)).Value!.Place.ShouldBe(3);

        // The others buy what is not for the backlog.
        for (var buyer = 0; buyer < 8; buyer++) await second.OrderAsync($"weibo:u{buyer}");
        (await second.BuyAsync("weibo:late")).Refused.ShouldBe(Refusal.SoldOut);
        var offer = (await second.PlaceAsync(Alice)).Order!.Value;
        await second.CancelAsync((await second.Actor.GetOrderAsync(offer, null)).Value!);
        (await second.PlaceAsync(Carl)).State.ShouldBe(PlaceState.Offered);
        (await _sale.Stored.AuditAsync(first.Id)).Ended.ShouldBeTrue();
        await _sale.Stored.AuditAsync(second.Id);
    }

    [Fact]
    public async Task A_carried_buyer_without_a_reservation_gets_one_so_that_lists_and_messages_find_them()
    {
        var first = await _sale.EndedAsync(Alice, Bob);
        var second = await _sale.NextAsync(backlogUnits: 2);
        await _sale.ReserveAsync(second, Bob);
        await _sale.OpenAsync(second);
        (await _sale.Reservation(second.Id, Alice).GetAsync()).Value!.Version.ShouldBe(1);
        (await _sale.Actors.GetGrain<IRosterGrain>(second.Id)
            .FindUsersAsync([second.AliasOf(Alice), second.AliasOf(Bob)])).ShouldBe([Alice, Bob]);
        (await _sale.JoinedAsync(second)).Select(joined => joined.Reservation).ShouldBe([1, 1]);
        await _sale.Stored.AuditAsync(first.Id);
    }

    [Fact]
    public async Task Several_batches_are_served_in_the_order_of_their_ends_and_a_buyer_gets_one_place()
    {
        var other = await _sale.SoldOutAsync(Alice, Carl);
        var first = await _sale.EndedAsync(Bob, Carl);
        await _sale.EndAsync(other);
        var second = await _sale.NextAsync(backlogUnits: 3);
        await _sale.OpenAsync(second);
        (await _sale.JoinedAsync(second)).Select(joined => (joined.Buyer, joined.Origin!.Value.Batch)).ShouldBe(
        [
            (second.AliasOf(Bob), first.Id), (second.AliasOf(Carl), first.Id), (second.AliasOf(Alice), other.Id),
        ]);
    }

    [Fact]
    public async Task Who_was_not_served_goes_on_to_the_batch_after_that_before_those_who_joined_later()
    {
        await _sale.EndedAsync(Alice, Bob);
        var second = await _sale.NextAsync(backlogUnits: 1, stock: 1);
        await _sale.OpenAsync(second);
        await _sale.ReserveAsync(second, Carl);
        await second.StandByAsync(Carl);
        await _sale.EndAsync(second);
        var third = await _sale.NextAsync(backlogUnits: 1);
        await _sale.OpenAsync(third);
        (await _sale.JoinedAsync(third)).Select(joined => joined.Buyer).ShouldBe(
            [third.AliasOf(Bob), third.AliasOf(Carl)]);
    }

    [Fact]
    public async Task Who_left_before_is_not_carried_and_who_leaves_afterwards_leaves_the_new_line()
    {
        var first = await _sale.EndedAsync(Alice, Bob, Carl, "weibo:dora");
        (await first.Actor.LeaveLineAsync(first.AliasOf(Alice))).Value.ShouldBe(Effect.Done);
        (await first.Actor.CancelReservationAsync(first.AliasOf(Bob), 1)).Value.ShouldBe(Effect.Done);
        (await first.Actor.LeaveLineAsync(first.AliasOf(Bob))).Value.ShouldBe(Effect.AlreadySo);
        var second = await _sale.NextAsync(backlogUnits: 1, stock: 1);
        await _sale.OpenAsync(second);
        (await _sale.JoinedAsync(second)).Select(joined => joined.Origin!.Value.Place).ShouldBe([3, 4]);

        (await second.Actor.LeaveCarriedAsync(first.Id, 4)).Value.ShouldBe(Effect.Done);
        (await second.Actor.LeaveCarriedAsync(first.Id, 4)).Value.ShouldBe(Effect.AlreadySo);
        (await second.Actor.LeaveCarriedAsync(first.Id, 3)).Refused.ShouldBe(Refusal.Conflict);
        (await second.Actor.LeaveCarriedAsync(first.Id, 1)).Refused.ShouldBe(Refusal.NotFound);
        (await second.PlaceAsync("weibo:dora")).State.ShouldBe(PlaceState.Left);
        await _sale.Stored.AuditAsync(first.Id);
    }

    [Fact]
    public async Task Who_leaves_while_their_place_is_being_carried_is_let_go_before_the_carrying_ends()
    {
        var first = await _sale.EndedAsync(Alice, Bob);
        var second = await _sale.NextAsync(backlogUnits: 1, stock: 1);
        await _sale.Clock.AdvanceToAsync(second.Terms.Schedule.SaleOpens.AddMilliseconds(-1));
        // The places are read, and the first entry of the reservations is on its way.
        using (var gate = _sale.Ledger.HoldAppends(_sale.Reservation(second.Id, Bob).Stream))
        {
            await _sale.Clock.AdvanceAsync(Agenda.Period);
            await gate.Reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            (await first.Actor.LeaveLineAsync(first.AliasOf(Bob))).Value.ShouldBe(Effect.Done);
        }
        await _sale.OpenAsync(second);
        (await second.PlaceAsync(Bob)).State.ShouldBe(PlaceState.Left);
        (await second.PlaceAsync(Alice)).State.ShouldBe(PlaceState.Offered);
    }

    [Fact]
    public async Task Users_of_another_channel_and_users_who_were_erased_are_left_out()
    {
        var first = await _sale.EndedAsync(Alice, "web-2:eve", Bob);
        (await _sale.Reservation(first.Id, Bob).EraseAsync()).Value.ShouldBe(Effect.Done);
        (await first.PlaceAsync(Bob)).State.ShouldBe(PlaceState.Left);
        var second = await _sale.NextAsync(backlogUnits: 5, change: terms => terms with { Channels = ["weibo"] });
        await _sale.OpenAsync(second);
        (await _sale.JoinedAsync(second)).Select(joined => joined.Buyer).ShouldBe([second.AliasOf(Alice)]);
        // What is not needed for the backlog is for everybody.
        for (var buyer = 0; buyer < 9; buyer++) await second.OrderAsync($"weibo:u{buyer}");
    }

    [Fact]
    public async Task As_long_as_the_backlog_cannot_be_read_its_units_wait_and_the_others_are_sold()
    {
        await _sale.EndedAsync(Alice);
        var second = await _sale.NextAsync(backlogUnits: 1, stock: 3);
        await _sale.DeactivateAsync(_sale.Backlog());
        _sale.Documents.Damage("backlog", Waves.Product);
        await _sale.Clock.AdvanceToAsync(second.Terms.Schedule.SaleOpens);
        await second.OrderAsync("weibo:u0");
        await second.OrderAsync("weibo:u1");
        await _sale.Clock.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await second.BuyAsync("weibo:u2")).ShouldBe(
            PurchaseOutcome.SoldOut((await second.BoardAsync()).Seq, mayStandBy: false));
        (await second.BoardAsync()).ShouldSatisfyAllConditions(
            board => board.ForSale.ShouldBe(0), board => board.Free.ShouldBe(1),
            board => board.MayStandBy(10).ShouldBeFalse());
    }

    [Fact]
    public async Task A_batch_that_takes_no_backlog_leaves_it_for_the_next_one_and_two_batches_never_share_it()
    {
        var first = await _sale.EndedAsync(Alice, Bob);
        var none = await _sale.NextAsync(backlogUnits: 0);
        var (second, third) = (await _sale.NextAsync(backlogUnits: 2), await _sale.NextAsync(backlogUnits: 2));
        await _sale.OpenAsync(second);
        await _sale.OpenAsync(third);
        (await _sale.JoinedAsync(none)).ShouldBeEmpty();
        var carriers = new[] { second, third };
        var joined = await Task.WhenAll(carriers.Select(_sale.JoinedAsync));
        joined.Select(each => each.Length).Order().ShouldBe([0, 2]);
        await _sale.UntilAsync(
            () => Task.FromResult(_sale.StoredRanges().Single().State == BacklogState.Carried), "it is carried");
        _sale.StoredRanges().Single().ShouldSatisfyAllConditions(
            range => range.Batch.ShouldBe(first.Id),
            range => range.AssignedTo.ShouldBe(carriers[joined[0].Length == 2 ? 0 : 1].Id));
    }

    [Fact]
    public async Task A_batch_keeps_its_users_until_its_range_is_carried_or_dropped()
    {
        var first = await _sale.SoldOutAsync(Alice);
        await first.CancelAsync((await first.Actor.ListOrdersAsync(0, 1)).Orders.Single());
        var offer = (await first.PlaceAsync(Alice)).Order!.Value;
        await _sale.ReserveAsync(first, Bob);
        await first.StandByAsync(Bob);
        await _sale.EndAsync(first);
        await first.CancelAsync((await first.Actor.GetOrderAsync(offer, null)).Value!);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromDays(first.Terms.KeepPersonalDataDays + 1));
        var by = first.AliasOf(TestBatch.Operator);
        (await first.Actor.AnonymiseAsync(by)).ShouldSatisfyAllConditions(
            answer => answer.Refused.ShouldBe(Refusal.Conflict),
            answer => answer.Detail.ShouldBe("1 buyers wait in the backlog of product mi2: drop its range"));
        (await _sale.Backlog().DropAsync(first.Id)).Value.ShouldBe(Effect.Done);
        (await first.Actor.AnonymiseAsync(by)).Value.ShouldBe(Effect.Done);
    }

    [Fact]
    public async Task A_line_of_more_places_than_a_commit_takes_is_carried_whole()
    {
        const int Places = 1_203;
        var first = await _sale.SoldOutAsync();
        for (var i = 0; i < Places; i++) await _sale.ReserveAsync(first, $"weibo:w{i}");
        for (var i = 0; i < Places; i++) await first.StandByAsync($"weibo:w{i}");
        await _sale.EndAsync(first);
        var second = await _sale.NextAsync(backlogUnits: 10);
        await _sale.OpenAsync(second);
        (await _sale.JoinedAsync(second)).Select(joined => joined.Origin!.Value.Place)
            .ShouldBe(Enumerable.Range(1, Places).Select(place => (long)place));
        (await _sale.Stored.CommitsOfAsync(second.Id)).Max(commit => commit.Count).ShouldBeLessThan(1_100);
        (await second.BoardAsync()).Standby.ShouldBe(Places - 10);
    }
}
