using Microsoft.Extensions.Logging.Abstractions;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;
using OrleansSale.Grains.Payments;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>Checkouts are closed in time, of purchases and of offers to the line, whichever window is longer.</summary>
public class ClosingSweepTests
{
    private const int Buyers = 20;
    private const long Tick = 500;

    private readonly Dictionary<long, long> _closed = [];
    private long _now = Opening;

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    [InlineData(901)]
    [InlineData(2_400)]
    public void The_checkout_of_every_order_is_closed_once_at_the_first_tick_after_its_payBy(int? offerWindow)
    {
        var live = Start(offerWindow);
        var sweep = SweepOf(live);
        for (; _now < Opening + 3_300_000; _now += Tick)
        {
            Play(live);
            sweep.Start(_now);
        }

        var orders = live.State.Orders.All.Where(order => order.Hold != HoldState.Cancelled).ToList();
        orders.Count(order => live.State.Line.PlaceOf(order.Buyer, order.Seq) is not null).ShouldBeGreaterThanOrEqualTo(Buyers / 2);
        foreach (var order in orders.Where(order => order.PayBy < _now - Tick))
        {
            _closed.ShouldContainKey(order.Seq);
            (_closed[order.Seq] - order.PayBy).ShouldBeInRange(0, Tick - 1);
        }
        _closed.Keys.ShouldBeSubsetOf(orders.Select(order => order.Seq));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    [InlineData(2_400)]
    public void The_next_activation_closes_at_once_what_may_be_left_open_of_both_windows(int? offerWindow)
    {
        var live = Start(offerWindow);
        for (; _now < Opening + 2_700_000; _now += Tick)
        {
            Play(live);
            if (_now % 300_000 != 0) continue;
            _closed.Clear();
            SweepOf(live).Start(_now);
            _closed.Keys.Order().ShouldBe(live.State.Orders.All
                .Where(order => ClosingRules.MayBeLeftOpen(order, _now)).Select(order => order.Seq));
        }
        _closed.ShouldNotBeEmpty();
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

    private void Play(LiveBatch live)
    {
        live.DoDue(_now);
        var (number, rest) = Math.DivRem(_now - Opening, 20_000);
        if (rest == 0 && number is > 0 and <= Buyers / 2) live.Cancel(live.State.Orders.All[(int)number].Seq, _now);
        live.DoDue(_now);
        for (var i = live.State.Orders.All.Count; --i >= 0 && live.State.Orders.All[i] is { Checkout: null } order;)
            live.Commit(_now, new CheckoutOpened(order.Seq, 1, SoleProvider.Name, $"c{order.Seq}"));
    }

    private ClosingSweep SweepOf(LiveBatch live) => new(
        live.State, TimeProvider.System, new PaymentProviders(new EndlessCheckouts()),
        (order, _, _) =>
        {
            _closed.Add(order.Seq, _now);
            return Task.FromResult(new CheckoutState(CheckoutStage.Closed));
        },
        _ => throw new InvalidOperationException("nobody pays"), new CheckoutWatch(NullLogger<CheckoutWatch>.Instance));

    /// <summary>A provider whose checkouts have no end of their own.</summary>
    private sealed class EndlessCheckouts : IPaymentProvider
    {
        public bool EndsCheckouts => false;

        public Task<ProviderCheckout> CreateCheckoutAsync(
            CheckoutRequest request, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task<ProviderRefund> RefundAsync(RefundRequest request, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
