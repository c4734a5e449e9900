using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Reservations;

/// <summary>A user's registration, its versions and its end.</summary>
public sealed class ReservationTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private const int Attempts = Journal<int>.MaxAttempts;

    private Schedule Open => new(
        sale.Clock.Now.AddHours(-1), sale.Clock.Now.AddHours(1), sale.Clock.Now.AddHours(2),
        sale.Clock.Now.AddHours(3));

    [Fact]
    public async Task Reserving_again_returns_what_is_there_and_after_a_cancellation_a_new_version()
    {
        var reservation = sale.Reservation((await sale.CreateBatchAsync()).Id, "weibo:小明");
        (await reservation.GetAsync()).Refused.ShouldBe(Refusal.NotFound);
        var first = (await reservation.ReserveAsync(Open)).Value!;
        first.ShouldBe(new ReservationView(1, sale.Clock.Now, Created: true));
        sale.Clock.Advance(TimeSpan.FromMilliseconds(7));
        (await reservation.ReserveAsync(Open)).Value.ShouldBe(first with { Created = false });
        (await reservation.GetAsync()).Value.ShouldBe(first with { Created = false });

        (await reservation.CancelAsync()).Value.ShouldBe(Effect.Done);
        (await reservation.CancelAsync()).Value.ShouldBe(Effect.AlreadySo);
        (await reservation.GetAsync()).Refused.ShouldBe(Refusal.NotFound);
        (await reservation.ReserveAsync(Open)).Value.ShouldBe(new ReservationView(2, sale.Clock.Now, Created: true));
        await sale.DeactivateAsync(reservation.Actor);
        (await reservation.ReserveAsync(Open)).Value!.ShouldSatisfyAllConditions(
            view => view.Version.ShouldBe(2), view => view.Created.ShouldBeFalse());
    }

    [Fact]
    public async Task Cancelling_what_was_never_reserved_changes_nothing()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        (await sale.Reservation(id, "weibo:a").CancelAsync()).Value.ShouldBe(Effect.AlreadySo);
        sale.Ledger.AppendsOf(sale.Reservation(id, "weibo:a").Stream).ShouldBe(0);
        (await sale.Stored.TypesOfAsync(id)).ShouldBe(["Created"]);
    }

    [Fact]
    public async Task The_window_includes_its_beginning_and_excludes_its_end()
    {
        var (id, now, ms) = ((await sale.CreateBatchAsync()).Id, sale.Clock.Now, TimeSpan.FromMilliseconds(1));
        var reservation = sale.Reservation(id, "weibo:a");
        (await reservation.ReserveAsync(Open with { ReservationOpens = now + ms })).Refused.ShouldBe(
            Refusal.ReservationClosed);
        (await reservation.ReserveAsync(Open with { ReservationCloses = now })).Refused.ShouldBe(
            Refusal.ReservationClosed);
        (await reservation.ReserveAsync(Open with { ReservationOpens = now, ReservationCloses = now + ms }))
            .Value!.Created.ShouldBeTrue();
        // Outside the window even a repeat is refused as closed. The reservation can still be read and cancelled.
        (await reservation.ReserveAsync(Open with { ReservationCloses = now })).Refused.ShouldBe(
            Refusal.ReservationClosed);
        (await reservation.GetAsync()).Value!.Version.ShouldBe(1);
        (await reservation.CancelAsync()).Value.ShouldBe(Effect.Done);
    }

    [Fact]
    public async Task After_twenty_changes_there_are_no_more()
    {
        var reservation = sale.Reservation((await sale.CreateBatchAsync()).Id, "weibo:a");
        for (var change = 0; change < IReservationGrain.MaxChanges; change += 2)
        {
            (await reservation.ReserveAsync(Open)).Value!.Version.ShouldBe((change / 2) + 1);
            (await reservation.CancelAsync()).Value.ShouldBe(Effect.Done);
        }
        (await reservation.ReserveAsync(Open)).Refused.ShouldBe(Refusal.LimitReached);
        await sale.DeactivateAsync(reservation.Actor);
        (await reservation.ReserveAsync(Open)).Refused.ShouldBe(Refusal.LimitReached);
        (await reservation.GetAsync()).Refused.ShouldBe(Refusal.LimitReached);
        (await reservation.CancelAsync()).Value.ShouldBe(Effect.AlreadySo);
    }

    [Fact]
    public async Task A_live_order_keeps_its_reservation_and_an_ended_one_does_not()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var reservation = sale.Reservation(id, "weibo:a");
        await reservation.ReserveAsync(Open);
        var order = await sale.Batch(id).OrderAsync("weibo:a");
        var conflict = await reservation.CancelAsync();
        conflict.Refused.ShouldBe(Refusal.Conflict);
        conflict.Detail!.ShouldContain(order.Id);
        (await reservation.GetAsync()).Value!.Version.ShouldBe(1);
        (await sale.Batch(id).PayAsync(order, "res-1")).Value.ShouldBe(CaptureResult.Sold);
        (await reservation.CancelAsync()).Refused.ShouldBe(Refusal.Conflict);
        await sale.Batch(id).CancelAsync(order);
        (await reservation.CancelAsync()).Value.ShouldBe(Effect.Done);
        (await reservation.GetAsync()).Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public async Task A_cancelled_version_buys_nothing_and_the_next_one_does()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var (reservation, batch) = (sale.Reservation(id, "weibo:a"), sale.Batch(id));
        await reservation.ReserveAsync(Open);
        await reservation.CancelAsync();
        var outcomes = (await batch.AskAsync(
            Wants("weibo:a"), Wants("weibo:a", byTicket: false),
            Wants("weibo:a", reservation: 0, byTicket: false))).Outcomes;
        outcomes.Select(outcome => outcome.Refused)
            .ShouldBe([Refusal.TicketInvalid, Refusal.NotReserved, Refusal.NotReserved]);
        (await reservation.ReserveAsync(Open)).Value!.Version.ShouldBe(2);
        (await batch.AskAsync(Wants("weibo:a", reservation: 2))).Outcomes.Single().Order.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_cancellation_cut_off_between_its_two_entries_is_finished_before_anything_is_answered()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var reservation = sale.Reservation(id, "weibo:a");
        var stream = reservation.Stream;
        await reservation.ReserveAsync(Open);
        sale.Ledger.FailAppends(Attempts, stream);
        await Should.ThrowAsync<SaleUnavailableException>(reservation.CancelAsync);
        (await sale.Batch(id).Actor.GetCancelledVersionAsync(sale.Batch(id).AliasOf("weibo:a"))).ShouldBe(1);
        (await sale.Stored.ReadHeadAsync(stream, TestContext.Current.CancellationToken)).Seq.ShouldBe(1);

        // The first question after the crash. No ticket may be given out for a version that the batch refuses.
        var again = (await reservation.ReserveAsync(Open)).Value!;

        again.ShouldSatisfyAllConditions(view => view.Created.ShouldBeTrue(), view => view.Version.ShouldBe(2));
        (await sale.Stored.ReadHeadAsync(stream, TestContext.Current.CancellationToken)).Seq.ShouldBe(3);
        (await sale.Batch(id).AskAsync(Wants("weibo:a", reservation: 2))).Outcomes.Single().Order.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_half_done_cancellation_that_cannot_be_finished_yet_is_not_talked_over()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var reservation = sale.Reservation(id, "weibo:a");
        var stream = reservation.Stream;
        await reservation.ReserveAsync(Open);
        sale.Ledger.FailAppends(2 * Attempts, stream);
        await Should.ThrowAsync<SaleUnavailableException>(reservation.CancelAsync);
        // Each activation tries to finish the cancellation and fails. The answer that comes in the end is right.
        (await FrontRetry.AskAsync(reservation.GetAsync)).Refused.ShouldBe(Refusal.NotFound);
        sale.Ledger.AppendsOf(stream).ShouldBe(1 + (2 * Attempts) + 1);
    }

    [Fact]
    public async Task A_cancellation_whose_answer_the_batch_lost_is_found_out_before_anything_else_is_answered()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var reservation = sale.Reservation(id, "weibo:a");
        await reservation.ReserveAsync(Open);
        sale.Ledger.LoseAnswers(Attempts, Streams.OfBatch(id));
        await Should.ThrowAsync<SaleUnavailableException>(reservation.CancelAsync);

        // The batch refuses version 1 from now on, so this activation must not give it out again.
        var after = (await reservation.ReserveAsync(Open)).Value!;
        (await sale.Batch(id).AskAsync(
            Wants("weibo:a", reservation: after.Version))).Outcomes.Single().Refused.ShouldBeNull();
    }

    [Fact]
    public async Task A_reservation_whose_append_fails_for_good_is_told_to_nobody_and_may_be_repeated()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var reservation = sale.Reservation(id, "weibo:a");
        sale.Ledger.LoseAnswers(Attempts, reservation.Stream);
        await Should.ThrowAsync<SaleUnavailableException>(() => reservation.ReserveAsync(Open));
        (await reservation.ReserveAsync(Open)).Value!.ShouldSatisfyAllConditions(
            view => view.Version.ShouldBe(1), view => view.Created.ShouldBeFalse());
    }

    [Fact]
    public async Task An_activation_that_another_has_overtaken_tells_nothing_of_its_old_state()
    {
        await using var other = await SaleHarness.StartAsync(new() { Beside = sale });
        var id = (await sale.CreateBatchAsync()).Id;
        var (stale, fresh) = (sale.Reservation(id, "weibo:a"), other.Reservation(id, "weibo:a"));
        await stale.ReserveAsync(Open);
        for (var round = 0; round < 2; round++)
        {
            (await stale.GetAsync()).Value!.Version.ShouldBe(1);
            await Eventually.ConfirmationsAreOldAsync();
        }
        (await fresh.CancelAsync()).Value.ShouldBe(Effect.Done);
        await Eventually.ConfirmationsAreOldAsync();

        await Should.ThrowAsync<LedgerFencedException>(stale.GetAsync);
        // The batch of this cluster is behind too, and may have to find that out first.
        (await FrontRetry.AskAsync(stale.GetAsync)).Refused.ShouldBe(Refusal.NotFound);
    }

    [Fact]
    public async Task The_roster_lists_who_holds_a_reservation_page_by_page_in_the_order_of_aliases()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        // A batch whose id begins with this one's has a roster of its own.
        await sale.Reservation($"{id}0", "weibo:stranger").ReserveAsync(Open);
        var users = Enumerable.Range(0, 25).Select(user => $"weibo:u{user:00}").Append("weibo:小明").ToList();
        foreach (var user in users) await sale.Reservation(id, user).ReserveAsync(Open);
        foreach (var user in users.Where((_, at) => at % 5 == 0)) await sale.Reservation(id, user).CancelAsync();
        await sale.Reservation(id, users[5]).ReserveAsync(Open);

        var roster = sale.Actors.GetGrain<IRosterGrain>(id);
        var (listed, pages) = (new List<RosterEntry>(), 0);
        Alias? next = null;
        do
        {
            var page = await roster.ListAsync(next, 10);
            page.Reservations.Length.ShouldBeLessThanOrEqualTo(10);
            listed.AddRange(page.Reservations);
            next = page.Next;
            pages++;
        }
        while (next is not null && pages < 10);

        pages.ShouldBe(3);
        listed.Select(entry => entry.User).ShouldBe(users.Where((_, at) => at % 5 != 0 || at == 5), ignoreOrder: true);
        listed.ShouldAllBe(entry => entry.Alias == sale.Batch(id).AliasOf(entry.User));
        listed.Select(entry => entry.Alias.ToString()).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        listed.Single(entry => entry.User == users[5]).Version.ShouldBe(2);
        listed.ShouldAllBe(entry => entry.ReservedAt == sale.Clock.Now);
        (await sale.Actors.GetGrain<IRosterGrain>("nobody").ListAsync(null, 10)).ShouldSatisfyAllConditions(
            page => page.Reservations.ShouldBeEmpty(), page => page.Next.ShouldBeNull());
        (await sale.Stored.CountOpenAsync(Streams.OfReservations(id), TestContext.Current.CancellationToken))
            .ShouldBe(listed.Count);
    }

    [Fact]
    public async Task The_users_of_aliases_are_found_in_their_order_and_nobody_where_none_is_known()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        string[] users = [.. Enumerable.Range(0, 40).Select(user => $"weibo:u{user}"), "weibo:小明"];
        foreach (var user in users) await sale.Reservation(id, user).ReserveAsync(Open);
        // A user who cancelled is still known; an erased user is not.
        await sale.Reservation(id, users[3]).CancelAsync();
        await sale.Reservation(id, users[7]).EraseAsync();
        var damaged = sale.Reservation(id, users[9]).Stream;
        sale.Stored.Tamper(damaged, commits =>
            [.. commits.Select(commit => commit with { Entries = "{}\n"u8.ToArray() })]);

        var asked = users.Append("weibo:stranger").Reverse().ToArray();
        var found = await sale.Actors.GetGrain<IRosterGrain>(id)
            .FindUsersAsync([.. asked.Select(sale.Batch(id).AliasOf)]);

        found.ShouldBe(asked.Select(
            user => user == users[7] || user == users[9] || user == "weibo:stranger" ? null : user));
    }
}
