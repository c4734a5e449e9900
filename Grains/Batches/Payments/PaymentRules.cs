using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
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
        if (capture.Payer != order.Buyer) return Owe(capture, RefundReason.WrongPayer);
        if (capture.Amount != batch.Terms!.Product.Price * order.Quantity)
            return Owe(capture, RefundReason.WrongAmount);
        var returned = batch.Orders.Returns.ReturnedTo(order);
        return order.Hold switch
        {
            // It ends at once and not at its turn. Otherwise a recall of unpaid orders would leave it as a paid one.
            HoldState.Live when batch.Recalls.Covers(order) => Ending(
                batch.Recalls.CancelOf(order), Owe(capture, RefundReason.Cancelled)),
            HoldState.Live when !HoldRules.IsDue(order, now, grace) => new(
                CaptureResult.Sold,
                [
                    .. Return(batch, returned),
                    new Sold(order.Seq, IdOf(capture), capture.Amount, Fee: PaymentFee.Of(capture)),
                ]),
            // Past its deadline a hold cannot be sold, so one that is due ends here. One for a return frees no units.
            HoldState.Live => Ending(
                new Released(order.Seq, order.Units, ReleaseReason.Expired),
                DecideLate(batch, order, capture, returned is null ? order.Units : null, now)),
            HoldState.Expired => DecideLate(batch, order, capture, units: null, now),
            HoldState.Sold => Owe(capture, RefundReason.Duplicate),
            HoldState.Cancelled or HoldState.Gone or HoldState.Returned => Owe(capture, RefundReason.Cancelled),
            _ => throw new InvalidOperationException($"Unknown hold state {order.Hold}"),
        };
    }

    /// <summary>
    /// The order's only checkout, if a capture names another one at the same provider; null: nothing is wrong, as far
    /// as this batch can know. Then the provider may have told one payment for orders of two batches.
    /// </summary>
    /// <remarks>
    /// It is no reason to refuse the payment or to owe it back. A ledger that was restored may lack the checkout, and
    /// the money may have come for this order alone. Of several checkouts of an order only the last is known here.
    /// </remarks>
    public static string? FindOtherCheckout(SaleBatch batch, Capture capture) =>
        capture.Checkout is { } named && batch.Orders.Find(capture.Order) is { Checkouts: 1, Checkout: { } own } order
            && order.CheckoutProvider == capture.Provider && own != named
            ? own : null;

    /// <summary>
    /// Decides the record of a refund that the provider has made. A refund that is recorded already changes nothing.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="refund">The provider's id of the refund.</param>
    /// <param name="amount">The amount that was asked for.</param>
    /// <returns>
    /// Null; or the code of a refusal: the provider has made this refund for another payment, or less is owed by now.
    /// </returns>
    public static Decision<string?> DecideRefunded(SaleBatch batch, PaymentId payment, string refund, Money amount) =>
        batch.Payments.All.GetValueOrDefault(payment) is not { State: PaymentState.Owed } owed ? new(null)
        : owed.Left != amount ? new("another-amount")
        : batch.Payments.IsRefund(payment.Provider, refund) ? new("refund-of-another-payment")
        : new(null, new RefundMade(owed.Order, owed.Id, refund, owed.Left));

    /// <summary>
    /// Decides a cancellation. The units are free at once, or become those of the order that is paying for the return.
    /// A captured payment becomes owed back in the same commit. An order that has ended stays as it is, so a repeat is
    /// harmless. Conflict if a paid order is shipped, or if its buyer may not cancel it by the terms, or while somebody
    /// else is paying for what they give back. Invalid-request: the reason is a recall's, which cancels its orders by
    /// itself.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="seq">The order.</param>
    /// <param name="owner">The required owner; null: any.</param>
    /// <param name="by">The operator who cancels, and why; null: the owner cancels.</param>
    /// <param name="key">The hash of the operator's key; null: the owner cancels, or there is no key.</param>
    public static Decision<Answer<Effect>> DecideCancel(
        SaleBatch batch, long seq, Alias? owner, Cancellation? by = null, KeyHash? key = null)
    {
        if (by is { Reason: CancelReason.Recalled }) return new(Refusal.InvalidRequest);
        if (batch.Orders.Find(seq) is not { } order || (owner is not null && order.Buyer != owner))
            return new(Refusal.NotFound);
        if (!order.IsLive) return new(Effect.AlreadySo);
        var released = new Released(seq, order.Units, ReleaseReason.Cancelled, by?.Operator, by?.Reason, key);
        if (order.Hold == HoldState.Live) return new(Effect.Done, released);
        if (order.Shipment is not null) return new(Conflict("it is shipped: only an operator can refund it"));
        if (by is null && !batch.Terms!.MayCancelPaid) return new(Conflict("it is paid, and stays so by the terms"));
        if (by is null && batch.Orders.Returns.HoldOf(order) > 0) return new(Conflict(ReturnRules.Paying));
        var payment = batch.Payments.All[order.Payment!.Value];
        // Its money may have gone back elsewhere before.
        return payment.IsEmpty ? new(Effect.Done, released)
            : new(Effect.Done, released, new RefundOwed(seq, payment.Id, payment.Left, RefundReason.Cancelled));
    }

    // Units: those that it would get; null: the lowest free ones.
    private static Decision<Answer<CaptureResult>> DecideLate(
        SaleBatch batch, Order order, Capture capture, int[]? units, long now) =>
        MayHoldAgain(batch, order, hasUnits: units is not null, now)
            ? new(CaptureResult.Sold, new Sold(
                order.Seq, IdOf(capture), capture.Amount, units ?? batch.Stock.Lowest(order.Quantity),
                PaymentFee.Of(capture)))
            : Owe(capture, RefundReason.Expired);

    private static Decision<Answer<CaptureResult>> Ending(Released end, Decision<Answer<CaptureResult>> then) =>
        then with { Entries = [end, .. then.Entries] };

    // A late payment gets units if anybody could buy them now: the sale is on, nobody waits in the line, enough units
    // are free, and the buyer stays within the limit. Nobody else loses by it. Who has cancelled the reservation since
    // does not want them, and may have been erased.
    private static bool MayHoldAgain(SaleBatch batch, Order order, bool hasUnits, long now)
    {
        var directing = batch.Directing;
        if (!directing.IsOpen || directing.IsOver || directing.IsPaused || batch.Line.Waiting > 0
            || batch.Line.IsCarrying)
            return false;
        if (batch.Reservations.LastCancellationOf(order.Buyer) > order.Seq) return false;
        // The end may be due and not recorded yet.
        if (now >= directing.Schedule.SaleCloses.ToUnixTimeMilliseconds()) return false;
        if (!hasUnits && batch.Stock.Free.Count < order.Quantity) return false;
        var live = (long)LineRules.CountOf(batch.Line, order.Buyer).WaitingUnits;
        for (var other = batch.Orders.LatestOf(order.Buyer); other is not null; other = other.Previous)
            if (other.IsLive && other.Seq != order.Seq) live += other.Quantity;
        return live + order.Quantity <= batch.Terms!.PerUserLimit;
    }

    // The first buyer's order ends, and its units are the payer's. Its money may have gone back elsewhere before.
    private static BatchEntry[] Return(SaleBatch batch, Order? returned)
    {
        if (returned is null) return [];
        var payment = batch.Payments.All[returned.Payment!.Value];
        var released = new Released(returned.Seq, returned.Units, ReleaseReason.Returned);
        return payment.IsEmpty ? [released]
            : [released, new RefundOwed(returned.Seq, payment.Id, payment.Left, RefundReason.Returned)];
    }

    private static Decision<Answer<CaptureResult>> Owe(Capture capture, RefundReason why) =>
        new(CaptureResult.RefundOwed, new RefundOwed(
            capture.Order, IdOf(capture), capture.Amount, why, Fee: PaymentFee.Of(capture)));

    private static Answer<Effect> Conflict(string detail) => new(Refusal.Conflict, detail);

    private static PaymentId IdOf(Capture capture) => new(capture.Provider, capture.Payment);
}
