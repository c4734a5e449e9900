using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>Requests join commits, and nothing is told before the commit it rests on.</summary>
public sealed class GroupCommitTests(SharedSale sale) : IClassFixture<SharedSale>
{
    [Fact]
    public async Task Everything_that_arrives_while_an_append_is_in_flight_goes_out_as_one()
    {
        var id = (await sale.CreateBatchAsync(stock: 1_000)).Id;
        var batch = sale.Batch(id);
        var gate = sale.Ledger.HoldAppends(Streams.OfBatch(id));
        var first = batch.BuyAsync("weibo:first");
        await gate.Reached;

        var calls = Enumerable.Range(0, 100)
            .Select(call => batch.AskAsync(
                [.. Enumerable.Range(0, 3).Select(buyer => Wants($"weibo:u{call}-{buyer}"))])).ToList();
        // The actor takes requests in order, so the hundred calls are decided when this one is answered.
        await batch.Actor.WakeAsync();
        first.IsCompleted.ShouldBeFalse();
        calls.ShouldAllBe(call => !call.IsCompleted);
        sale.Ledger.AppendsOf(Streams.OfBatch(id)).ShouldBe(2);

        gate.Open();
        (await first).Refused.ShouldBeNull();
        foreach (var outcomes in await Task.WhenAll(calls))
            outcomes.Outcomes.ShouldAllBe(outcome => outcome.Order != null);
        (await sale.Stored.CommitsOfAsync(id)).Select(commit => commit.Count).ShouldBe([1, 2, 300]);
        (await sale.Stored.AuditAsync(id)).Units.Held.ShouldBe(301);
    }

    [Fact]
    public async Task Concurrent_calls_share_few_commits_and_never_two_appends_at_a_time()
    {
        const int Calls = 400, Each = 4;
        await using var slow = await SaleHarness.StartAsync();
        var id = (await slow.CreateBatchAsync(stock: Calls * Each)).Id;
        slow.Ledger.AppendLatency = TimeSpan.FromMilliseconds(10);
        var callers = Enumerable.Range(0, Calls).Select(call => Task.Run(() => slow.Batch(id).AskAsync(
            [.. Enumerable.Range(0, Each).Select(buyer => Wants($"weibo:u{call}-{buyer}"))])));

        var outcomes = (await Task.WhenAll(callers)).SelectMany(call => call.Outcomes).ToList();

        outcomes.ShouldAllBe(outcome => outcome.Order != null);
        outcomes.SelectMany(outcome => outcome.Order!.Units).Order().ShouldBe(Enumerable.Range(1, Calls * Each));
        slow.Ledger.MostUnderWay(Streams.OfBatch(id)).ShouldBe(1);
        slow.Ledger.AppendsOf(Streams.OfBatch(id)).ShouldBeLessThan(Calls / 4);
        (await slow.Stored.AuditAsync(id)).Units.Held.ShouldBe(Calls * Each);
    }

    [Fact]
    public async Task A_call_is_answered_in_the_order_of_its_requests_and_by_what_each_leaves()
    {
        var id = (await sale.CreateBatchAsync(stock: 3, limit: 2)).Id;
        var outcomes = (await sale.Batch(id).AskAsync(
            Wants("weibo:a", 2), Wants("weibo:b", 2), Wants("weibo:a"), Wants("weibo:b", 1, key: "k"), Wants("weibo:c"),
            Wants("weibo:b", 1, key: "k"), Wants("weibo:b", 2, key: "k"),
            Wants("weibo:d", reservation: 0), Wants("weibo:f", 0))).Outcomes;

        outcomes.Select(outcome => outcome.Refused).ShouldBe([
            null, Refusal.SoldOut, null, null, Refusal.SoldOut, null, Refusal.Conflict,
            Refusal.SoldOut, Refusal.InvalidRequest,
        ]);
        outcomes.Select(outcome => outcome.Repeated)
            .ShouldBe([false, false, true, false, false, true, false, false, false]);
        outcomes[0].Order!.Units.ShouldBe([1, 2]);
        outcomes[2].Order!.Id.ShouldBe(outcomes[0].Order!.Id);
        outcomes[5].Order!.Id.ShouldBe(outcomes[3].Order!.Id);
        outcomes[3].Order!.ShouldSatisfyAllConditions(
            order => order.Units.ShouldBe([3]),
            order => order.Buyer.ShouldBe(sale.Batch(id).AliasOf("weibo:b")),
            order => order.Batch.ShouldBe(id),
            order => order.Status.ShouldBe(OrderStatus.AwaitingPayment),
            order => order.Amount.ShouldBe(Price),
            order => order.HeldAt.ShouldBe(sale.Clock.Now),
            order => order.PayBy.ShouldBe(sale.Clock.Now.AddSeconds(900)));
    }

