using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Grains.Batches.Orders;

/// <summary>
/// The rule for offers: free units go to the first who waits in the line, as long as the sale is on. While places of
/// the backlog wait or are still to come, a part of the units is for purchases. When none is free for the line, units
/// that buyers offer back go to it.
/// </summary>
public static class OfferRules
{
    /// <summary>The entry that the line needs next; null: none. Call again after the entry is applied.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="now">Instant, ms.</param>
    public static BatchEntry? Next(SaleBatch batch, long now)
    {
        var (line, directing, free) = (batch.Line, batch.Directing, batch.Line.UnitsForLine(batch.Stock));
        if (line.Passing is > 0 and var passed) return new Left(passed, LeftWhy.Passed);
        if (!directing.IsOpen || directing.IsOver || directing.IsPaused) return null;
        if (free == 0 && !batch.Orders.Returns.AnyWaiting) return null;
        if (line.FirstWaiting is not (> 0 and var first)) return null;
        var place = line.Find(first)!;
        var from = free > 0 ? null : batch.Orders.Returns.FirstFor(place.Buyer, place.Quantity);
        if (free == 0 && from is null) return null;
        return new Held(
            place.Buyer, from?.Units ?? batch.Stock.Lowest(Math.Min(place.Quantity, free)),
            now + directing.OfferWindowMilliseconds, place.Reservation, null, new Offer(first, from?.Seq));
    }
}
