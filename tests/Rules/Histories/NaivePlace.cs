using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Tests.Rules.Histories;

/// <summary>A place in the line, with everything that happened to it.</summary>
internal sealed record NaivePlace(long Number, Alias User, int Quantity, KeyHash? Key, long Reservation, long JoinedAt)
{
    public PlaceState State { get; set; }

    /// <summary>The orders that offers made, in their order.</summary>
    public List<long> Offers { get; } = [];

    public bool HasDeclined { get; set; }

    /// <summary>Whether its offer ended, and its own end is not recorded yet.</summary>
    public bool MustEnd { get; set; }

    /// <summary>Where it was carried from; null: it was not carried.</summary>
    public Origin? Origin { get; init; }

    /// <summary>Whether it waited when the sale ended, and its buyer has not left since.</summary>
    public bool IsKept { get; set; }

    public bool MayLeave => IsKept || State == PlaceState.Waiting;

    public bool IsLive => State is PlaceState.Waiting or PlaceState.Offered;
}
