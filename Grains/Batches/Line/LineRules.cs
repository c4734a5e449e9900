using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Batches.Line;

/// <summary>
/// The rules for the line. Free units go to the first who waits. A place needs no contact to keep its turn. An offer is
/// a hold with a window of its own; if it expires or is declined, the place has passed.
/// </summary>
public static class LineRules
{
    private const int PaceSeconds = 600;

    /// <summary>
    /// The refusal to a buyer who would be sold out and asks for a place; null: they may join if nothing else prevents
    /// it. Sold-out: the batch has no line, or nobody may join it now. Line-full: as many wait as the terms allow.
    /// </summary>
    public static Refusal? MayJoin(SaleBatch batch) =>
        batch.Terms!.StandbyPlaces == 0 || batch.Directing.IsLineSuspended || batch.Line.IsCarrying ? Refusal.SoldOut
        : batch.Line.Waiting >= batch.Terms.StandbyPlaces ? Refusal.LineFull
        : null;

    /// <summary>
    /// The place that this buyer's earlier request with this key made; without a key their live place. Null: none.
    /// </summary>
    public static Place? FindRepeated(LineBook line, Alias buyer, KeyHash? key)
    {
        for (var place = line.LatestOf(buyer); place is not null; place = line.PreviousOf(place))
        {
            if (key is null ? place.IsLive : place.Key == key) return place;
        }
        return null;
    }

    /// <summary>
    /// What the buyer's places add to the limits: the units that they wait for, or would wait for again if the buyer
    /// declined a part; and the places that ended without an order.
    /// </summary>
    public static (int WaitingUnits, int Ended) CountOf(LineBook line, Alias buyer)
    {
        var (units, ended) = (0, 0);
        for (var place = line.LatestOf(buyer); place is not null; place = line.PreviousOf(place))
        {
            units += place.WaitingUnits;
            if (place is { IsLive: false, Order: null }) ended++;
        }
        return (units, ended);
    }

    /// <summary>
    /// Decides that a buyer leaves the line. A place that has ended stays as it is, so a repeat is harmless. Conflict
    /// while units are held for it: the buyer declines them by cancelling the order.
    /// </summary>
    public static Decision<Answer<Effect>> DecideLeave(SaleBatch batch, Alias buyer)
    {
        if (batch.Terms is null) return new(Refusal.NotFound);
        return DecideLeave(batch, batch.Line.LatestOf(buyer));
    }

    /// <summary>Decides that the buyer of a place leaves the line; null: they have none.</summary>
    public static Decision<Answer<Effect>> DecideLeave(SaleBatch batch, Place? from)
    {
        return from switch
        {
            { MayLeave: true } place => new(Effect.Done, new Left(place.Number, LeftWhy.Left)),
            { State: PlaceState.Offered } place => new(OfferedIn(batch.Terms!.Id, place)),
            _ => new(Effect.AlreadySo),
        };
    }

    /// <summary>
    /// Decides that an operator removes a place. Conflict while units are held for it: the operator cancels the order.
    /// </summary>
    public static Decision<Answer<Effect>> DecideRemove(SaleBatch batch, BuyerCommand command)
    {
        if (command.Reason == CancelReason.Recalled) return new(new Answer<Effect>(Refusal.InvalidRequest, "reason"));
        var number = command.Number;
        if (batch.Terms is not { } terms || batch.Line.Find(number) is not { } place) return new(Refusal.NotFound);
        return place switch
        {
            { MayLeave: true } => new(
                Effect.Done, new Left(number, LeftWhy.Removed, command.By, command.Reason, command.Key)),
            { State: PlaceState.Offered } => new(OfferedIn(terms.Id, place)),
            _ => new(Effect.AlreadySo),
        };
    }

    /// <summary>A place's view for callers.</summary>
    public static PlaceView View(SaleBatch batch, Place place, long now) =>
        View(batch, place, batch.Line.Ahead(place), now);

    /// <summary>The views of places after a number, at most so many, in their order.</summary>
    public static PlaceView[] View(SaleBatch batch, long after, int limit, long now)
    {
        var (views, waits) = (new List<PlaceView>(), -1);
        foreach (var place in batch.Line.After(after).Take(limit))
        {
            var isWaiting = place.State == PlaceState.Waiting;
            // The places ahead are counted once for a page. From there on each that waits is one more.
            if (isWaiting) waits = waits < 0 ? batch.Line.Ahead(place) : waits + 1;
            views.Add(View(batch, place, isWaiting ? waits : 0, now));
        }
        return [.. views];
    }

    private static PlaceView View(SaleBatch batch, Place place, int ahead, long now) => new(
        batch.Terms!.Id, place.Number, place.Buyer, place.Quantity, place.State,
        DateTimeOffset.FromUnixTimeMilliseconds(place.JoinedAt), place.Order, ahead,
        place.State == PlaceState.Waiting ? Estimate(batch, ahead, now) : WaitEstimate.Unknown, place.IsInBacklog,
        place.Origin?.Batch, place.Origin?.Place ?? 0);

    /// <summary>The view of the place that a joined entry at this instant makes.</summary>
    public static PlaceView View(SaleBatch batch, Joined joined, long now) => new(
        batch.Terms!.Id, joined.Place, joined.Buyer, joined.Quantity, PlaceState.Waiting,
        DateTimeOffset.FromUnixTimeMilliseconds(now), null, batch.Line.Waiting,
        Estimate(batch, batch.Line.Waiting, now));

    private static WaitEstimate Estimate(SaleBatch batch, int ahead, long now)
    {
        var offers = batch.Line.RecentOffers(now);
        int? seconds = offers == 0 ? null : (int)Math.Min(int.MaxValue, (ahead + 1L) * PaceSeconds / offers);
        return new(
            ahead >= batch.UnitsThatMayCome ? WaitOutlook.Unlikely
            : offers == 0 ? WaitOutlook.Unknown
            : WaitOutlook.Possible,
            seconds);
    }

    private static Answer<Effect> OfferedIn(string batch, Place place) =>
        new(Refusal.Conflict, $"units are held for it in order {OrderId.Of(batch, place.Order!.Value)}");
}
