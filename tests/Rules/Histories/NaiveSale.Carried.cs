using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.Grains.Batches.Carrying;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The places that come from the product's backlog, and the units that are theirs.</summary>
internal sealed partial class NaiveSale
{
    private bool _isCarried;
    private int _bought;

    private int BacklogUnits => Terms.BacklogUnits ?? 0;

    public bool IsCarrying => Opened && BacklogUnits > 0 && !_isCarried;

    public Origin? LastOrigin => Places.FindLast(place => place.Origin is not null)?.Origin;

    /// <summary>The free units that a purchase may take.</summary>
    public int ForPurchases
    {
        get
        {
            var carried = Places.Count(place => place is { State: PlaceState.Waiting, Origin: not null });
            var free = Count(NaiveUnit.Free);
            if (!IsCarrying && carried == 0) return Waiting == 0 ? free : 0;
            if (Waiting > carried) return 0;
            return Math.Clamp(Terms.Stock - BacklogUnits - Count(NaiveUnit.Withdrawn) - _bought, 0, free);
        }
    }

    /// <summary>The free units that may be offered to the line.</summary>
    private int ForLine
    {
        get
        {
            var isShared = IsCarrying
                || Places.Exists(place => place is { State: PlaceState.Waiting, Origin: not null });
            return Count(NaiveUnit.Free) - (isShared ? ForPurchases : 0);
        }
    }

    /// <summary>With how many units a place is carried; 0: it is not.</summary>
    public int ExpectCarried(CarriedPlace place)
    {
        var (origin, user) = (place.Origin, place.Buyer);
        if (!IsCarrying || place.Reservation <= CancelledVersions.GetValueOrDefault(user)) return 0;
        if (!MayFollow(origin)) return 0;
        if (Places.Exists(other => other.User == user && (other.IsLive || other.IsKept))) return 0;
        return Math.Max(0, Math.Min(place.Quantity, Terms.PerUserLimit - LiveUnitsOf(user)));
    }

    private bool MayFollow(Origin origin)
    {
        var same = Places.Where(place => place.Origin?.Batch == origin.Batch).ToList();
        return origin.Place >= 1 && (same.Count == 0
            || (LastOrigin!.Value.Batch == origin.Batch && same[^1].Origin!.Value.Place < origin.Place));
    }

    private void TakeCarried(Joined e)
    {
        IsCarrying.ShouldBeTrue();
        e.Key.ShouldBeNull();
        MayFollow(e.Origin.ShouldNotBeNull()).ShouldBeTrue("nobody is carried twice, or overtaken");
        Places.ShouldAllBe(place => place.Origin != null, "carried places come first");
        Places.ShouldNotContain(place => place.User == e.Buyer && place.IsLive, "one live place a user");
        e.Quantity.ShouldBeGreaterThan(0);
        (LiveUnitsOf(e.Buyer) + e.Quantity).ShouldBeLessThanOrEqualTo(Terms.PerUserLimit, "I2");
        e.Reservation.ShouldBeGreaterThan(CancelledVersions.GetValueOrDefault(e.Buyer), "reserved");
        Places.Add(new NaivePlace(e.Place, e.Buyer, e.Quantity, e.Key, e.Reservation, At)
        {
            Origin = e.Origin,
            State = Ended ? PlaceState.Ended : PlaceState.Waiting,
            IsKept = Ended,
        });
    }

    private void TakeCarriedAll(BacklogCarried e)
    {
        IsCarrying.ShouldBeTrue();
        e.Places.ShouldBe(Places.Count(place => place.Origin is not null));
        _isCarried = true;
    }

    private void TakeDropped(BacklogDropped e)
    {
        (Ended, IsCarrying).ShouldBe((true, false));
        Places.ShouldContain(place => place.IsKept);
        foreach (var place in Places) place.IsKept = false;
        Do((e.By, e.Key), OperatorAction.DropBacklog, 0);
    }
}