    [Fact]
    public async Task No_answer_of_any_kind_is_told_before_the_append_it_rests_on()
    {
        var id = (await sale.CreateBatchAsync(stock: 2)).Id;
        var batch = sale.Batch(id);
        var paid = await batch.OrderAsync("weibo:paid");
        using var gate = sale.Ledger.HoldAppends(Streams.OfBatch(id));
        var hold = batch.BuyAsync("weibo:buyer", key: "k");
        await gate.Reached;

        // Each of these answers would be wrong if the held append failed.
        Task[] answers =
        [
            hold,
            batch.BuyAsync("weibo:buyer", key: "k"),
            batch.BuyAsync("weibo:late"),
            batch.Actor.ListOrdersOfAsync(batch.AliasOf("weibo:buyer")),
            batch.Actor.ListOrdersAsync(0, 10),
            batch.PayAsync(paid, "p-1"),
            batch.PayAsync(paid, "p-1"),
            batch.Actor.GetOrderAsync(paid.Seq, null),
            batch.Actor.CancelReservationAsync(batch.AliasOf("weibo:other"), 1),
            batch.Actor.GetCancelledVersionAsync(batch.AliasOf("weibo:other")),
            batch.OperateAsync(OperatorAction.Pause),
            batch.OperateAsync(OperatorAction.Pause),
            batch.Actor.CreateAsync(Terms(id, sale.Clock.Now, stock: 99)),
        ];
        // Each is answered after all requests before it have had a turn.
        await batch.Actor.WakeAsync();
        await batch.Actor.WakeAsync();
        answers.ShouldAllBe(answer => !answer.IsCompleted);
        (await sale.Stored.CommitsOfAsync(id)).Count.ShouldBe(2);

        gate.Open();
        await Task.WhenAll(answers);
        (await hold).Refused.ShouldBeNull();
        (await batch.BuyAsync("weibo:late")).Refused.ShouldBe(Refusal.Paused);
        (await batch.StatusAsync(paid)).ShouldBe(OrderStatus.Paid);
        (await sale.Stored.TypesOfAsync(id))
            .ShouldBe(["Created", "OpenedSale", "Held", "Held", "Sold", "ReservationCancelled", "PausedSale"]);
        await sale.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task A_board_never_shows_what_is_not_committed()
    {
        await using var slow = await SaleHarness.StartAsync();
        var id = (await slow.CreateBatchAsync(stock: 300)).Id;
        var batch = slow.Batch(id);
        slow.Ledger.AppendLatency = TimeSpan.FromMilliseconds(5);
        var buying = Task.WhenAll(Enumerable.Range(0, 60).Select(async call =>
        {
            for (var i = 0; i < 5; i++)
            {
                var order = await batch.OrderAsync($"weibo:u{call}-{i}");
                if (call % 2 == 0) (await batch.CancelAsync(order)).Refused.ShouldBeNull();
                else (await batch.PayAsync(order, $"p-{order.Seq}")).Value.ShouldBe(CaptureResult.Sold);
            }
        }));
        var boards = new List<BatchSnapshot>();
        while (!buying.IsCompleted) boards.Add(await batch.BoardAsync());
        await buying;
        boards.Add(await batch.BoardAsync());

        boards.Select(board => board.Seq).ShouldBeInOrder();
        boards.Select(board => board.Seq).Distinct().Count().ShouldBeGreaterThan(3);
        await boards.RequireCommittedAsync(slow.Stored, id);
        boards[^1].ShouldSatisfyAllConditions(
            board => board.Sold.ShouldBe(150), board => board.Free.ShouldBe(150), board => board.Touches.ShouldBe(600));
    }

    [Fact]
    public async Task A_board_read_while_an_append_is_held_shows_nothing_of_it()
    {
        var id = (await sale.CreateBatchAsync(stock: 5)).Id;
        var batch = sale.Batch(id);
        using var gate = sale.Ledger.HoldAppends(Streams.OfBatch(id));
        var hold = batch.BuyAsync("weibo:a");
        await gate.Reached;
        var read = batch.Actor.ReadBoardAsync(0);
        await batch.Actor.WakeAsync();

        gate.Open();
        var board = (await read)!;
        await hold;

        // Whenever the board is read, it shows one state of the ledger: the hold is in it as a whole, or not at all.
        await new[] { board.Snapshot }.RequireCommittedAsync(sale.Stored, id);
        board.Touches.Length.ShouldBe(board.Snapshot.Touches);
        (await batch.BoardAsync()).Held.ShouldBe(1);
    }

    [Fact]
    public async Task Every_entry_about_a_user_touches_their_alias_and_the_board_tells_the_touches_in_pages()
    {
        var id = (await sale.CreateBatchAsync(stock: 70_000, limit: 2)).Id;
        var batch = sale.Batch(id);
        const int Buyers = 66_000, Each = 1_000;
        for (var first = 0; first < Buyers; first += Each)
            await batch.AskAsync([.. Enumerable.Range(first, Each).Select(buyer => Wants($"weibo:u{buyer}"))]);
        var again = await batch.OrderAsync("weibo:u7", key: "second");
        (await batch.PayAsync(again, "touched")).Value.ShouldBe(CaptureResult.Sold);
        await batch.CancelByOperatorAsync(again);
        (await batch.Actor.CancelReservationAsync(batch.AliasOf("weibo:gone"), 1)).Value.ShouldBe(Effect.Done);
        (await batch.BuyAsync("weibo:refused", 3)).Refused.ShouldBe(Refusal.LimitReached);
        await batch.OperateAsync(OperatorAction.Pause);

        var touches = new List<ulong>();
        for (var known = 1; touches.Count < known;)
        {
            var update = (await batch.Actor.ReadBoardAsync(touches.Count))!;
            update.Touches.Length.ShouldBeInRange(1, BoardUpdate.MaxTouches);
            known = update.Snapshot.Touches;
            touches.AddRange(update.Touches);
        }

        // Held, sold, released and owed back are four entries about the same buyer.
        var expected = Enumerable.Range(0, Buyers).Select(buyer => $"weibo:u{buyer}")
            .Concat(Enumerable.Repeat("weibo:u7", 4)).Append("weibo:gone").Select(user => batch.AliasOf(user).High);
        touches.ShouldBe(expected);
        (await batch.Actor.ReadBoardAsync(touches.Count))!.Touches.ShouldBeEmpty();
        (await batch.Actor.ReadBoardAsync(touches.Count + 1_000))!.Touches.ShouldBeEmpty();

        // A position means the same on the next activation.
        await sale.DeactivateAsync(batch.Actor);
        (await FrontRetry.AskAsync(() => batch.Actor.ReadBoardAsync(65_000)))!.Touches.ShouldBe(touches.Skip(65_000));
    }

    [Fact]
    public async Task The_count_of_reservations_on_the_board_keeps_up()
    {
        var id = (await sale.CreateBatchAsync()).Id;
        var schedule = Terms(id, sale.Clock.Now).Schedule with
        {
            ReservationCloses = sale.Clock.Now.AddMinutes(-0.5)
            .AddMinutes(1)
        };
        (await sale.Batch(id).BoardAsync()).Reserved.ShouldBe(0);

        foreach (var user in new[] { "a", "b", "c" })
            await sale.Reservation(id, $"weibo:{user}").ReserveAsync(schedule);
        // The count comes from storage. By the machine's own clock it is at most 2 s old.
        await Eventually.HoldsAsync(
            async () => (await sale.Batch(id).BoardAsync()).Reserved == 3, "three reservations show");

        await sale.Reservation(id, "weibo:b").CancelAsync();
        await Eventually.HoldsAsync(
            async () => (await sale.Batch(id).BoardAsync()).Reserved == 2, "a cancelled one no longer shows");
    }

    [Fact]
    public async Task A_batch_that_was_never_created_has_no_board_and_no_timer_and_writes_nothing()
    {
        var timers = sale.Clock.GrainTimers;
        var batch = sale.Batch("never");
        (await batch.Actor.ReadBoardAsync(0)).ShouldBeNull();
        (await batch.BuyAsync("weibo:a")).Refused.ShouldBe(Refusal.NotFound);
        (await batch.Actor.GetOrderAsync(2, null)).Refused.ShouldBe(Refusal.NotFound);
        (await batch.Actor.CaptureAsync(new Capture(2, SoleProvider.Name, "p", null, Price))).Refused.ShouldBe(
            Refusal.NotFound);
        (await batch.Actor.CancelReservationAsync(batch.AliasOf("weibo:a"), 1)).Refused.ShouldBe(Refusal.NotFound);
        (await batch.OperateAsync(OperatorAction.Close)).Refused.ShouldBe(Refusal.NotFound);
        (await batch.Actor.WakeAsync()).ShouldBeFalse();
        (await sale.Stored.CommitsOfAsync("never")).ShouldBeEmpty();
        sale.Clock.GrainTimers.ShouldBe(timers);
    }

    [Fact]
    public async Task Of_concurrent_creations_one_creates_and_the_others_find_it()
    {
        var terms = Terms("raced", sale.Clock.Now);
        var other = terms with { Stock = 11 };
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => sale.Batch("raced").Actor.CreateAsync(i % 2 == 0 ? terms : other)));
        answers.Count(answer => answer is { Refused: null, Value: Effect.Done }).ShouldBe(1);
        answers.Count(answer => answer is { Refused: null, Value: Effect.AlreadySo }).ShouldBe(9);
        answers.Count(answer => answer.Refused == Refusal.Conflict).ShouldBe(10);
        (await sale.Stored.TypesOfAsync("raced")).ShouldBe(["Created"]);
    }
}
