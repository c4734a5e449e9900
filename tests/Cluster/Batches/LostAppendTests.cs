using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>An append without an answer is unknown, and the engine finds out rather than guess.</summary>
public sealed class LostAppendTests(SharedSale sale) : IClassFixture<SharedSale>
{
    // Journal is generic, but its constant is the same for every argument.
    private const int Attempts = Journal<int>.MaxAttempts;

    [Fact]
    public async Task A_lost_answer_is_found_out_by_the_identical_row_and_the_buyer_gets_one_order()
    {
        var id = (await sale.CreateBatchAsync(stock: 3)).Id;
        sale.Ledger.LoseAnswers(1, Streams.OfBatch(id));

        var order = await sale.Batch(id).OrderAsync("weibo:a", key: "k");

        order.Units.ShouldBe([1]);
        sale.Ledger.AppendsOf(Streams.OfBatch(id)).ShouldBe(3);
        (await sale.Batch(id).BuyAsync("weibo:a", key: "k")).ShouldSatisfyAllConditions(
            again => again.Repeated.ShouldBeTrue(), again => again.Order!.Id.ShouldBe(order.Id));
        (await sale.Stored.TypesOfAsync(id)).ShouldBe(["Created", "OpenedSale", "Held"]);
        await sale.Stored.AuditAsync(id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_that_fails_several_times_and_then_works_is_an_append(bool isStored)
    {
        var id = (await sale.CreateBatchAsync(stock: 3)).Id;
        var stream = Streams.OfBatch(id);
        if (isStored) sale.Ledger.LoseAnswers(Attempts - 1, stream);
        else sale.Ledger.FailAppends(Attempts - 1, stream);

        // The entries that gather behind the failing append are not lost either.
        string[] users = ["weibo:a", "weibo:b", "weibo:c"];
        var outcomes = await Task.WhenAll(
            users.Select(user => FrontRetry.AskAsync(() => sale.Batch(id).BuyAsync(user, key: "k"))));

        outcomes.Select(outcome => outcome.Order!.Units.Single()).ShouldBe([1, 2, 3]);
        sale.Ledger.AppendsOf(stream).ShouldBe(1 + Attempts + 1);
        (await sale.Stored.AuditAsync(id)).Units.Held.ShouldBe(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_that_fails_for_good_answers_nobody_and_the_next_activation_tells_how_it_went(
        bool isStored)
    {
        var id = (await sale.CreateBatchAsync(stock: 1)).Id;
        var (stream, batch) = (Streams.OfBatch(id), sale.Batch(id));
        if (isStored) sale.Ledger.LoseAnswers(Attempts, stream);
        else sale.Ledger.FailAppends(Attempts, stream);
        using var gate = sale.Ledger.HoldAppends(stream);
        var hold = batch.BuyAsync("weibo:a", key: "k");
        await gate.Reached;
        // One answer depends on the failing append, the others on the next one. No caller may get an answer. Some
        // callers give up early, on a busy machine even before the activation gives up.
        Task[] hasty = [hold, batch.BuyAsync("weibo:b"), batch.Actor.ReadBoardAsync(0)];
        Task[] patient =
        [
            batch.Actor.GetOrderAsync(3, null), batch.OperateAsync(OperatorAction.Restock, 5),
            batch.Actor.CancelReservationAsync(batch.AliasOf("weibo:c"), 1),
        ];
        await batch.Actor.WakeAsync();
        var died = sale.WaitForDeactivationAsync(batch.Actor);
        gate.Open();

        foreach (var answer in patient) await Should.ThrowAsync<SaleUnavailableException>(() => answer);
        foreach (var answer in hasty) await Unanswered.ShouldBeAsync(() => answer);
        await died;

        (await sale.Stored.TypesOfAsync(id)).ShouldBe(isStored ? ["Created", "OpenedSale", "Held"] : ["Created"]);
        var again = await batch.BuyAsync("weibo:a", key: "k");
        again.Repeated.ShouldBe(isStored);
        again.Order!.ShouldSatisfyAllConditions(order => order.Seq.ShouldBe(3), order => order.Units.ShouldBe([1]));
        (await batch.BuyAsync("weibo:b")).Refused.ShouldBe(Refusal.SoldOut);
        (await batch.BoardAsync())
            .ShouldSatisfyAllConditions(board => board.Stock.ShouldBe(1), board => board.Held.ShouldBe(1));
        await sale.Stored.AuditAsync(id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_creation_that_fails_for_good_may_be_repeated(bool isStored)
    {
        var terms = Terms($"reborn-{isStored}".ToLowerInvariant(), sale.Clock.Now);
        var batch = sale.Batch(terms.Id);
        if (isStored) sale.Ledger.LoseAnswers(Attempts, Streams.OfBatch(terms.Id));
        else sale.Ledger.FailAppends(Attempts, Streams.OfBatch(terms.Id));
        await Should.ThrowAsync<SaleUnavailableException>(() => batch.Actor.CreateAsync(terms));

        (await batch.Actor.CreateAsync(terms)).Value.ShouldBe(isStored ? Effect.AlreadySo : Effect.Done);
        (await batch.Actor.CreateAsync(terms)).Value.ShouldBe(Effect.AlreadySo);
        (await batch.OrderAsync("weibo:a")).Seq.ShouldBe(3);
    }

    [Fact]
    public async Task A_capture_whose_append_fails_for_good_is_recorded_once_when_the_provider_asks_again()
    {
        var id = (await sale.CreateBatchAsync(stock: 1)).Id;
        var batch = sale.Batch(id);
        var order = await batch.OrderAsync("weibo:a");
        sale.Ledger.LoseAnswers(Attempts, Streams.OfBatch(id));
        await Should.ThrowAsync<SaleUnavailableException>(() => batch.PayAsync(order, "p-1"));

        (await batch.PayAsync(order, "p-1")).Value.ShouldBe(CaptureResult.AlreadyRecorded);
        (await batch.StatusAsync(order)).ShouldBe(OrderStatus.Paid);
        (await sale.Stored.AuditAsync(id)).PaymentOf("p-1").End.ShouldBe(PaymentEnd.Sold);
    }

    [Fact]
    public async Task An_unreachable_ledger_makes_the_batch_unavailable_until_it_is_back()
    {
        await using var own = await SaleHarness.StartAsync();
        var id = (await own.CreateBatchAsync(stock: 2)).Id;
        var order = await own.Batch(id).OrderAsync("weibo:a");
        own.Ledger.IsDown = true;
        await Unanswered.ShouldBeAsync(() => own.Batch(id).BuyAsync("weibo:b"));
        // Now the ledger cannot be read either, so no activation can answer.
        await Unanswered.ShouldBeAsync(() => own.Batch(id).Actor.GetOrderAsync(order.Seq, null));

        own.Ledger.IsDown = false;
        (await own.Batch(id).StatusAsync(order)).ShouldBe(OrderStatus.AwaitingPayment);
        (await own.Batch(id).BuyAsync("weibo:b")).Order!.Units.ShouldBe([2]);
        await own.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task A_ledger_that_fails_in_a_way_of_its_own_ends_the_activation_like_any_other_failure()
    {
        var id = (await sale.CreateBatchAsync(stock: 2)).Id;
        var batch = sale.Batch(id);
        sale.Ledger.BreakNextAppend(Streams.OfBatch(id), new InvalidOperationException("nobody expects this"));
        await Should.ThrowAsync<SaleUnavailableException>(() => batch.BuyAsync("weibo:a"));

        // An activation that can no longer commit must not stay and refuse everybody.
        (await batch.BuyAsync("weibo:a")).Order.ShouldNotBeNull();
        await sale.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task A_deactivation_with_entries_pending_loses_nothing_that_is_told()
    {
        var id = (await sale.CreateBatchAsync(stock: 20)).Id;
        var batch = sale.Batch(id);
        var gate = sale.Ledger.HoldAppends(Streams.OfBatch(id));
        var first = batch.BuyAsync("weibo:first");
        await gate.Reached;
        var behind = Enumerable.Range(0, 5).Select(buyer => batch.BuyAsync($"weibo:u{buyer}")).ToList();
        await batch.Actor.WakeAsync();
        var gone = sale.DeactivateAsync(batch.Actor);
        var meanwhile = batch.BuyAsync("weibo:meanwhile");
        gate.Open();

        var orders = (await Task.WhenAll([first, .. behind, meanwhile])).Select(outcome => outcome.Order!).ToList();
        await gone;

        orders.Select(order => order.Units.Single()).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        foreach (var order in orders)
            (await batch.Actor.GetOrderAsync(order.Seq, order.Buyer)).Value!.Units.ShouldBe(order.Units);
        (await sale.Stored.AuditAsync(id)).Units.Held.ShouldBe(7);
    }

    [Fact]
    public async Task Whatever_was_told_before_random_failures_holds_after_them()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var id = (await sale.CreateBatchAsync(stock: 60, limit: 1)).Id;
        var (stream, batch) = (Streams.OfBatch(id), sale.Batch(id));
        var told = new Dictionary<string, string>();
        for (var round = 0; round < 4; round++)
        {
            if (random.Next(2) == 0) sale.Ledger.LoseAnswers(random.Next(1, Attempts + 1), stream);
            else sale.Ledger.FailAppends(random.Next(1, Attempts + 1), stream);
            if (random.Next(3) == 0) await sale.DeactivateAsync(batch.Actor);
            await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
            {
                var user = $"weibo:u{random.Next(80)}";
                try
                {
                    var outcome = await batch.BuyAsync(user, key: "k");
                    if (outcome.Order is not { } order) return;
                    lock (told)
                    {
                        if (told.TryGetValue(user, out var before)) order.Id.ShouldBe(before);
                        told[user] = order.Id;
                    }
                }
                catch (Exception e) when (LostInfrastructure.Is(e))
                {
                    // The outcome is unknown, and nothing was answered.
                }
            }));
        }

        var audited = await sale.Stored.AuditAsync(id);
        told.Count.ShouldBeGreaterThan(10);
        foreach (var (user, order) in told) audited.Order(order)!.Alias.ShouldBe(batch.AliasOf(user).ToString());
        (await batch.Actor.ListOrdersAsync(0, 1_000)).Orders.Length.ShouldBe(audited.Orders.Count);
    }
}
