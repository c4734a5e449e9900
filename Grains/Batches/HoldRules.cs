using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches;

/// <summary>
/// How holds and reservations end. A hold ends once: sold, expired or cancelled. Its release may lag behind the
/// deadline but never comes early, and past the deadline it can no longer be sold (TigerBeetle's two-phase transfers
/// have the same rule).
/// </summary>
public static class HoldRules
{
    /// <summary>The next hold that is due, released; null: none is. Ask again after applying it.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="now">Instant, ms.</param>
    /// <param name="grace">From payBy to the release, ms.</param>
    public static Released? NextDue(SaleBatch batch, long now, long grace) =>
        batch.NextDeadline() is { } order && IsDue(order, now, grace)
            ? new Released(order.Seq, order.Units, ReleaseReason.Expired)
            : null;

    /// <summary>Whether a live hold is to be released: now is at or past payBy + grace.</summary>
    public static bool IsDue(Order order, long now, long grace) => now >= order.PayBy + grace;

    /// <summary>
    /// Decides a cancellation. The units are free at once; a payment that was captured is owed back in the same commit.
    /// An order that has ended is answered as it is, so a repeat is harmless.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="seq">The order.</param>
    /// <param name="owner">Who asks; null: an operator, who may cancel any order.</param>
    public static Decision<Refusal?> DecideCancel(SaleBatch batch, long seq, string? owner)
    {
        if (batch.FindOrder(seq) is not { } order || (owner is not null && order.User != owner)) return new(Refusal.NotFound);
        if (!order.IsLive) return new(null);
        var released = new Released(seq, order.Units, ReleaseReason.Cancelled);
        if (order.Hold == HoldState.Live) return new(null, released);
        var payment = batch.Payments[order.Payment!];
        return new(null, released, new RefundOwed(seq, payment.Id, payment.Amount, RefundReason.Cancelled));
    }

    /// <summary>
    /// Decides the cancellation of a reservation: conflict while its user has a live order. False: it was cancelled
    /// already.
    /// </summary>
    public static Decision<Answer<bool>> DecideReservationCancelled(SaleBatch batch, string user, long version)
    {
        if (batch.Terms is null) return new(Refusal.NotFound);
        if (version <= batch.CancelledVersionOf(user)) return new(false);
        if (PurchaseRules.FindLive(batch, user) is { } live)
            return new(new Answer<bool>(Refusal.Conflict, $"order {OrderId.Of(batch.Terms.Id, live.Seq)} is live"));
        return new(true, new ReservationCancelled(user, version));
    }
}
