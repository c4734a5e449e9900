using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Faults;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>A clock that jumps ahead and is set back while a sale runs.</summary>
public sealed class ClockJumpTests : IAsyncLifetime
{
    private const int WindowSeconds = 900, GraceSeconds = 30;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SaleHarness _sale = new();

    public ValueTask InitializeAsync() => _sale.InitializeAsync();

    public ValueTask DisposeAsync() => _sale.DisposeAsync();

    [Fact]
    public async Task A_hold_of_the_wrong_hour_and_one_after_it_end_after_their_window()
    {
        var batch = await _sale.CreateBatchAsync(stock: 3, windowSeconds: WindowSeconds);
        var early = await batch.OrderAsync("weibo:a");
        _sale.Clock.Jump(Hour);
        var wrong = await batch.OrderAsync("weibo:b");
        (await batch.StatusAsync(early)).ShouldBe(OrderStatus.Expired, "its deadline was seen to pass");
        _sale.Clock.Jump(-Hour);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromMinutes(5));
        var after = await batch.OrderAsync("weibo:c");
        after.HeldAt.ShouldBe(_sale.Clock.Now + Hour);

        await _sale.Clock.AdvanceAsync(
            TimeSpan.FromSeconds(WindowSeconds + GraceSeconds - 300) - TimeSpan.FromMilliseconds(1));
        (await batch.StatusAsync(wrong)).ShouldBe(OrderStatus.AwaitingPayment);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await batch.StatusAsync(wrong)).ShouldBe(OrderStatus.Expired);
        (await batch.StatusAsync(after)).ShouldBe(OrderStatus.AwaitingPayment);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(300));
        (await batch.StatusAsync(after)).ShouldBe(OrderStatus.Expired);
        await _sale.Stored.AuditAsync((await batch.Actor.GetOrderAsync(wrong.Seq, null)).Value!.Batch);
    }

    [Fact]
    public async Task The_snapshot_says_how_far_the_batch_is_ahead_and_all_decide_by_it()
    {
        var id = (await _sale.CreateBatchAsync(stock: 2)).Id;
        var batch = _sale.Batch(id);
        var order = await batch.OrderAsync("weibo:a");
        (await batch.BoardAsync()).Lead.ShouldBe(TimeSpan.Zero);
        // Forward to shortly before the closing, which is ten hours after the start, and then back.
        _sale.Clock.Jump(TimeSpan.FromHours(10) - TimeSpan.FromMinutes(1));
        await batch.OrderAsync("weibo:b");
        _sale.Clock.Jump(-TimeSpan.FromHours(9));
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
        var (lead, schedule) = ((await batch.BoardAsync()).Lead, Terms(id, SaleClock.Noon).Schedule);
        lead.ShouldBe(TimeSpan.FromHours(9));
        (await batch.Actor.GetCheckoutPlanAsync(order.Seq)).Value.Now.ShouldBe(_sale.Clock.Now + lead);
        (await _sale.Order(order.Id).OpenCheckoutAsync(order.For("weibo:a"), "Mi2")).Refused.ShouldBe(
            Refusal.OrderNotPayable);

        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(31));
        (await batch.BuyAsync("weibo:c")).Refused.ShouldBe(Refusal.SaleClosed);
        Timetable.PhaseAt(schedule, (await batch.BoardAsync()).At(_sale.Clock.Now), false, false, 1)
            .ShouldBe(Phase.Closed);
        Timetable.IsReserving(schedule.ByClock(lead), schedule.ReservationOpens - lead).ShouldBeTrue();
    }

    [Fact]
    public async Task A_ledger_ahead_of_the_clock_is_told_once_and_shown_until_the_clock_is_there()
    {
        var id = (await _sale.CreateBatchAsync()).Id;
        var batch = _sale.Batch(id);
        _sale.Clock.Jump(Hour);
        await batch.OrderAsync("weibo:a");
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        (await batch.Actor.ListFaultsAsync()).ShouldBeEmpty();
        _sale.Clock.Jump(-Hour);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        _sale.Log.With("ahead of the clock").ShouldHaveSingleItem().Text.ShouldContain(id);
        var fault = (await batch.Actor.ListFaultsAsync()).ShouldHaveSingleItem();
        (fault.Kind, fault.Batch).ShouldBe((FaultKind.Clock, id));
        fault.Detail.ShouldContain("3600.0 s ahead");

        // The next activation finds the lead at once. It is shorter by the time in which the batch was not active.
        await _sale.DeactivateAsync(batch.Actor);
        await _sale.Clock.AdvanceAsync(TimeSpan.FromMinutes(10));
        await batch.Actor.WakeAsync();
        _sale.Log.With("ahead of the clock").Count.ShouldBe(2);
        (await batch.BoardAsync()).Lead.ShouldBe(TimeSpan.FromMinutes(50) - TimeSpan.FromSeconds(10.5));
        _sale.Clock.Jump(Hour);
        await _sale.Clock.AdvanceAsync(Agenda.Period);
        _sale.Log.With("caught up").ShouldHaveSingleItem();
        (await batch.Actor.ListFaultsAsync()).ShouldBeEmpty();
        (await batch.BoardAsync()).Lead.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Refunds_go_on_at_their_pace_though_the_clock_is_set_back()
    {
        var batch = await _sale.CreateBatchAsync();
        var order = await batch.OrderAsync("weibo:a");
        await batch.PayAsync(order, "p-1");
        _sale.Clock.Jump(Hour);
        _sale.Payments.FallSilent();
        await batch.CancelAsync(order);
        await Eventually.HoldsAsync(
            async () =>
            {
                await _sale.Clock.AdvanceAsync(Agenda.Period);
                return _sale.Payments.Calls > 0;
            },
            "the provider is asked");
        _sale.Clock.Jump(-Hour);
        _sale.Payments.Recover();
        var asked = _sale.Clock.Now;
        await Eventually.HoldsAsync(
            async () =>
            {
                await _sale.Clock.AdvanceAsync(Agenda.Period);
                return await batch.StatusAsync(order) == OrderStatus.Refunded;
            },
            "it is paid back");
        (_sale.Clock.Now - asked).ShouldBeLessThan(TimeSpan.FromMinutes(30));
    }
}
