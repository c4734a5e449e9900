using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Batches;

/// <summary>Holds that are not paid end by the batch's own timer, and not a moment too early.</summary>
public sealed class DeadlineTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private const int GraceSeconds = 30, WindowSeconds = 900;

    // The time that the contract allows between the deadline and the release.
    private static readonly TimeSpan AtMostLate = TimeSpan.FromSeconds(1);

    // Less than the time between two ticks.
    private static readonly TimeSpan Shortly = Agenda.Period / 5;

    [Fact]
    public async Task A_hold_lives_until_payBy_and_its_grace_and_not_a_second_longer()
    {
        var id = (await sale.CreateBatchAsync(stock: 1)).Id;
        var batch = sale.Batch(id);
        var order = await batch.OrderAsync("weibo:a");
        order.PayBy.ShouldBe(sale.Clock.Now.AddSeconds(WindowSeconds));

        await sale.Clock.AdvanceToAsync(order.PayBy);
        await sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(GraceSeconds).AddMilliseconds(-1));
        (await batch.StatusAsync(order)).ShouldBe(OrderStatus.AwaitingPayment);
        (await batch.BuyAsync("weibo:b")).Refused.ShouldBe(Refusal.SoldOut);
        (await batch.BoardAsync()).Held.ShouldBe(1);

        await sale.Clock.AdvanceAsync(AtMostLate);
        (await sale.Stored.TypesOfAsync(id)).ShouldBe(["Created", "OpenedSale", "Held", "Released"]);
        (await batch.StatusAsync(order)).ShouldBe(OrderStatus.Expired);
        (await batch.BoardAsync())
            .ShouldSatisfyAllConditions(board => board.Free.ShouldBe(1), board => board.Held.ShouldBe(0));
        (await batch.OrderAsync("weibo:b")).Units.ShouldBe(order.Units);
        await sale.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task Many_holds_that_are_due_together_all_end_within_a_second_in_bounded_commits()
    {
        const int Holds = (3 * Agenda.MaxEntriesPerRound) + 100;
        var id = (await sale.CreateBatchAsync(stock: Holds)).Id;
        var batch = sale.Batch(id);
        for (var first = 0; first < Holds; first += 100)
            await batch.AskAsync([.. Enumerable.Range(first, 100).Select(buyer => Wants($"weibo:u{buyer}"))]);
        (await batch.BoardAsync()).Free.ShouldBe(0);

        await sale.Clock.AdvanceAsync(TimeSpan.FromSeconds(WindowSeconds + GraceSeconds) - AtMostLate);
        (await batch.BoardAsync()).Held.ShouldBe(Holds);
        await sale.Clock.AdvanceAsync(AtMostLate);
        await sale.Clock.AdvanceAsync(Agenda.Period);

        (await batch.BoardAsync()).Free.ShouldBe(Holds);
        (await sale.Stored.CommitsOfAsync(id)).Max(commit => commit.Count)
            .ShouldBeLessThanOrEqualTo(Agenda.MaxEntriesPerRound);
        await sale.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task A_purchase_that_comes_before_the_timer_finds_the_due_units_free()
    {
        var id = (await sale.CreateBatchAsync(stock: 2)).Id;
        var batch = sale.Batch(id);
        var order = await batch.OrderAsync("weibo:a", key: "k");
        // One tick comes shortly before the deadline, the next some time after it.
        await sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(GraceSeconds) - Shortly);
        await batch.OrderAsync("weibo:b");
        sale.Clock.Advance(Shortly - TimeSpan.FromMilliseconds(1));
        (await batch.BuyAsync("weibo:c")).Refused.ShouldBe(Refusal.SoldOut);
        sale.Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await batch.BuyAsync("weibo:d")).Order!.Units.ShouldBe(order.Units);
        // A user whose hold has just ended may buy again like anybody else. The old key still names the old order.
        (await batch.BuyAsync("weibo:a")).Refused.ShouldBe(Refusal.SoldOut);
        (await batch.BuyAsync("weibo:a", key: "k")).ShouldSatisfyAllConditions(
            again => again.Order!.Id.ShouldBe(order.Id), again => again.Order!.Status.ShouldBe(OrderStatus.Expired));
        await sale.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task A_paid_order_has_no_deadline()
    {
        var id = (await sale.CreateBatchAsync(stock: 2)).Id;
        var batch = sale.Batch(id);
        var (paid, unpaid) = (await batch.OrderAsync("weibo:a"), await batch.OrderAsync("weibo:b"));
        await sale.Clock.AdvanceToAsync(paid.PayBy.AddSeconds(GraceSeconds).AddMilliseconds(-1));
        (await batch.PayAsync(paid, "deadline-1")).Value.ShouldBe(CaptureResult.Sold);
        await sale.Clock.AdvanceAsync(TimeSpan.FromHours(1));

        (await batch.StatusAsync(paid)).ShouldBe(OrderStatus.Paid);
        (await batch.StatusAsync(unpaid)).ShouldBe(OrderStatus.Expired);
        (await sale.Stored.AuditAsync(id)).Units.Sold.ShouldBe(1);
    }

    [Fact]
    public async Task A_capture_at_the_deadline_that_comes_before_the_timer_keeps_its_units_if_nobody_waits()
    {
        var (batch, order) = await HeldUntilTheTimerAsync();
        (await batch.PayAsync(order, "deadline-2")).Value.ShouldBe(CaptureResult.Sold);
        (await sale.Stored.TypesOfAsync(batch.Id)).ShouldBe(["Created", "OpenedSale", "Held", "Released", "Sold"]);
        (await batch.Actor.GetOrderAsync(order.Seq, owner: null)).Value.ShouldSatisfyAllConditions(
            paid => paid!.Status.ShouldBe(OrderStatus.Paid), paid => paid!.Units.ShouldBe(order.Units));
        await sale.Stored.AuditAsync(batch.Id);
    }

    [Fact]
    public async Task A_capture_at_the_deadline_that_comes_before_the_timer_is_owed_back_if_somebody_waits()
    {
        var (batch, order) = await HeldUntilTheTimerAsync("weibo:b");
        (await batch.PayAsync(order, "deadline-2")).Value.ShouldBe(CaptureResult.RefundOwed);
        (await sale.Stored.TypesOfAsync(batch.Id))[..6]
            .ShouldBe(["Created", "OpenedSale", "Held", "Joined", "Released", "RefundOwed"]);
        await sale.Clock.AdvanceAsync(AtMostLate);
        var place = await batch.PlaceAsync("weibo:b");
        (await batch.Actor.GetOrderAsync(place.Order!.Value, owner: null)).Value!.Units.ShouldBe(order.Units);
        await sale.Stored.AuditAsync(batch.Id);
    }

    [Fact]
    public async Task A_payment_after_the_release_gets_free_units_and_keeps_the_orders_id()
    {
        var batch = await sale.CreateBatchAsync(stock: 2);
        var (late, other) = (await batch.OrderAsync("weibo:a"), await batch.OrderAsync("weibo:b"));
        (await batch.PayAsync(other, "other")).Value.ShouldBe(CaptureResult.Sold);
        await sale.Clock.AdvanceToAsync(late.PayBy.AddSeconds(GraceSeconds) + AtMostLate);
        await batch.OrderAsync("weibo:c");
        (await batch.PayAsync(late, "late-1")).Value.ShouldBe(CaptureResult.RefundOwed);

        await batch.OperateAsync(OperatorAction.Restock, 1);
        (await batch.PayAsync(late, "late-2")).Value.ShouldBe(CaptureResult.Sold);
        (await batch.Actor.GetOrderAsync(late.Seq, owner: null)).Value.ShouldSatisfyAllConditions(
            paid => paid!.Status.ShouldBe(OrderStatus.Paid), paid => paid!.Units.ShouldBe([3]));
        (await batch.PayAsync(late, "late-3")).Value.ShouldBe(CaptureResult.RefundOwed);
        await sale.Stored.AuditAsync(batch.Id);
    }

    [Fact]
    public async Task A_late_payment_of_who_has_cancelled_the_reservation_since_goes_back()
    {
        var batch = await sale.CreateBatchAsync(stock: 1);
        var order = await batch.OrderAsync("weibo:a");
        await sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(GraceSeconds) + AtMostLate);
        (await batch.Actor.CancelReservationAsync(order.Buyer, 1)).Value.ShouldBe(Effect.Done);
        (await batch.PayAsync(order, "late-4")).Value.ShouldBe(CaptureResult.RefundOwed);
    }

    [Fact]
    public async Task Deadlines_go_on_after_the_activation_ended()
    {
        var id = (await sale.CreateBatchAsync(stock: 2)).Id;
        var batch = sale.Batch(id);
        var (first, second) = (await batch.OrderAsync("weibo:a"), await batch.OrderAsync("weibo:b"));
        await sale.DeactivateAsync(batch.Actor);
        await sale.Clock.AdvanceToAsync(first.PayBy);
        (await batch.Actor.WakeAsync()).ShouldBeTrue();
        await sale.Clock.AdvanceAsync(Agenda.Period);
        (await batch.StatusAsync(first)).ShouldBe(OrderStatus.AwaitingPayment);
        await sale.DeactivateAsync(batch.Actor);
        // Long after both deadlines. The first answer after the next tick is right.
        await sale.Clock.AdvanceAsync(TimeSpan.FromHours(2));
        (await batch.Actor.WakeAsync()).ShouldBeTrue();
        await sale.Clock.AdvanceAsync(Agenda.Period);

        (await batch.StatusAsync(first)).ShouldBe(OrderStatus.Expired);
        (await batch.StatusAsync(second)).ShouldBe(OrderStatus.Expired);
        (await sale.Stored.AuditAsync(id)).Units.Free.ShouldBe(2);
    }

    [Fact]
    public async Task Without_grace_a_hold_ends_at_payBy_itself()
    {
        await using var strict = await SaleHarness.StartAsync(new() { GraceSeconds = 0 });
        var id = (await strict.CreateBatchAsync(stock: 1, windowSeconds: 1)).Id;
        var batch = strict.Batch(id);
        var order = await batch.OrderAsync("weibo:a");
        await strict.Clock.AdvanceToAsync(order.PayBy.AddMilliseconds(-1));
        (await batch.StatusAsync(order)).ShouldBe(OrderStatus.AwaitingPayment);
        await strict.Clock.AdvanceAsync(Agenda.Period);
        (await batch.StatusAsync(order)).ShouldBe(OrderStatus.Expired);
        await strict.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task Paused_and_closed_batches_keep_the_deadlines_of_their_holds()
    {
        var id = (await sale.CreateBatchAsync(stock: 3)).Id;
        var batch = sale.Batch(id);
        var (paid, unpaid) = (await batch.OrderAsync("weibo:a"), await batch.OrderAsync("weibo:b"));
        await batch.OperateAsync(OperatorAction.Pause);
        await batch.OperateAsync(OperatorAction.Close);
        (await batch.BuyAsync("weibo:c")).Refused.ShouldBe(Refusal.SaleClosed);
        (await batch.PayAsync(paid, "deadline-3")).Value.ShouldBe(CaptureResult.Sold);
        await sale.Clock.AdvanceToAsync(unpaid.PayBy.AddSeconds(GraceSeconds).AddMilliseconds(-1));
        (await batch.StatusAsync(unpaid)).ShouldBe(OrderStatus.AwaitingPayment);
        await sale.Clock.AdvanceAsync(AtMostLate);
        (await batch.StatusAsync(unpaid)).ShouldBe(OrderStatus.Expired);
        (await batch.BoardAsync())
            .ShouldSatisfyAllConditions(board => board.Closed.ShouldBeTrue(), board => board.Free.ShouldBe(2));
    }

    [Fact]
    public async Task A_clock_set_back_neither_ends_a_hold_early_nor_makes_time_run_backwards()
    {
        await using var own = await SaleHarness.StartAsync();
        var id = (await own.CreateBatchAsync(stock: 2)).Id;
        var first = await own.Batch(id).OrderAsync("weibo:a");
        // Another silo whose clock is behind takes the batch over.
        await using var behind = await SaleHarness.StartAsync(
            new() { Beside = own, Start = own.Clock.Now.AddSeconds(-60) });
        var second = await behind.Batch(id).OrderAsync("weibo:b");
        second.HeldAt.ShouldBe(first.HeldAt);
        second.PayBy.ShouldBe(first.PayBy);
        await own.Stored.AuditAsync(id);
    }

    [Fact]
    public async Task Two_hundred_warm_batches_leave_no_timer_behind()
    {
        await using var own = await SaleHarness.StartAsync();
        // The silos have timers of their own.
        var timers = own.Clock.GrainTimers;
        var ids = new List<string>();
        for (var i = 0; i < 200; i++) ids.Add((await own.CreateBatchAsync()).Id);
        await own.Clock.AdvanceAsync(Agenda.Period);
        own.Clock.GrainTimers.ShouldBe(timers + 200);
        await Task.WhenAll(ids.Select(id => own.DeactivateAsync(own.Batch(id).Actor)));
        own.Clock.GrainTimers.ShouldBe(timers);
        await own.Batch(ids[0]).Actor.WakeAsync();
        own.Clock.GrainTimers.ShouldBe(timers + 1);
    }

    // The clock is at the instant of the release, and the batch's timer has not come yet.
    private async Task<(TestBatch Batch, OrderView Order)> HeldUntilTheTimerAsync(string? waiting = null)
    {
        var batch = await sale.CreateBatchAsync(stock: 1);
        var order = await batch.OrderAsync("weibo:a");
        if (waiting is not null) await batch.StandByAsync(waiting);
        await sale.Clock.AdvanceToAsync(order.PayBy.AddSeconds(GraceSeconds) - Shortly);
        sale.Clock.Advance(Shortly);
        return (batch, order);
    }
}
