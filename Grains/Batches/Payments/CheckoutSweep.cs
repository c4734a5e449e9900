using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Payments;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// Asks providers about the checkouts of a batch, so that a payment is found though its notification never came. Open
/// ones are asked for now and then, and first when the batch is activated. At payBy, or when the order is cancelled,
/// they are closed, or asked for if the provider ends them by itself. It is bounded in rate and in concurrency, and no
/// purchase and no release waits for it.
/// </summary>
/// <remarks>
/// It looks at each order's own payBy, also after that has moved: an order that is due too early is put back, and one
/// that would be due too late is brought forward. Closings come before questions, and questions take a part of the room
/// only. So the question at payBy is asked in time for the release, which follows by the grace, if the provider keeps
/// up.
/// </remarks>
/// <param name="batch">The state; not changed here.</param>
/// <param name="asker">Asks the providers.</param>
/// <param name="grace">From payBy to the release, ms.</param>
/// <param name="watch">Logs what fails.</param>
internal sealed class CheckoutSweep(SaleBatch batch, ICheckoutAsker asker, long grace, CheckoutWatch watch)
{
    /// <summary>Most calls in progress at the same time, per batch.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>Most of them that ask for checkouts that may be paid still.</summary>
    public const int MaxQuestions = 4;

    /// <summary>Most calls that are begun from one tick to the next, per batch.</summary>
    public const int MaxCallsPerTick = 48;

    /// <summary>Most orders that are looked at in one tick after the activation; the rest follow.</summary>
    public const int MaxOrdersPerTick = 50_000;

    /// <summary>From one question about an open checkout to the next, ms.</summary>
    public const long QuestionPeriod = 3 * 60_000;

    /// <summary>
    /// The pause after the first try of a closing that did not succeed, ms; each later one is twice as long.
    /// </summary>
    public const long FirstDelay = 1_000;

    /// <summary>The longest such pause, ms.</summary>
    public const long MaxDelay = 60_000;

    /// <summary>The longest pause while a payment is under way at the provider, ms: that may take days.</summary>
    public const long MaxProcessingDelay = 3_600_000;

    // A call that is begun so long before the release comes back in time, or was given up.
    private const long MaxCallMilliseconds = 10_000;

    // One for each order with a checkout that may be paid, or that ended less than ClosingRules.LongestAfterPayBy ago,
    // or LongestProcessing if a payment is under way.
    private readonly Dictionary<long, WatchedCheckout> _watched = [];
    private readonly PriorityQueue<WatchedCheckout, long> _closings = new(), _questions = new();

    // The orders that this activation has read are looked at from the last to the first.
    private int _unread = batch.Orders.All.Count;
    private long _now, _movedAt = batch.Orders.MovedAt;
    private int _underWay, _asking, _begun;

    /// <summary>Whether nothing is to be asked.</summary>
    public bool IsIdle => _watched.Count == 0 && _unread == 0;

    /// <summary>
    /// Watches the checkout of an order, if it has one. Call it after it was opened, and after its order was paid,
    /// cancelled or revived.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="now">The batch's instant, ms.</param>
    public void Watch(Order order, long now)
    {
        _now = Math.Max(_now, now);
        var known = _watched.GetValueOrDefault(order.Seq);
        var (isOpen, isLeftOpen) = (ClosingRules.IsOpen(order, now), MayBeLeftOpen(order, known, now));
        if (!isOpen && !isLeftOpen)
        {
            if (known is not null) End(known);
            return;
        }
        if (known?.Checkout == order.Checkout)
        {
            // It was cancelled. One that was revived is put back by the next tick.
            if (isLeftOpen) Close(known!, now);
            return;
        }
        var watched = new WatchedCheckout(order);
        _watched[order.Seq] = watched;
        Close(watched, isOpen ? order.PayBy : now);
        if (isOpen) Ask(watched, now + QuestionPeriod);
    }

    /// <summary>Starts what is due.</summary>
    /// <param name="now">The batch's instant, ms.</param>
    public void Start(long now)
    {
        (_now, _begun) = (now, 0);
        Read();
        Renew();
        Pump();
    }

    private void Read()
    {
        if (batch.Terms is null) return;
        for (var left = MaxOrdersPerTick; left > 0 && _unread > 0; left--)
        {
            var order = batch.Orders.All[--_unread];
            if (order.Checkout is null || _watched.ContainsKey(order.Seq)) continue;
            var isOpen = ClosingRules.IsOpen(order, _now);
            if (!isOpen && !ClosingRules.MayBeLeftOpen(order, _now)) continue;
            var watched = new WatchedCheckout(order);
            _watched.Add(order.Seq, watched);
            Close(watched, isOpen ? order.PayBy : _now);
            // Nobody may have asked for it for long.
            if (isOpen) Ask(watched, _now);
        }
    }

    // After an extension or a revival, of which an operator makes few. What would be due after the new payBy is due in
    // time for it.
    private void Renew()
    {
        if (_movedAt == batch.Orders.MovedAt) return;
        _movedAt = batch.Orders.MovedAt;
        foreach (var watched in _watched.Values.Where(watched => watched.Order.Hold == HoldState.Live))
        {
            if (ClosingRules.IsOpen(watched.Order, _now))
            {
                if (watched.ClosesAt > watched.Order.PayBy) PutBack(watched);
            }
            else if (BeforeRelease(watched.Order, watched.ClosesAt) is var due && due < watched.ClosesAt)
            {
                Close(watched, due);
            }
        }
    }

