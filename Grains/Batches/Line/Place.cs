using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Grains.Batches.Line;

/// <summary>A place in a batch's state, as it is now.</summary>
/// <param name="Number">Its number, 1 or more.</param>
/// <param name="Buyer">The buyer.</param>
/// <param name="Quantity">Units that the buyer asked for.</param>
/// <param name="State">Its state.</param>
/// <param name="Key">The client's key; null: none.</param>
/// <param name="Reservation">Version of the reservation that entitles to it.</param>
/// <param name="JoinedAt">When the buyer joined, ms.</param>
/// <param name="Order">The order that the latest offer made; null: no offer was made.</param>
/// <param name="WaitingUnits">
/// Units with which it counts towards the limit, beside its order: those that it waits for, or would wait for again if
/// its buyer declined the part that is offered.
/// </param>
/// <param name="IsInBacklog">Whether it waited when the sale ended, and has not left since.</param>
/// <param name="Origin">The place in an earlier batch that it was carried from; null: it was not carried.</param>
public sealed record Place(
    long Number, Alias Buyer, int Quantity, PlaceState State, KeyHash? Key, long Reservation, long JoinedAt,
    long? Order, int WaitingUnits, bool IsInBacklog = false, Origin? Origin = null)
{
    /// <summary>Whether it waits, or units are held for it.</summary>
    public bool IsLive => State is PlaceState.Waiting or PlaceState.Offered;

    /// <summary>Whether its buyer may leave: it waits, here or in the product's backlog.</summary>
    public bool MayLeave => State == PlaceState.Waiting || IsInBacklog;
}
