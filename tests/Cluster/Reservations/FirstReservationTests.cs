using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Reservations;

/// <summary>A user's first reservation, which is made without their actor.</summary>
public sealed class FirstReservationTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private Schedule Open => new(
        sale.Clock.Now.AddHours(-1), sale.Clock.Now.AddHours(1), sale.Clock.Now.AddHours(2),
        sale.Clock.Now.AddHours(3));

    [Fact]
    public async Task It_reads_no_stream_and_a_repeat_is_for_the_actor_which_finds_it()
    {
        var first = sale.Reservation((await sale.CreateBatchAsync()).Id, "weibo:小明");
        var made = await first.BeginAsync(Open);
        made.ShouldBe(new ReservationView(1, sale.Clock.Now, Created: true));
        sale.Ledger.ReadsOf(first.Stream).ShouldBe(0);

        sale.Clock.Advance(TimeSpan.FromMilliseconds(7));
        (await first.BeginAsync(Open)).ShouldBeNull();
        (await first.ReserveAsync(Open)).Value.ShouldBe(made! with { Created = false });
        sale.Ledger.AppendsOf(first.Stream).ShouldBe(2, "the second found the first");
    }

    [Fact]
    public async Task One_whose_answer_was_lost_is_found_by_the_actor()
    {
        var lost = sale.Reservation((await sale.CreateBatchAsync()).Id, "weibo:lost");
        sale.Ledger.LoseAnswers(1, lost.Stream);
        (await lost.BeginAsync(Open)).ShouldBeNull();
        (await lost.ReserveAsync(Open)).Value.ShouldBe(new ReservationView(1, sale.Clock.Now, Created: false));
        (await lost.CancelAsync()).Value.ShouldBe(Effect.Done);

        // The clock stands still, so the entry would be the stored one. It is no success.
        (await lost.BeginAsync(Open)).ShouldBeNull();
        (await lost.ReserveAsync(Open)).Value.ShouldBe(new ReservationView(2, sale.Clock.Now, Created: true));
    }

    [Fact]
    public async Task Outside_the_window_nothing_is_stored()
    {
        var (id, now, ms) = ((await sale.CreateBatchAsync()).Id, sale.Clock.Now, TimeSpan.FromMilliseconds(1));
        var early = sale.Reservation(id, "weibo:a");
        (await early.BeginAsync(Open with { ReservationOpens = now + ms })).ShouldBeNull();
        (await early.BeginAsync(Open with { ReservationCloses = now })).ShouldBeNull();
        sale.Ledger.AppendsOf(early.Stream).ShouldBe(0);
        (await early.BeginAsync(Open with { ReservationOpens = now, ReservationCloses = now + ms })).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_actor_that_has_found_no_reservation_tells_at_once_of_one_that_was_made_meanwhile()
    {
        var user = sale.Reservation((await sale.CreateBatchAsync()).Id, "weibo:a");
        // Twice: the second answer would rest on what the first has confirmed.
        for (var round = 0; round < 2; round++) (await user.GetAsync()).Refused.ShouldBe(Refusal.NotFound);
        var made = await user.BeginAsync(Open);
        (await user.GetAsync()).Value.ShouldBe(made! with { Created = false });
        (await user.CancelAsync()).Value.ShouldBe(Effect.Done);
    }

    [Fact]
    public async Task Each_call_of_an_actor_that_has_found_nothing_sees_what_was_made_meanwhile()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        Func<UserReservation, Task<bool>>[] calls =
        [
            async user => (await user.ReserveAsync(Open)).Value is { Created: false, Version: 1 },
            async user => (await user.Actor.ReserveForGrantAsync(user.User)).Value is { Created: false, Version: 1 },
            async user => (await user.CancelAsync()).Value == Effect.Done,
            async user => (await user.Actor.GetDeliveryAsync()) is { Refused: null, Value: null },
            async user => (await user.EraseAsync()).Value == Effect.Done,
            async user => (await user.Actor.EraseForGoodAsync()).Value == Effect.Done,
        ];
        for (var call = 0; call < calls.Length; call++)
        {
            var user = sale.Reservation(id, $"weibo:u{call}");
            (await user.GetAsync()).Refused.ShouldBe(Refusal.NotFound);
            (await user.BeginAsync(Open)).ShouldNotBeNull();
            (await calls[call](user)).ShouldBeTrue($"call {call}");
        }
    }

    [Fact]
    public async Task A_user_who_was_erased_cannot_begin_again()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var (known, unknown) = (sale.Reservation(id, "weibo:known"), sale.Reservation(id, "weibo:unknown"));
        (await known.BeginAsync(Open)).ShouldNotBeNull();
        (await known.EraseAsync()).Value.ShouldBe(Effect.Done);
        (await unknown.Actor.EraseForGoodAsync()).Refused.ShouldBeNull();
        foreach (var user in (UserReservation[])[known, unknown])
        {
            (await user.BeginAsync(Open)).ShouldBeNull();
            (await user.ReserveAsync(Open)).Refused.ShouldBe(Refusal.LimitReached);
        }
    }

    [Fact]
    public async Task Of_many_that_are_made_at_once_beside_the_actor_one_is_made_and_all_are_told_of_it()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        for (var user = 0; user < 20; user++)
        {
            var one = sale.Reservation(id, $"weibo:u{user}");
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async turn =>
                turn % 2 == 0 && await one.BeginAsync(Open) is { } begun
                    ? begun : (await FrontRetry.AskAsync(() => one.ReserveAsync(Open))).Value!));
            answers.ShouldAllBe(answer => answer.Version == 1 && answer.ReservedAt == sale.Clock.Now);
            (await sale.Stored.ReadHeadAsync(one.Stream, TestContext.Current.CancellationToken)).Seq.ShouldBe(1);
        }
    }
}
