using System.Collections.Concurrent;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Grains.Ledger;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>
/// Two activations of one batch, each sure to be the only one: two clusters on one ledger, which know nothing of each
/// other.
/// </summary>
public sealed class SecondActivationTests : IAsyncLifetime
{
    private SaleHarness _one = null!;
    private SaleHarness _two = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await SaleHarness.StartAsync();
        _two = await SaleHarness.StartAsync(new() { Beside = _one });
    }

    public async ValueTask DisposeAsync()
    {
        await _two.DisposeAsync();
        await _one.DisposeAsync();
    }

    [Fact]
    public async Task The_one_that_is_behind_is_fenced_and_silent_and_then_answers_from_the_true_state()
    {
        var id = await CreateEverywhereAsync(stock: 2);
        var sold = await _one.Batch(id).OrderAsync("weibo:a");

        await Should.ThrowAsync<LedgerFencedException>(() => _two.Batch(id).BuyAsync("weibo:b"));

        var second = await _two.Batch(id).OrderAsync("weibo:b");
        second.Units.ShouldNotBe(sold.Units);
        (await _two.Batch(id).BuyAsync("weibo:c")).Refused.ShouldBe(Refusal.SoldOut);
        (await _two.Batch(id).Actor.GetOrderAsync(sold.Seq, sold.Buyer)).Value!.Units.ShouldBe(sold.Units);
        // Now the first one is behind.
        await Should.ThrowAsync<LedgerFencedException>(() => _one.Batch(id).CancelAsync(sold));
        (await _one.Batch(id).CancelAsync(sold)).Value!.Status.ShouldBe(OrderStatus.Cancelled);
        (await _one.Stored.AuditAsync(id)).Units.Held.ShouldBe(1);
    }

    [Fact]
    public async Task A_whole_call_and_what_gathered_behind_it_is_fenced_together()
    {
        var id = await CreateEverywhereAsync(stock: 50);
        using var gate = _two.Ledger.HoldAppends(Streams.OfBatch(id));
        var calls = new List<Task>
        {
            _two.Batch(id).AskAsync([.. Enumerable.Range(0, 10).Select(buyer => Wants($"weibo:two-{buyer}"))]),
        };
        await gate.Reached;
        calls.AddRange(Enumerable.Range(10, 10).Select(buyer => _two.Batch(id).BuyAsync($"weibo:two-{buyer}")));
        calls.Add(_two.Batch(id).Actor.ReadBoardAsync(0));
        calls.Add(_two.Batch(id).Actor.ListOrdersAsync(0, 100));
        await _two.Batch(id).Actor.WakeAsync();
        await _one.Batch(id).OrderAsync("weibo:one");
        gate.Open();

        foreach (var call in calls) await Should.ThrowAsync<LedgerFencedException>(() => call);

        var orders = (await _two.Batch(id).Actor.ListOrdersAsync(0, 100)).Orders;
        orders.ShouldHaveSingleItem().Buyer.ShouldBe(_two.Batch(id).AliasOf("weibo:one"));
        (await _one.Stored.CommitsOfAsync(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Both_selling_at_once_sell_nothing_twice_and_write_one_chain()
    {
        const int Stock = 150, Buyers = 200;
        var id = await CreateEverywhereAsync(stock: Stock);
        (_one.Ledger.AppendLatency, _two.Ledger.AppendLatency) =
            (TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(3));
        var told = new ConcurrentDictionary<string, string>();
        var fenced = 0;
        await Task.WhenAll(Enumerable.Range(0, Buyers * 2).Select(async call =>
        {
            // Every buyer asks both clusters, under one key, until answered. The two get the buyers in different
            // orders. In the same order, and with the same clock, both would write identical rows, which is no
            // conflict.
            var (cluster, user) = call % 2 == 0
                ? (_one, $"weibo:u{call / 2}") : (_two, $"weibo:u{Buyers - 1 - (call / 2)}");
            for (var patience = 0; patience < 1_000; patience++)
            {
                try
                {
                    var outcome = await cluster.Batch(id).BuyAsync(user, key: "k");
                    var answer = outcome.Order?.Id ?? outcome.Refused.ToString()!;
                    told.AddOrUpdate(user, answer, (_, before) => before == answer ? answer : $"{before} and {answer}");
                    return;
                }
                catch (Exception e) when (LostInfrastructure.Is(e))
                {
                    Interlocked.Increment(ref fenced);
                    await Task.Delay(call % 10); // bounded poll
                }
            }
            throw new TimeoutException("never answered");
        }));

        var audited = await _one.Stored.AuditAsync(id);
        audited.Orders.Count.ShouldBe(Stock);
        audited.Orders.SelectMany(order => order.Units).Order().ShouldBe(Enumerable.Range(1, Stock));
        told.Count.ShouldBe(Buyers);
        told.Values.Count(answer => answer == nameof(Refusal.SoldOut)).ShouldBe(Buyers - Stock);
        foreach (var (user, order) in told.Where(answer => answer.Value != nameof(Refusal.SoldOut)))
        {
            var (batch, stored) = (_one.Batch(id), audited.Order(order)!);
            var alias = batch.AliasOf(user);
            (stored.Alias, stored.Key).ShouldBe((alias.ToString(), batch.Key.HashOf(alias, "k").ToString()));
        }
        fenced.ShouldBeGreaterThan(0);
    }

    // This takes real time: a confirmation is valid for a second of the machine's own clock, which no test can move.
    [Fact]
    public async Task The_one_that_is_behind_tells_nothing_of_its_old_state_once_its_confirmation_is_old()
    {
        var id = await CreateEverywhereAsync(stock: 1);
        var order = await _two.Batch(id).OrderAsync("weibo:a");
        (await CommandAsync(_two, id, OperatorAction.Pause)).Value.ShouldBe(Effect.Done);
        // The first one reads all that, and confirms its head several times, as an activation does that lives long.
        for (var round = 0; round < 3; round++)
        {
            await Eventually.HoldsAsync(async () => await PausedOrNullAsync(_one, id) == true, "the first one knows");
            await Eventually.ConfirmationsAreOldAsync();
        }
        (await _one.Batch(id).BuyAsync("weibo:late")).Refused.ShouldBe(Refusal.Paused);

        await CommandAsync(_two, id, OperatorAction.Resume);
        await _two.Batch(id).CancelAsync(order);
        await _two.Batch(id).Actor.CancelReservationAsync(_two.Batch(id).AliasOf("weibo:a"), 1);
        await Eventually.ConfirmationsAreOldAsync();
        var one = _one.Batch(id);
        var died = _one.WaitForDeactivationAsync(one.Actor);
        // All at once. Requests to the old activation must fail. Requests to the next one must get right answers.
        Task<bool>[] answers =
        [
            TrueAsync(() => one.BuyAsync("weibo:late"), late => late.Order is { Units: [1] }),
            TrueAsync(() => one.Actor.GetOrderAsync(order.Seq, null), read =>
                read.Value!.Status == OrderStatus.Cancelled),
            TrueAsync(() => one.BoardAsync(), board => board is { Paused: false, Touches: >= 1 } && board.Seq >= 6),
            TrueAsync(() => one.Actor.ListOrdersOfAsync(one.AliasOf("weibo:a")), page =>
                page.Orders is [{ Status: OrderStatus.Cancelled }]),
            TrueAsync(() => one.Actor.GetCancelledVersionAsync(one.AliasOf("weibo:a")), version => version == 1),
            TrueAsync(() => one.BuyAsync("weibo:a"), again => again.Refused == Refusal.TicketInvalid),
        ];
        (await Task.WhenAll(answers)).ShouldContain(false);
        await died;

        (await one.StatusAsync(order)).ShouldBe(OrderStatus.Cancelled);
        (await one.Actor.GetCancelledVersionAsync(one.AliasOf("weibo:a"))).ShouldBe(1);
        (await one.BuyAsync("weibo:a")).Refused.ShouldBe(Refusal.TicketInvalid);
        (await one.BuyAsync("weibo:late")).Order!.Units.ShouldBe([1]);
    }

    [Fact]
    public async Task An_activation_that_is_behind_finds_out_by_its_timer_without_being_asked()
    {
        var id = await CreateEverywhereAsync(stock: 1);
        await _one.Clock.AdvanceAsync(Agenda.Period);
        await _two.Batch(id).OrderAsync("weibo:a");
        var died = _one.WaitForDeactivationAsync(_one.Batch(id).Actor);
        await Eventually.ConfirmationsAreOldAsync();
        for (var look = 0; look < Journal<int>.LooksPerConfirmation; look++)
            await _one.Clock.AdvanceAsync(Agenda.Period);
        await died.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_confirmation_that_hung_does_not_vouch_for_those_who_asked_long_after_it()
    {
        var id = await CreateEverywhereAsync(stock: 1);
        await _one.Batch(id).BoardAsync();
        await Eventually.ConfirmationsAreOldAsync();
        var held = _one.Ledger.HoldNextHead(Streams.OfBatch(id));
        var early = _one.Batch(id).BoardAsync();
        await _one.Batch(id).Actor.WakeAsync();
        await _two.Batch(id).OrderAsync("weibo:a");
        await Eventually.ConfirmationsAreOldAsync();

        // As when a process is frozen while storage answers it, and goes on later.
        var late = _one.Batch(id).BoardAsync();
        await _one.Batch(id).Actor.WakeAsync();
        held.SetResult();

        await Task.WhenAny(early);
        var answer = await Record.ExceptionAsync(() => late);
        if (answer is null) (await late).Held.ShouldBe(1);
        else LostInfrastructure.Is(answer).ShouldBeTrue(answer.ToString());
    }

    // False: there was no answer. If there is one, it must be right.
    private static async Task<bool> TrueAsync<T>(Func<Task<T>> ask, Func<T, bool> isTrue)
    {
        T answer;
        try
        {
            answer = await ask();
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            return false;
        }
        isTrue(answer).ShouldBeTrue($"{answer}");
        return true;
    }

    private static Task<Answer<Effect>> CommandAsync(SaleHarness cluster, string id, OperatorAction action) =>
        cluster.Batch(id).OperateAsync(action);

    private static async Task<bool?> PausedOrNullAsync(SaleHarness cluster, string id)
    {
        try
        {
            return (await cluster.Batch(id).BoardAsync()).Paused;
        }
        catch (Exception e) when (LostInfrastructure.Is(e))
        {
            return null;
        }
    }

    // Both have activated the batch and confirmed that they are at its head.
    private async Task<string> CreateEverywhereAsync(int stock)
    {
        var id = (await _one.CreateBatchAsync(stock)).Id;
        (await _two.Batch(id).BoardAsync()).Seq.ShouldBe(1);
        return id;
    }
}
