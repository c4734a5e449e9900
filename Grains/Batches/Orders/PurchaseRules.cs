using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// The rules for purchases: the line first, then first come, first served; all or nothing; the lowest free numbers.
/// </summary>
public static class PurchaseRules
{
    /// <summary>
    /// Decides a purchase. Of several reasons to refuse, the lowest <see cref="Refusal"/> is returned.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="request">The purchase.</param>
    /// <param name="now">Instant, ms.</param>
    public static Decision<PurchaseOutcome> Decide(SaleBatch batch, in PurchaseRequest request, long now)
    {
        if (request.Quantity < 1) return Refuse(Refusal.InvalidRequest);
        if (batch.Terms is not { } terms) return Refuse(Refusal.NotFound);

        var reservation = request.Reservation;
        if (reservation <= batch.Reservations.CancelledVersionOf(request.Buyer) && reservation > 0)
        {
            if (request.ByTicket) return Refuse(Refusal.TicketInvalid);
            reservation = 0;
        }

        // A repeat is answered before any other refusal: users who have the order always get it back.
        var latest = batch.Orders.LatestOf(request.Buyer);
        if (FindRepeated(latest, request.Key) is { } repeated)
        {
            return request.Key is not null && repeated.Quantity != request.Quantity
                ? Refuse(Refusal.Conflict)
                : new(PurchaseOutcome.Repeat(batch.Orders.View(repeated)));
        }

        var repeatedPlace = batch.Line.Count == 0 ? null
            : LineRules.FindRepeated(batch.Line, request.Buyer, request.Key);
        if (repeatedPlace is not null) return Repeat(batch, repeatedPlace, request, now);

        var free = batch.Stock.Free.Count;
        var phase = Timetable.PhaseAt(
            batch.Directing.Schedule, DateTimeOffset.FromUnixTimeMilliseconds(now), batch.Directing.IsPaused,
            batch.Directing.IsOver, free);
        if (phase == Phase.Closed) return Refuse(Refusal.SaleClosed);
        if (phase is Phase.Announced or Phase.Reserving or Phase.Waiting) return Refuse(Refusal.SaleNotOpen);
        if (phase == Phase.Paused) return Refuse(Refusal.Paused);
        if (FindLimit(batch, latest, request, terms.PerUserLimit) is { } limit)
            return new(PurchaseOutcome.Over(limit));
        // While somebody waits in the line, free units are theirs (I5).
        if (request.Quantity > batch.Line.UnitsForPurchases(batch.Stock))
            return StandBy(batch, request, reservation, now);
        if (reservation <= 0) return Refuse(Refusal.NotReserved);

        var held = new Held(
            request.Buyer, batch.Stock.Lowest(request.Quantity), now + batch.Directing.WindowMilliseconds, reservation,
            request.Key);
        return new(PurchaseOutcome.Made(batch.Orders.View(held, batch.LastSeq + 1, now)), held);
    }

    /// <summary>
    /// The order that this buyer made with this key; null: none. A key stays bound to its order for ever.
    /// </summary>
    /// <param name="latest">The buyer's newest order; null: there is none.</param>
    /// <param name="key">The key.</param>
    public static Order? FindByKey(Order? latest, KeyHash key) => FindRepeated(latest, key);

    /// <summary>The buyer's live order, the newest of several; null: none.</summary>
    public static Order? FindLive(SaleBatch batch, Alias buyer) => FindRepeated(batch.Orders.LatestOf(buyer), null);

    // A buyer's orders are a short list: the limit bounds the live ones, BatchTerms.MaxEndedOrders the others.
    private static Order? FindRepeated(Order? latest, KeyHash? key)
    {
        for (var order = latest; order is not null; order = order.Previous)
        {
            if (key is null ? order.IsLive : order.Key == key) return order;
        }
        return null;
    }

    // The order that the place became, or the place. A place that waited again after an offer is not that order.
    private static Decision<PurchaseOutcome> Repeat(
        SaleBatch batch, Place place, in PurchaseRequest request, long now) =>
        request.Key is not null && place.Quantity != request.Quantity ? Refuse(Refusal.Conflict)
        : place is { State: PlaceState.Offered or PlaceState.Taken or PlaceState.Passed, Order: { } order }
            ? new(PurchaseOutcome.Repeat(batch.Orders.View(batch.Orders.Find(order)!)))
        : new(PurchaseOutcome.Waits(LineRules.View(batch, place, now), repeated: true));

    private static Decision<PurchaseOutcome> StandBy(
        SaleBatch batch, in PurchaseRequest request, long reservation, long now)
    {
        var refusal = LineRules.MayJoin(batch);
        if (!request.Standby || refusal == Refusal.SoldOut)
            return new(PurchaseOutcome.SoldOut(batch.LastSeq, mayStandBy: refusal is null));
        if (refusal is { } full) return Refuse(full);
        if (reservation <= 0) return Refuse(Refusal.NotReserved);
        var joined = new Joined(
            batch.Line.Count + 1, request.Buyer, request.Quantity, JoinedHow.Standby, reservation, request.Key, null);
        return new(PurchaseOutcome.Waits(LineRules.View(batch, joined, now), repeated: false), joined);
    }

    private static UserLimit? FindLimit(SaleBatch batch, Order? latest, in PurchaseRequest request, int limit)
    {
        var (live, ended) = (0L, 0);
        for (var order = latest; order is not null; order = order.Previous)
        {
            if (order.IsLive) live += order.Quantity;
            else ended++;
        }
        var hasPlace = false;
        if (batch.Line.Count > 0)
        {
            var places = LineRules.CountOf(batch.Line, request.Buyer);
            (live, ended) = (live + places.WaitingUnits, ended + places.Ended);
            hasPlace = request.Standby && batch.Line.LatestOf(request.Buyer) is { IsLive: true };
        }
        return live + request.Quantity > limit ? UserLimit.Units
            : ended >= BatchTerms.MaxEndedOrders ? UserLimit.EndedOrders
            : hasPlace ? UserLimit.Places
            : null;
    }

    private static Decision<PurchaseOutcome> Refuse(Refusal refusal) => new(PurchaseOutcome.No(refusal));
}
