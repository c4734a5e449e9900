using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Grains.Batches.Carrying;

/// <summary>A place of the backlog, with its buyer as this batch knows them.</summary>
/// <param name="Origin">The place.</param>
/// <param name="Buyer">The buyer's alias in this batch.</param>
/// <param name="Reservation">Version of the buyer's reservation here, which may have been made for the place.</param>
/// <param name="Quantity">Units that the buyer asked for there.</param>
public readonly record struct CarriedPlace(Origin Origin, Alias Buyer, long Reservation, int Quantity);

/// <summary>
/// The rules for places that come from the product's backlog. A place stands for a reservation. It is carried with as
/// many units as the limit per user leaves its buyer here; with none it is not carried. A buyer has one place in the
/// line, so of several in the backlog the first one counts.
/// </summary>
public static class CarryRules
{
    /// <summary>Decides which of these places join the line; the outcome is how many.</summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="places">Places in the order of the backlog. Those before the last that joined are left out.</param>
    public static Decision<int> DecideJoin(SaleBatch batch, IEnumerable<CarriedPlace> places)
    {
        if (!batch.Line.IsCarrying) return new(0);
        var (joined, buyers, last) = (new List<BatchEntry>(), new HashSet<Alias>(), batch.Line.LastCarried);
        foreach (var place in places)
        {
            if (!batch.Line.MayCarry(place.Origin) || !IsAfter(place.Origin, last)) continue;
            var quantity = Math.Min(place.Quantity, UnitsLeftFor(batch, place.Buyer));
            if (quantity < 1 || place.Reservation <= batch.Reservations.CancelledVersionOf(place.Buyer)) continue;
            if (batch.Line.LatestOf(place.Buyer) is { IsLive: true } or { IsInBacklog: true }) continue;
            if (!buyers.Add(place.Buyer)) continue;
            joined.Add(new Joined(
                batch.Line.Count + joined.Count + 1, place.Buyer, quantity, JoinedHow.Carried, place.Reservation, null,
                place.Origin));
            last = place.Origin;
        }
        return new(joined.Count, [.. joined]);
    }

    /// <summary>
    /// Decides that carried places end whose buyers have left the backlog since they were read there; the outcome is
    /// how many.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="origin">The batch that they come from.</param>
    /// <param name="after">From after this number there.</param>
    /// <param name="last">Up to this number.</param>
    /// <param name="waiting">Those of the numbers between that still wait there.</param>
    public static Decision<int> DecideLeft(
        SaleBatch batch, string origin, long after, long last, IReadOnlySet<long> waiting)
    {
        var left = batch.Line.CarriedBetween(origin, after, last).Where(from => !waiting.Contains(from.Place))
            .Select(batch.Line.FindCarried).Where(place => place is { MayLeave: true })
            .Select(place => (BatchEntry)new Left(place!.Number, LeftWhy.Left)).ToArray();
        return new(left.Length, left);
    }

    /// <summary>Decides that all places have joined; the outcome is whether this was new.</summary>
    public static Decision<bool> DecideEnd(SaleBatch batch) =>
        batch.Line.IsCarrying ? new(true, new BacklogCarried(batch.Line.Carried)) : new(false);

    /// <summary>
    /// Decides that the places which waited at the end are never carried. Already so if none waits any more, or the
    /// command was carried out under this key. Conflict before the end, and while places are still joining.
    /// </summary>
    /// <param name="batch">State; not changed.</param>
    /// <param name="command">The operator's command.</param>
    public static Decision<Answer<Effect>> DecideDrop(SaleBatch batch, OperatorCommand command) =>
        OperatorRules.FindAnswered(batch, command) is { } answered ? new(answered)
        : !batch.Directing.IsEnded ? new(Conflict("the sale has not ended"))
        : batch.Line.IsCarrying ? new(Conflict("places of the backlog are still joining its line"))
        : batch.Line.InBacklog == 0 ? new(Effect.AlreadySo)
        : new(Effect.Done, new BacklogDropped(command.Reason, command.By, command.Key));

    private static Answer<Effect> Conflict(string detail) => new(Refusal.Conflict, detail);

    private static bool IsAfter(Origin origin, Origin? last) =>
        last is not { } before || before.Batch != origin.Batch || origin.Place > before.Place;

    private static int UnitsLeftFor(SaleBatch batch, Alias buyer)
    {
        var units = (long)batch.Terms!.PerUserLimit - LineRules.CountOf(batch.Line, buyer).WaitingUnits;
        for (var order = batch.Orders.LatestOf(buyer); order is not null; order = order.Previous)
            if (order.IsLive) units -= order.Quantity;
        return (int)units;
    }
}
