using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// Closes the checkouts of orders that take no payment any more, at the providers that do not end them by themselves.
/// It looks at no order if there is no such provider. Its work is bounded per tick and in concurrency.
/// </summary>
/// <param name="batch">The state; not changed here.</param>
/// <param name="timeProvider">The clock of the pauses.</param>
/// <param name="providers">The providers, which know whether they end checkouts.</param>
/// <param name="close">Asks the provider of an order to close its checkout.</param>
/// <param name="capture">Decides and records a payment that the provider reports.</param>
/// <param name="watch">Logs what fails.</param>
internal sealed class ClosingSweep(
    SaleBatch batch, TimeProvider timeProvider, PaymentProviders providers,
    Func<Order, string, string, Task<CheckoutState>> close, Func<Capture, Task> capture, CheckoutWatch watch)
{
    /// <summary>Most closings in progress at the same time, per batch.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>Most orders that are looked at in one tick; the rest follow in the next one.</summary>
    public const int MaxOrdersPerTick = 10_000;

    /// <summary>Longest pause between two tries of one closing.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    // At most two for each order with an open checkout whose payBy is less than ClosingRules.LongestAfterPayBy ago: one
    // since payBy or since before this activation, one since a cancellation.
    private readonly PriorityQueue<Closing, long> _due = new();

    // Orders with the same window are made in the order of their payBy. There are two windows: of purchases, and of
    // offers to the line. Those before this place have been looked at, for each window.
    private readonly int[] _places = [-1, -1];

    // The orders that this activation has read. Those that were cancelled before it are found once.
    private readonly int _read = batch.Orders.All.Count;
    private int _scanned;
    private int _underWay;
    private bool _isBehind = true;

    /// <summary>Whether nothing is to be closed now.</summary>
    public bool IsIdle => providers.AllEndCheckouts || (_underWay == 0 && _due.Count == 0 && !_isBehind);

    /// <summary>Notes an order that takes no payment any more. Call it once for a cancellation.</summary>
    public void Add(Order order, long now)
    {
        if (ClosingRules.MayBeLeftOpen(order, now) && providers.MustCloseCheckoutsOf(order.CheckoutProvider!))
            _due.Enqueue(new Closing(order), 0);
    }

    /// <summary>Starts the closings that are due.</summary>
    /// <param name="now">The batch's instant, ms.</param>
    public void Start(long now)
    {
        if (providers.AllEndCheckouts) return;
        FindDue(now);
        var timestamp = timeProvider.GetTimestamp();
        while (_underWay < MaxConcurrency && _due.TryPeek(out var next, out var notBefore) && notBefore <= timestamp)
        {
            _due.Dequeue();
            if (!ClosingRules.MayBeLeftOpen(next.Order, now)) continue;
            _underWay++;
            _ = RunAsync(next);
        }
    }

    private void FindDue(long now)
    {
        if (batch.Terms is null) return;
        var (orders, directing) = (batch.Orders.All, batch.Directing);
        long[] windows = [directing.WindowMilliseconds, directing.OfferWindowMilliseconds];
        if (_places[0] < 0)
        {
            _scanned = FirstHeldAfter(now - ClosingRules.LongestAfterPayBy - windows.Max());
            _places.AsSpan().Fill(_scanned);
        }
        var left = MaxOrdersPerTick;
        for (; left > 0 && _scanned < _read; left--, _scanned++)
            if (orders[_scanned].Hold == HoldState.Cancelled) Add(orders[_scanned], now);
        for (var i = 0; i < windows.Distinct().Count(); i++)
        {
            for (ref var place = ref _places[i]; left > 0 && place < orders.Count; left--, place++)
            {
                var order = orders[place];
                if (order.PayBy - order.HeldAt != windows[i]) continue;
                if (order.PayBy > now) break;
                if (order.Hold != HoldState.Cancelled) Add(order, now);
            }
        }
        _isBehind = left == 0;
    }

    private int FirstHeldAfter(long instant)
    {
        var (from, to) = (0, batch.Orders.All.Count);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            if (batch.Orders.All[middle].HeldAt <= instant) from = middle + 1;
            else to = middle;
        }
        return from;
    }

    private async Task RunAsync(Closing closing)
    {
        var order = closing.Order;
        var (provider, checkout) = (order.CheckoutProvider!, order.Checkout!);
        try
        {
            var state = await close(order, provider, checkout);
            if (ClosingRules.CaptureOf(order, provider, state) is { } paid) await capture(paid);
            if (state.Stage is CheckoutStage.Closed or CheckoutStage.Paid or CheckoutStage.Processing)
            {
                watch.Closed(provider);
                return;
            }
            watch.LeftOpen(OrderId.Of(batch.Terms!.Id, order.Seq), provider, state.Code ?? "still-open");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The order's actor or storage failed: the next try finds the same.
            watch.LeftOpen(OrderId.Of(batch.Terms!.Id, order.Seq), provider, e.GetType().Name);
        }
        finally
        {
            _underWay--;
        }
        closing.Delay = closing.Delay == default ? FirstDelay
            : closing.Delay * 2 < MaxDelay ? closing.Delay * 2
            : MaxDelay;
        _due.Enqueue(closing, timeProvider.GetTimestamp()
            + (long)(closing.Delay.TotalSeconds * timeProvider.TimestampFrequency));
    }

    private sealed class Closing(Order order)
    {
        public Order Order => order;

        public TimeSpan Delay { get; set; }
    }
}