    private void Pump()
    {
        while (CanBegin && _closings.TryPeek(out var next, out var due) && due <= _now)
        {
            _closings.Dequeue();
            // It was put back meanwhile, or has ended.
            if (next.ClosesAt != due || next.IsOver) continue;
            if (ClosingRules.IsOpen(next.Order, _now)) PutBack(next);
            else if (!MayBeLeftOpen(next.Order, next, _now)) End(next);
            else Begin(next, isQuestion: false);
        }
        while (CanBegin && _asking < MaxQuestions && _questions.TryPeek(out var next, out var due) && due <= _now)
        {
            _questions.Dequeue();
            next.IsAsked = false;
            if (next.IsOver || next.IsUnderWay || !ClosingRules.IsOpen(next.Order, _now)) continue;
            Begin(next, isQuestion: true);
        }
    }

    private bool CanBegin => _underWay < MaxConcurrency && _begun < MaxCallsPerTick;

    private void Begin(WatchedCheckout watched, bool isQuestion)
    {
        // The question that is under way comes back, and then the closing is due.
        if (watched.IsUnderWay)
        {
            Close(watched, _now + FirstDelay);
            return;
        }
        watched.IsUnderWay = true;
        _underWay++;
        _begun++;
        if (isQuestion) _asking++;
        _ = RunAsync(watched, isQuestion);
    }

    private async Task RunAsync(WatchedCheckout watched, bool isQuestion)
    {
        var isDone = false;
        try
        {
            isDone = isQuestion ? await AskAsync(watched) : await CloseAsync(watched);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The order's actor or storage failed: the next try finds the same.
            watch.LeftOpen(NameOf(watched), watched.Provider, e.GetType().Name);
        }
        finally
        {
            _underWay--;
            if (isQuestion) _asking--;
            watched.IsUnderWay = false;
        }
        if (isDone) End(watched);
        else if (isQuestion)
        {
            if (!watched.IsUntold) Ask(watched, _now + QuestionPeriod);
        }
        else if (ClosingRules.IsOpen(watched.Order, _now)) PutBack(watched);
        else
        {
            var longest = watched.IsProcessing ? MaxProcessingDelay : MaxDelay;
            watched.Delay = watched.Delay == 0 ? FirstDelay : Math.Min(watched.Delay * 2, longest);
            Close(watched, BeforeRelease(watched.Order, _now + watched.Delay));
        }
        Pump();
    }

    // Whether there is nothing to ask any more.
    private async Task<bool> AskAsync(WatchedCheckout watched)
    {
        var state = await asker.FindAsync(watched.Opened);
        CheckoutWatch.Count(watched.Provider, state.Stage);
        if (state.Stage == CheckoutStage.Unknown) watch.LeftOpen(NameOf(watched), watched.Provider, state.Code!);
        else watch.Closed(watched.Provider);
        // It is closed at payBy all the same: a provider that cannot tell may be able to close.
        watched.IsUntold = state.Stage == CheckoutStage.Untold;
        return state.Stage == CheckoutStage.Paid && await asker.CaptureAsync(watched.Opened, state);
    }

    private async Task<bool> CloseAsync(WatchedCheckout watched)
    {
        // There is nothing to close while its payment is under way.
        var state = watched.IsProcessing
            ? await asker.FindAsync(watched.Opened) : await asker.CloseAsync(watched.Opened);
        CheckoutWatch.Count(watched.Provider, state.Stage);
        // The payment was declined, so the checkout can be paid again. It may be too late for another turn.
        if (watched.IsProcessing && state.Stage == CheckoutStage.Open && MayBeLeftOpen(watched.Order, watched, _now))
        {
            state = await asker.CloseAsync(watched.Opened);
            CheckoutWatch.Count(watched.Provider, state.Stage);
        }
        // A provider that does not say leaves the payment as it was.
        if (state.Stage != CheckoutStage.Unknown) watched.IsProcessing = state.Stage == CheckoutStage.Processing;
        var isDone = state.Stage switch
        {
            CheckoutStage.Closed or CheckoutStage.Untold => true,
            CheckoutStage.Paid => await asker.CaptureAsync(watched.Opened, state),
            _ => false,
        };
        if (isDone || state.Stage == CheckoutStage.Processing) watch.Closed(watched.Provider);
        else watch.LeftOpen(NameOf(watched), watched.Provider, state.Code ?? "still-open");
        return isDone;
    }

    private static bool MayBeLeftOpen(Order order, WatchedCheckout? watched, long now) =>
        ClosingRules.MayBeLeftOpen(order, now, watched?.IsProcessing ?? false);

    // The last try before the release must not miss it by the doubled pause.
    private long BeforeRelease(Order order, long due)
    {
        var lastBefore = order.PayBy + grace - MaxCallMilliseconds;
        return _now < lastBefore && due > lastBefore ? lastBefore : due;
    }

    private void Close(WatchedCheckout watched, long due)
    {
        watched.ClosesAt = due;
        _closings.Enqueue(watched, due);
    }

    private void Ask(WatchedCheckout watched, long due)
    {
        if (due >= watched.Order.PayBy) return;
        watched.IsAsked = true;
        _questions.Enqueue(watched, due);
    }

    // Its payBy has moved. So there is time for questions again.
    private void PutBack(WatchedCheckout watched)
    {
        watched.Delay = 0;
        Close(watched, watched.Order.PayBy);
        if (!watched.IsAsked && !watched.IsUnderWay && !watched.IsUntold) Ask(watched, _now + QuestionPeriod);
    }

    private void End(WatchedCheckout watched)
    {
        watched.IsOver = true;
        if (_watched.GetValueOrDefault(watched.Order.Seq) == watched) _watched.Remove(watched.Order.Seq);
    }

    private string NameOf(WatchedCheckout watched) => OrderId.Of(batch.Terms!.Id, watched.Order.Seq);
}
