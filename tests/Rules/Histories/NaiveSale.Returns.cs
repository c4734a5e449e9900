using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Payments;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>Returns, read naively: a hold for one has no units until the returned order gives them up.</summary>
internal sealed partial class NaiveSale
{
    private (NaiveOrder Order, NaiveOrder Taker)? _returning;

    /// <summary>The order whose units the next in line can have now; null: none.</summary>
    public NaiveOrder? NextReturn => NextInLine is not { } place ? null
        : Orders.Where(order => order.OfferedBackAt is not null && TakerOf(order) is null)
            .Where(order => order.User != place.User && order.Units.Length <= place.Quantity)
            .MinBy(order => order.OfferedBackAt);

    /// <summary>Units that may still come from returns.</summary>
    public int UnitsOfReturns =>
        Orders.Where(order => order.OfferedBackAt is not null).Sum(order => order.Units.Length);

    /// <summary>The live hold for an order's return; null: none.</summary>
    public NaiveOrder? TakerOf(NaiveOrder order) =>
        Orders.Find(hold => hold.State == NaiveState.Held && hold.From == order.Seq);

    /// <summary>Whether a paid order's buyer does not offer it back, or not any more.</summary>
    public bool IsKept(long order) => Find(order) is { State: NaiveState.Paid, OfferedBackAt: null };

    public OrderReturn? ReturnOf(NaiveOrder order) =>
        order.State == NaiveState.Returned ? OrderReturn.Returned
        : (isOffered: order.OfferedBackAt is not null && !Ended, isTaken: TakerOf(order) is not null) switch
        {
            (true, true) => OrderReturn.BeingPaid,
            (true, false) => OrderReturn.Offered,
            (false, true) => OrderReturn.Ending,
            (false, false) => null,
        };

    public Answer<Effect> ExpectReturn(long seq, Alias owner)
    {
        if (Find(seq) is not { } order || order.User != owner) return Refusal.NotFound;
        var stage = ReturnOf(order);
        if (stage is not null and not OrderReturn.Ending) return Effect.AlreadySo;
        if (order.State != NaiveState.Paid || order.ShippedUnder is not null) return Refusal.Conflict;
        if (Ended) return Refusal.SaleClosed;
        var hasLine = Terms.StandbyPlaces + BacklogUnits > 0;
        return stage is null && hasLine && order.OffersBack < 10 ? Effect.Done : Refusal.Conflict;
    }

    public Answer<Effect> ExpectKeep(long seq, Alias owner)
    {
        if (Find(seq) is not { } order || order.User != owner) return Refusal.NotFound;
        return ReturnOf(order) switch
        {
            null or OrderReturn.Ending => Effect.AlreadySo,
            OrderReturn.Returned => Refusal.Conflict,
            _ => Effect.Done,
        };
    }

    private void TakeReturn(ReturnEntry e)
    {
        var order = Find(e.Order)!;
        (e is ReturnOffered ? ExpectReturn(e.Order, order.User) : ExpectKeep(e.Order, order.User))
            .Value.ShouldBe(Effect.Done);
        order.OfferedBackAt = e is ReturnOffered ? Seq : null;
        if (e is ReturnOffered) order.OffersBack++;
    }

    // I1: the units are free, and the lowest free ones. A hold for a return names those of the order that is returned.
    private void TakeHeldUnits(Held e)
    {
        e.Units.ShouldNotBeEmpty();
        var free = Units.Where(unit => unit.Value == NaiveUnit.Free).Select(unit => unit.Key).Order().ToList();
        if (e.Offer?.From is { } from)
        {
            ForLine.ShouldBe(0, "free units go to the line first");
            var order = NextReturn.ShouldNotBeNull();
            (order.Seq, order.State).ShouldBe((from, NaiveState.Paid));
            e.Units.ShouldBe(order.Units);
        }
        else e.Units.ShouldBe(free.Take(e.Units.Length));
        if (e.Offer is { } offer) TakeOffer(e, offer.Place);
        else
        {
            e.Units.Length.ShouldBeLessThanOrEqualTo(ForPurchases, "I5: nobody overtakes the line");
            _bought += e.Units.Length;
        }
        if (e.Offer?.From is null) Move(e.Units, NaiveUnit.Free, NaiveUnit.Held);
    }

    // A hold for a return has nothing to free. What it waits for becomes its own.
    private void FreeUnits(NaiveOrder order, Released e)
    {
        order.OfferedBackAt = null;
        if (order.From is not null)
        {
            order.From = null;
            return;
        }
        var taker = order.State == NaiveState.Paid ? TakerOf(order) : null;
        if (e.Why == ReleaseReason.Returned) _returning = (order, taker.ShouldNotBeNull("somebody pays"));
        else if (taker is not null) e.By.ShouldNotBeNull("the buyer cannot cancel while somebody pays");
        Move(order.Units, order.State == NaiveState.Paid ? NaiveUnit.Sold : NaiveUnit.Held,
            taker is null ? NaiveUnit.Free : NaiveUnit.Held);
        if (taker is not null) taker.From = null;
    }

    // I6: whoever gives back is owed what did not go back before, and whoever paid has the units, in one commit.
    private void CheckReturn(BatchEntry entry)
    {
        if (_returning is not var (order, taker)) return;
        if (Payments[order.Payment!.Value] is { Where: NaiveMoney.Kept, IsEmpty: false })
        {
            var owed = entry.ShouldBeOfType<RefundOwed>();
            (owed.Order, owed.Payment, owed.Why).ShouldBe((order.Seq, order.Payment!.Value, RefundReason.Returned));
            return;
        }
        var sold = entry.ShouldBeOfType<Sold>();
        (sold.Order, sold.Units).ShouldBe((taker.Seq, null));
        _returning = null;
    }
}
