using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>A payment that takes days at its provider is asked for until it is decided, within bounds.</summary>
public class ProcessingCheckoutTests
{
    private const long Tick = 500, PayBy = Opening + 900_000;

    private readonly FakeAsker _asker = new();
    private long _now = Opening;

    [Fact]
    public void A_payment_that_is_under_way_is_asked_for_until_it_is_decided_and_less_and_less_often()
    {
        const long Days = 2 * 86_400_000L;
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        _asker.Answer = new CheckoutState(CheckoutStage.Processing);
        sweep.Watch(order, _now);
        for (; _now < PayBy + Days; _now += 30_000)
        {
            live.DoDue(_now);
            sweep.Start(_now);
        }
        order.Hold.ShouldBe(HoldState.Expired);
        sweep.IsIdle.ShouldBeFalse("the money may be captured still");
        var asked = _asker.Found.Count;
        asked.ShouldBeInRange(40, 80, "every hour in the end");

        _asker.Answer = new CheckoutState(CheckoutStage.Paid, "p", Price);
        _asker.Capture = () => live.Pay(order.Seq, "p", _now);
        for (var until = _now + CheckoutSweep.MaxProcessingDelay; _now <= until; _now += 30_000) sweep.Start(_now);
        (_asker.Captured.Count, _asker.Found.Count, sweep.IsIdle).ShouldBe((1, asked + 1, true));
        order.Owed.ShouldBe(1, "the sale is over");
    }

