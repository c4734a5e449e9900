using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Line;
using OrleansSale.Grains.Batches.Orders;
using OrleansSale.Grains.Batches.Reservations;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The line, as a list. It fails on the first entry that breaks I5.</summary>
internal sealed partial class NaiveSale
{
    public List<NaivePlace> Places { get; } = [];

    public bool Suspended { get; private set; }

    /// <summary>The entry that last cancelled a user's reservation.</summary>
    public Dictionary<Alias, long> CancelledAt { get; } = [];

    public NaivePlace? NextInLine => Places.Find(place => place.State == PlaceState.Waiting);

    public int Waiting => Places.Count(place => place.State == PlaceState.Waiting);

    public int AheadOf(NaivePlace place) => place.State != PlaceState.Waiting ? 0
        : Places.Count(other => other.State == PlaceState.Waiting && other.Number < place.Number);

    public int WaitingUnitsOf(Alias user) =>
        Places.Where(place => place.User == user && place.State == PlaceState.Waiting).Sum(place => place.Quantity);

    // A buyer who is offered a part may decline it, and then waits for all again.
    private int WantedUnitsOf(Alias user) => WaitingUnitsOf(user) + Places
        .Where(place => place.User == user && place is { State: PlaceState.Offered, HasDeclined: false })
        .Sum(place => place.Quantity - Find(place.Offers[^1])!.Units.Length);

    /// <summary>Whether free units must be offered now.</summary>
    public bool MustOffer =>
        Opened && !Ended && !Closed && !Paused && (ForLine > 0 ? NextInLine is not null : NextReturn is not null);

    public NaivePlace? LatestPlaceOf(Alias user) => Places.FindLast(place => place.User == user);

    public Answer<Effect> ExpectLeave(Alias user) => ExpectEndOf(LatestPlaceOf(user));

    public Answer<Effect> ExpectRemove(long number) =>
        Places.Find(place => place.Number == number) is { } place ? ExpectEndOf(place) : Refusal.NotFound;

    private static Answer<Effect> ExpectEndOf(NaivePlace? place) =>
        place is { MayLeave: true } ? Effect.Done
        : place is { State: PlaceState.Offered } ? Refusal.Conflict
        : Effect.AlreadySo;

    private void TakeJoined(Joined e)
    {
        e.Place.ShouldBe(Places.Count + 1);
        if (e.How == JoinedHow.Carried)
        {
            TakeCarried(e);
            return;
        }
        (e.How, e.Origin, IsCarrying).ShouldBe((JoinedHow.Standby, null, false));
        (Opened, Ended, Closed, Paused, Suspended).ShouldBe((true, false, false, false, false), "while it is on sale");
        (ForPurchases < e.Quantity).ShouldBeTrue("nobody waits for units that they could have");
        Waiting.ShouldBeLessThan(Terms.StandbyPlaces);
        Places.ShouldNotContain(place => place.User == e.Buyer && place.IsLive, "one live place a user");
        (LiveUnitsOf(e.Buyer) + e.Quantity).ShouldBeLessThanOrEqualTo(Terms.PerUserLimit, "I2");
        e.Reservation.ShouldBeGreaterThan(CancelledVersions.GetValueOrDefault(e.Buyer), "reserved");
        Places.Add(new NaivePlace(e.Place, e.Buyer, e.Quantity, e.Key, e.Reservation, At));
    }

    private void TakeOffer(Held e, long number)
    {
        var place = NextInLine.ShouldNotBeNull("I5: somebody waits");
        place.Number.ShouldBe(number, "I5: nobody overtakes");
        (e.Buyer, e.Reservation, e.Key).ShouldBe((place.User, place.Reservation, null));
        if (e.Offer!.From is null) e.Units.Length.ShouldBe(Math.Min(place.Quantity, ForLine));
        place.State = PlaceState.Offered;
        place.Offers.Add(Seq);
    }

    private void TakeLeft(Left e)
    {
        var place = Places.Single(place => place.Number == e.Place);
        var isOwn = e.Why != LeftWhy.Removed;
        (e.By is null, e.Reason is null, e.Key is null).ShouldBe((isOwn, isOwn, isOwn));
        if (e.Why == LeftWhy.Passed)
        {
            place.MustEnd.ShouldBeTrue("only a place whose offer ended has passed");
            place.MustEnd = false;
            return;
        }
        place.MayLeave.ShouldBeTrue();
        place.IsKept = false;
        place.State = e.Why == LeftWhy.Removed ? PlaceState.Removed : PlaceState.Left;
    }

    // An offer that ended unpaid.
    private void EndOffer(NaiveOrder order, bool byBuyer)
    {
        if (Places.Find(place => place.State == PlaceState.Offered && place.Offers[^1] == order.Seq) is not { } place)
            return;
        if (byBuyer && order.Units.Length < place.Quantity && !place.HasDeclined)
        {
            place.HasDeclined = true;
            place.State = Ended ? PlaceState.Ended : PlaceState.Waiting;
            return;
        }
        (place.State, place.MustEnd) = (PlaceState.Passed, true);
    }

    private void TakePlaceOf(NaiveOrder order)
    {
        var place = Places.Find(place => place.Offers.LastOrDefault() == order.Seq);
        if (place is { State: PlaceState.Offered }) place.State = PlaceState.Taken;
    }

    // A late payment takes free units, and overtakes nobody.
    private void HoldAgain(NaiveOrder order, int[] units)
    {
        order.State.ShouldBe(NaiveState.Expired, "only an expired order is held again");
        (Opened, Ended, Closed, Paused, Waiting, IsCarrying).ShouldBe(
            (true, false, false, false, 0, false), "anybody could buy");
        units.Length.ShouldBe(order.Units.Length);
        Move(units, NaiveUnit.Free, NaiveUnit.Held);
        (LiveUnitsOf(order.User) + WaitingUnitsOf(order.User) + units.Length)
            .ShouldBeLessThanOrEqualTo(Terms.PerUserLimit, "I2");
        (order.Units, order.State) = (units, NaiveState.Held);
    }

    private void EndLine()
    {
        foreach (var place in Places.Where(place => place.State == PlaceState.Waiting))
            (place.State, place.IsKept) = (PlaceState.Ended, true);
    }

    private void TakeReservationCancelled(ReservationCancelled e)
    {
        Orders.ShouldNotContain(order => order.User == e.User && order.IsLive);
        e.Version.ShouldBeGreaterThan(CancelledVersions.GetValueOrDefault(e.User));
        (CancelledVersions[e.User], CancelledAt[e.User]) = (e.Version, Seq);
        if (LatestPlaceOf(e.User) is { MayLeave: true } place) (place.State, place.IsKept) = (PlaceState.Left, false);
    }
}
