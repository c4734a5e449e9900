using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;

namespace OrleansSale.Grains.Batches.Payments;

/// <summary>
/// The rules for payments. Every captured payment is recorded (pretix is the model). The capture and its consequence
/// are one decision. It ends as exactly one of a paid order or a refund (I6).
/// </summary>
public static class PaymentRules
{
    /// <summary>Most checkouts of one order.</summary>
    public const int MaxCheckouts = 10;

    /// <summary>
    /// The refusal to open a checkout for the order; null: it may be opened. No checkout is opened from payBy on, but
    /// an open one may still capture.
    /// </summary>
    public static Refusal? MayCheckOut(SaleBatch batch, long seq, long now)
    {
        if (batch.Orders.Find(seq) is not { } order) return Refusal.NotFound;
        return order.Hold == HoldState.Live && now < order.PayBy && !batch.Recalls.Covers(order)
            ? null : Refusal.OrderNotPayable;
    }

    /// <summary>
    /// Decides the record of a checkout that the provider has opened. A repeat changes nothing. Conflict after
    /// <see cref="MaxCheckouts"/> others.
    /// </summary>
    public static Decision<Refusal?> DecideCheckout(
        SaleBatch batch, long seq, string provider, string checkout, long now)
    {
        if (MayCheckOut(batch, seq, now) is { } refusal) return new(refusal);
        var order = batch.Orders.Find(seq)!;
        if ((order.CheckoutProvider, order.Checkout) == (provider, checkout)) return new(null);
        return order.Checkouts < MaxCheckouts
            ? new(null, new CheckoutOpened(seq, order.Checkouts + 1, provider, checkout))
            : new(Refusal.Conflict);
    }

    /// <summary>Decides a captured payment.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="capture">The provider's report.</param>
    /// <param name="now">Instant, ms.</param>
    /// <param name="grace">From payBy to the release, ms; a payment within it is accepted.</param>
    public static Decision<Answer<CaptureResult>> DecideCapture(SaleBatch batch, Capture capture, long now, long grace)
    {
        if (batch.Payments.All.ContainsKey(IdOf(capture))) return new(CaptureResult.AlreadyRecorded);
        if (batch.Orders.Find(capture.Order) is not { } order) return new(Refusal.NotFound);
        if (WhyNotSold(batch, order, capture) is { } why) return new(CaptureResult.RefundOwed, Owe(capture, why));
        // The order ends at once and not at its turn. Otherwise a recall of unpaid orders would leave it as a paid one.
        if (order.Hold == HoldState.Live && batch.Recalls.Covers(order))
        {
            return new(
                CaptureResult.RefundOwed, batch.Recalls.CancelOf(order), Owe(capture, RefundReason.Cancelled));
        }
        var isDue = order.Hold == HoldState.Live && HoldRules.IsDue(order, now, grace);
        if (order.Hold == HoldState.Live && !isDue)
            return new(CaptureResult.Sold, new Sold(order.Seq, IdOf(capture), capture.Amount));
        // Past its deadline a hold cannot be sold, so one that is due ends here.
        BatchEntry[] ends = isDue ? [new Released(order.Seq, order.Units, ReleaseReason.Expired)] : [];
        return MayHoldAgain(batch, order, now)
            ? new(CaptureResult.Sold, [.. ends, new Sold(
                order.Seq, IdOf(capture), capture.Amount, isDue ? order.Units : batch.Stock.Lowest(order.Quantity))])
            : new(CaptureResult.RefundOwed, [.. ends, Owe(capture, RefundReason.Expired)]);
    }

    /// <summary>
    /// Decides the record of a refund that the provider has made. A refund that is recorded already changes nothing.
    /// </summary>
    /// <returns>Null; or the code of a refusal: the provider has made this refund for another payment.</returns>
    public static Decision<string?> DecideRefunded(SaleBatch batch, PaymentId payment, string refund) =>
        batch.Payments.All.GetValueOrDefault(payment) is not { State: PaymentState.Owed } owed ? new(null)
        : batch.Payments.IsRefund(payment.Provider, refund) ? new("refund-of-another-payment")
        : new(null, new RefundMade(owed.Order, owed.Id, refund, owed.Amount));

    /// <summary>
    /// Decides a cancellation. The units are free at once. A captured payment becomes owed back in the same commit. An
    /// order that has ended stays as it is, so a repeat is harmless. Invalid-request: the reason is a recall's, which
    /// cancels its orders by itself.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="seq">The order.</param>
    /// <param name="owner">The required owner; null: any.</param>
    /// <param name="by">The operator who cancels, and why; null: the owner cancels.</param>
    public static Decision<Refusal?> DecideCancel(SaleBatch batch, long seq, Alias? owner, Cancellation? by = null)
    {
        if (by is { Reason: CancelReason.Recalled }) return new(Refusal.InvalidRequest);
        if (batch.Orders.Find(seq) is not { } order || (owner is not null && order.Buyer != owner))
            return new(Refusal.NotFound);
        if (!order.IsLive) return new(null);
        var released = new Released(seq, order.Units, ReleaseReason.Cancelled, by?.Operator, by?.Reason);
        if (order.Hold == HoldState.Live) return new(null, released);
        var payment = batch.Payments.All[order.Payment!.Value];
        return new(null, released, new RefundOwed(seq, payment.Id, payment.Amount, RefundReason.Cancelled));
    }

    private static RefundReason? WhyNotSold(SaleBatch batch, Order order, Capture capture) =>
        capture.Payer != order.Buyer ? RefundReason.WrongPayer
        : capture.Amount != batch.Terms!.Product.Price * order.Quantity ? RefundReason.WrongAmount
        : order.Hold switch
        {
            HoldState.Sold => RefundReason.Duplicate,
            HoldState.Cancelled => RefundReason.Cancelled,
            _ => null,
        };

    // A late payment gets units if anybody could buy them now: the sale is on, nobody waits in the line, enough units
    // are free, and the buyer stays within the limit. Nobody else loses by it. Who has cancelled the reservation since
    // does not want them, and may have been erased.
    private static bool MayHoldAgain(SaleBatch batch, Order order, long now)
    {
        var directing = batch.Directing;
        if (!directing.IsOpen || directing.IsOver || directing.IsPaused || batch.Line.Waiting > 0) return false;
        if (batch.Reservations.LastCancellationOf(order.Buyer) > order.Seq) return false;
        // The end may be due and not recorded yet.
        if (now >= directing.Schedule.SaleCloses.ToUnixTimeMilliseconds()) return false;
        if (order.Hold != HoldState.Live && batch.Stock.Free.Count < order.Quantity) return false;
        var live = (long)LineRules.CountOf(batch.Line, order.Buyer).WaitingUnits;
        for (var other = batch.Orders.LatestOf(order.Buyer); other is not null; other = other.Previous)
            if (other.IsLive && other.Seq != order.Seq) live += other.Quantity;
        return live + order.Quantity <= batch.Terms!.PerUserLimit;
    }

    private static RefundOwed Owe(Capture capture, RefundReason why) =>
        new(capture.Order, IdOf(capture), capture.Amount, why);

    private static PaymentId IdOf(Capture capture) => new(capture.Provider, capture.Payment);
}
