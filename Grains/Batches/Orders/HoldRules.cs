using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Reservations;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// How holds and reservations end. A hold ends once: sold, expired or cancelled. Its release may lag behind the
/// deadline but never comes early, and past the deadline it can no longer be sold (TigerBeetle's two-phase transfers
/// have the same rule).
/// </summary>
public static class HoldRules
{
    /// <summary>Whether a live hold is to be released: now is at or past payBy + grace.</summary>
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
}
