using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Reservations;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// The rules for the end of holds and reservations. A hold ends once: sold, expired or cancelled. It may be released
/// later than its deadline, but never earlier. Past the deadline it can no longer be sold. (TigerBeetle's two-phase
/// transfers have the same rule.)
/// </summary>
public static class HoldRules
{
    /// <summary>Whether a live hold is due for release: now is at or past payBy + grace.</summary>
    public static bool IsDue(Order order, long now, long grace) => now >= order.PayBy + grace;

    /// <summary>
    /// Decides the cancellation of a reservation: conflict while its user has a live order.
    /// </summary>
    public static Decision<Answer<Effect>> DecideReservationCancelled(SaleBatch batch, Alias user, long version)
    {
        if (batch.Terms is null) return new(Refusal.NotFound);
        if (version <= batch.Reservations.CancelledVersionOf(user)) return new(Effect.AlreadySo);
        if (PurchaseRules.FindLive(batch, user) is { } live)
            return new(new Answer<Effect>(Refusal.Conflict, $"order {OrderId.Of(batch.Terms.Id, live.Seq)} is live"));
        return new(Effect.Done, new ReservationCancelled(user, version));
    }

    /// <summary>
    /// Whether the delivery details of a reservation may change. They may not while its user has a live order: they are
    /// that order's until it has its own. They may not after the end, when no order needs them any more.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="user">The user's alias.</param>
    /// <param name="version">The version of the reservation.</param>
    public static Answer<Effect> MayChangeDelivery(SaleBatch batch, Alias user, long version)
    {
        if (batch.Terms is null || version <= batch.Reservations.CancelledVersionOf(user)) return Refusal.NotFound;
        if (PurchaseRules.FindLive(batch, user) is { } live)
            return new(Refusal.Conflict, $"change the details of order {OrderId.Of(batch.Terms.Id, live.Seq)} instead");
        return batch.Directing.IsEnded ? Refusal.SaleClosed : Effect.Done;
    }
}
