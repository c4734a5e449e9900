using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;

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

    public bool IsLive => State is PlaceState.Waiting or PlaceState.Offered;
}
