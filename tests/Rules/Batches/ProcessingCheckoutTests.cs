using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
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
}