    [Theory]
    [InlineData(CheckoutStage.Processing, 14 * 24 * 60)]
    [InlineData(CheckoutStage.Unknown, 35)]
    public void A_checkout_that_is_never_decided_is_given_up_in_the_end(CheckoutStage stage, int minutes)
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        _asker.Answer = new CheckoutState(stage, Code: "timeout");
        sweep.Watch(order, _now);
        for (; _now < PayBy + (minutes * 60_000L) - 60_000; _now += 30_000)
        {
            live.DoDue(_now);
            sweep.Start(_now);
        }
        sweep.IsIdle.ShouldBeFalse();
        for (var until = _now + CheckoutSweep.MaxProcessingDelay + 120_000; _now < until; _now += 30_000)
            sweep.Start(_now);
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void After_an_extension_a_payment_that_was_under_way_at_payBy_is_asked_for_again()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        _asker.Answer = new CheckoutState(CheckoutStage.Processing);
        sweep.Watch(order, _now);
        for (; _now < PayBy + 5_000; _now += Tick) sweep.Start(_now);
        live.Extend(3_600, now: _now).ShouldBe(Effect.Done);
        _asker.Answer = new CheckoutState(CheckoutStage.Paid, "p", Price);
        _asker.Capture = () => live.Pay(order.Seq, "p", _now);
        for (var until = _now + CheckoutSweep.QuestionPeriod + 60_000; _now < until; _now += Tick) sweep.Start(_now);
        order.Hold.ShouldBe(HoldState.Sold);
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void A_checkout_whose_payment_is_declined_long_after_payBy_is_closed_once_in_the_same_turn()
    {
        var (live, _) = FakeAsker.CheckedOut();
        var sweep = ProcessUntil(live, PayBy + (3 * 3_600_000));
        _asker.Closed.Clear();
        _asker.Found.Clear();
        _asker.Answer = null;
        for (var until = _now + CheckoutSweep.MaxProcessingDelay + Tick; _now < until; _now += 30_000)
            sweep.Start(_now);
        (_asker.Found.Count, _asker.Closed.Count).ShouldBe((1, 1), "open when it was asked for, so it was closed");
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void A_closing_that_fails_after_a_decline_is_tried_again()
    {
        var (live, _) = FakeAsker.CheckedOut();
        var sweep = ProcessUntil(live, PayBy + (3 * 3_600_000));
        _asker.Answer = new CheckoutState(CheckoutStage.Open);
        _asker.CloseAnswer = CheckoutState.Unknown("timeout");
        for (var until = _now + (2 * CheckoutSweep.MaxProcessingDelay); _now < until; _now += 30_000)
            sweep.Start(_now);
        sweep.IsIdle.ShouldBeFalse("the buyer may pay there still");
        _asker.CloseAnswer = new CheckoutState(CheckoutStage.Closed);
        for (var until = _now + CheckoutSweep.MaxProcessingDelay + Tick; _now < until; _now += 30_000)
            sweep.Start(_now);
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void A_checkout_of_an_order_that_is_revived_while_a_decline_is_told_stays_open()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = ProcessUntil(live, PayBy + (30 * 60_000));
        (_asker.Answer, _asker.Waits) = (null, new InlineGate());
        _asker.Closed.Clear();
        _asker.Found.Clear();
        while (_asker.Found.Count == 0) sweep.Start(_now += 30_000);
        Revive(live, order);
        _asker.Waits.Open();
        _asker.Closed.ShouldBeEmpty();
        for (; _now < order.PayBy; _now += Tick) sweep.Start(_now);
        _asker.Closed.ShouldBeEmpty("its buyer may pay there until payBy");
        sweep.Start(order.PayBy);
        _asker.Closed.ShouldHaveSingleItem();
    }

    [Fact]
    public void After_a_revival_a_payment_that_is_under_way_is_asked_for_at_the_new_payBy_at_the_latest()
    {
        var (live, order) = FakeAsker.CheckedOut();
        // Just after a question, so that the next one is more than the window away.
        var sweep = ProcessUntil(live, PayBy + (40 * 60_000));
        Revive(live, order);
        _asker.Found.Clear();
        for (; _now < order.PayBy; _now += Tick) sweep.Start(_now);
        _asker.Found.Count.ShouldBe(4, "an open checkout is asked for every three minutes");
        sweep.Start(_now = order.PayBy);
        _asker.Found.Count.ShouldBe(5);
        order.Hold.ShouldBe(HoldState.Live);
    }

    [Fact]
    public void An_order_that_is_revived_after_its_checkout_was_given_up_is_asked_for_again()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        _asker.Answer = CheckoutState.Unknown("timeout");
        for (; _now < PayBy + ClosingRules.LongestAfterPayBy + 120_000; _now += 30_000)
        {
            live.DoDue(_now);
            sweep.Start(_now);
        }
        sweep.IsIdle.ShouldBeTrue();
        Revive(live, order);
        sweep.Watch(order, _now);
        (_asker.Answer, _asker.Capture) =
            (new CheckoutState(CheckoutStage.Paid, "p", Price), () => live.Pay(order.Seq, "p", _now));
        for (; _now < order.PayBy; _now += Tick) sweep.Start(_now);
        order.Hold.ShouldBe(HoldState.Sold);
    }

    [Theory]
    [InlineData(300, 400, 400)]
    [InlineData(595, 30, 620)]
    public void After_an_extension_a_payment_under_way_is_asked_for_by_the_new_payBy_or_just_before_the_release(
        int extendedAfter, int seconds, int askedBy)
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live, grace: 600_000);
        _asker.Answer = new CheckoutState(CheckoutStage.Processing);
        sweep.Watch(order, _now);
        for (; _now < PayBy + (extendedAfter * 1_000); _now += Tick) sweep.Start(_now);
        live.Commit(_now, new Extended(seconds, "r", Boss, CommandKey("extend")));
        _asker.Found.Clear();
        for (; _now <= PayBy + (askedBy * 1_000); _now += Tick) sweep.Start(_now);
        _asker.Found.ShouldHaveSingleItem();
    }

    private CheckoutSweep ProcessUntil(LiveBatch live, long until)
    {
        var sweep = _asker.SweepOf(live);
        _asker.Answer = new CheckoutState(CheckoutStage.Processing);
        for (; _now < until; _now += 30_000)
        {
            live.DoDue(_now);
            sweep.Start(_now);
        }
        return sweep;
    }

    private void Revive(LiveBatch live, Order order) =>
        live.Command(On(BuyerAction.Revive, order.Seq, "revive"), _now).ShouldBe(Effect.Done);
}
