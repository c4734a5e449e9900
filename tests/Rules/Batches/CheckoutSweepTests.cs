using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>
/// Checkouts are asked for now and then and closed in time, of purchases and of offers to the line, whichever window is
/// longer.
/// </summary>
public class CheckoutSweepTests
{
    private const int Buyers = 20;
    private const long Tick = 500, PayBy = Opening + 900_000;

    private readonly FakeAsker _asker = new();
    private long _now = Opening;

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    [InlineData(901)]
    [InlineData(2_400)]
    public void The_checkout_of_every_order_is_closed_once_at_the_first_tick_after_its_payBy(int? offerWindow)
    {
        var live = Start(offerWindow);
        var sweep = _asker.SweepOf(live);
        for (; _now < Opening + 3_300_000; _now += Tick)
        {
            Play(live, sweep);
            _asker.Now = _now;
            sweep.Start(_now);
        }

        var orders = live.State.Orders.All.Where(order => order.Hold != HoldState.Cancelled).ToList();
        orders.Count(order => live.State.Line.PlaceOf(order.Buyer, order.Seq) is not null)
            .ShouldBeGreaterThanOrEqualTo(Buyers / 2);
        foreach (var order in orders.Where(order => order.PayBy < _now - Tick))
        {
            _asker.Closed.ShouldContainKey(order.Seq);
            (_asker.Closed[order.Seq] - order.PayBy).ShouldBeInRange(0, Tick - 1);
        }
        foreach (var order in live.State.Orders.All.Where(order => order.Hold == HoldState.Cancelled))
            _asker.Closed[order.Seq].ShouldBeLessThan(order.PayBy, "when it is cancelled");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    [InlineData(2_400)]
    public void The_next_activation_closes_what_may_be_left_open_and_asks_for_what_is_open_at_once(int? offerWindow)
    {
        var live = Start(offerWindow);
        for (; _now < Opening + 2_700_000; _now += Tick)
        {
            Play(live, null);
            if (_now % 300_000 != 0) continue;
            _asker.Closed.Clear();
            _asker.Found.Clear();
            var sweep = _asker.SweepOf(live);
            for (var tick = 0; tick < 5; tick++) sweep.Start(_now);
            _asker.Closed.Keys.Order().ShouldBe(live.State.Orders.All
                .Where(order => ClosingRules.MayBeLeftOpen(order, _now)).Select(order => order.Seq));
            _asker.Found.Order().ShouldBe(live.State.Orders.All
                .Where(order => ClosingRules.IsOpen(order, _now)).Select(order => order.Seq));
        }
        _asker.Closed.ShouldNotBeEmpty();
    }

    [Fact]
    public void An_open_checkout_is_asked_for_every_three_minutes_until_it_is_closed()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        sweep.Watch(order, _now);
        for (; _now < PayBy + 60_000; _now += Tick) sweep.Start(_now);
        _asker.Found.Count.ShouldBe(4, "after 3, 6, 9 and 12 minutes; at 15 it is closed");
        _asker.Closed.Count.ShouldBe(1);
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void A_provider_that_cannot_tell_is_asked_once_and_once_at_payBy()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        _asker.Answer = new CheckoutState(CheckoutStage.Untold);
        sweep.Watch(order, _now);
        for (; _now < PayBy + 60_000; _now += Tick) sweep.Start(_now);
        (_asker.Found.Count, _asker.Closed.Count).ShouldBe((1, 1));
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void A_silent_provider_is_asked_again_also_just_before_the_release_and_given_up_in_the_end()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        _asker.Answer = CheckoutState.Unknown("timeout");
        sweep.Watch(order, _now);
        for (; _now < PayBy + ClosingRules.LongestAfterPayBy + 60_000; _now += Tick)
        {
            _asker.Now = _now;
            live.DoDue(_now);
            sweep.Start(_now);
        }
        _asker.Tries.Take(6).Select(at => at - PayBy).ShouldBe([0, 1_000, 3_000, 7_000, 15_000, 20_000]);
        _asker.Tries.Count.ShouldBeLessThan(50);
        order.Hold.ShouldBe(HoldState.Expired, "whatever the provider says");
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void A_payment_that_a_question_finds_is_captured_and_nothing_is_asked_any_more()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        sweep.Watch(order, _now);
        _asker.Answer = new CheckoutState(CheckoutStage.Paid, "p", Price);
        _asker.Capture = () => live.Pay(order.Seq, "p", _now);
        for (; _now < PayBy + 60_000; _now += Tick) sweep.Start(_now);
        (_asker.Found.Count, _asker.Closed.Count).ShouldBe((1, 0));
        order.Hold.ShouldBe(HoldState.Sold);
        sweep.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public void Closings_come_before_questions_and_both_are_bounded()
    {
        const int Orders = 100;
        var live = Open(TermsOf(stock: 2 * Orders));
        for (var i = 0; i < Orders; i++) live.Buy($"weibo:early{i}");
        for (var i = 0; i < Orders; i++) live.Buy($"weibo:late{i}", Opening + 100_000);
        FakeAsker.CheckOutAll(live);
        var sweep = _asker.SweepOf(live);
        _asker.Waits = new InlineGate();
        sweep.Start(PayBy);
        (_asker.Closed.Count, _asker.Found.Count).ShouldBe((CheckoutSweep.MaxConcurrency, 0));
        _asker.Waits.Open();
        _asker.Closed.Count.ShouldBe(CheckoutSweep.MaxCallsPerTick);
        for (var i = 0; i < 2; i++) sweep.Start(PayBy);
        _asker.Closed.Count.ShouldBe(Orders);
        _asker.Found.ShouldNotBeEmpty();
    }

    [Fact]
    public void Questions_take_a_part_of_the_room_only()
    {
        var live = Open(TermsOf(stock: 100));
        for (var i = 0; i < 100; i++) live.Buy($"weibo:u{i}");
        FakeAsker.CheckOutAll(live);
        _asker.Waits = new InlineGate();
        var sweep = _asker.SweepOf(live);
        for (var i = 0; i < 2; i++) sweep.Start(_now);
        _asker.Found.Count.ShouldBe(CheckoutSweep.MaxQuestions);
    }

    [Fact]
    public void A_payment_that_a_closing_finds_is_its_providers_though_the_order_was_revived_meanwhile()
    {
        var (live, order) = FakeAsker.CheckedOut();
        _asker.Answer = new CheckoutState(CheckoutStage.Paid, "p", live.State.Terms!.Product.Price * order.Quantity);
        (_asker.Waits, _asker.Capture) = (new InlineGate(), () => { });
        var sweep = _asker.SweepOf(live);
        live.DoDue(_now = PayBy + Grace);
        order.Hold.ShouldBe(HoldState.Expired);
        sweep.Start(_now);
        live.Command(On(BuyerAction.Revive, order.Seq, "revive"), _now).ShouldBe(Effect.Done);
        _asker.Waits.Open();
        _asker.Captured.Select(opened => (opened.Provider, opened.Id)).ShouldBe([(SoleProvider.Name, $"c{order.Seq}")]);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_payment_at_the_old_checkout_of_a_revived_order_is_found(bool inAnotherActivation)
    {
        var (live, order) = FakeAsker.CheckedOut();
        (_asker.Answer, _asker.Capture) = (new CheckoutState(CheckoutStage.Unknown, Code: "silent"), () => { });
        var sweep = _asker.SweepOf(live);
        live.DoDue(_now = PayBy + Grace);
        sweep.Start(_now);
        live.Command(On(BuyerAction.Revive, order.Seq, "revive"), _now).ShouldBe(Effect.Done);
        _asker.Answer = new CheckoutState(CheckoutStage.Paid, "p", live.State.Terms!.Product.Price * order.Quantity);
        if (inAnotherActivation) sweep = _asker.SweepOf(live);
        for (; _now < order.PayBy; _now += Tick) sweep.Start(_now);
        _asker.Captured.ShouldHaveSingleItem().Id.ShouldBe($"c{order.Seq}");
    }

    [Fact]
    public void After_an_extension_an_open_checkout_is_asked_for_again()
    {
        var (live, order) = FakeAsker.CheckedOut();
        var sweep = _asker.SweepOf(live);
        for (; _now < PayBy - 1_000; _now += Tick) sweep.Start(_now);
        live.Extend(3_600, now: _now).ShouldBe(Effect.Done);
        for (; _now < PayBy + Tick; _now += Tick) sweep.Start(_now);
        _asker.Found.Clear();
        for (; _now < PayBy + (3 * CheckoutSweep.QuestionPeriod); _now += Tick) sweep.Start(_now);
        _asker.Found.Count.ShouldBeInRange(2, 3);
        order.PayBy.ShouldBe(PayBy + 3_600_000);
    }

    // Everybody has bought or waits. Every 20 s an operator cancels one of the first orders, so its unit is offered.
    private LiveBatch Start(int? offerWindow)
    {
        var live = Open(TermsOf(stock: Buyers) with { OfferWindowSeconds = offerWindow, StandbyLimit = 4 * Buyers });
        for (var i = 0; i < Buyers; i++) live.Buy($"weibo:buyer{i}");
        for (var i = 0; i < 4 * Buyers; i++) live.Buy($"weibo:waits{i}", standby: true);
        live.State.Line.Waiting.ShouldBe(4 * Buyers);
        return live;
    }

    private void Play(LiveBatch live, CheckoutSweep? sweep)
    {
        live.DoDue(_now);
        var (number, rest) = Math.DivRem(_now - Opening, 20_000);
        if (rest == 0 && number is > 0 and <= Buyers / 2)
        {
            var cancelled = live.State.Orders.All[(int)number];
            live.Cancel(cancelled.Seq, _now);
            sweep?.Watch(cancelled, _now);
        }
        live.DoDue(_now);
        for (var i = live.State.Orders.All.Count; --i >= 0 && live.State.Orders.All[i] is { Checkout: null } order;)
        {
            live.Commit(_now, new CheckoutOpened(order.Seq, 1, SoleProvider.Name, $"c{order.Seq}"));
            sweep?.Watch(order, _now);
        }
    }
}
