using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.GrainInterfaces.Reservations;

/// <summary>
/// Where to deliver what a user may buy, said while they hold a reservation. Keyed as the reservation:
/// <see cref="IReservationGrain.KeyOf"/>. A live order without details of its own is delivered there. Only the
/// reservation changes it, and it calls no actor but the batch.
/// </summary>
[Alias("OrleansSale.IReservedDeliveryGrain")]
public interface IReservedDeliveryGrain : IGrainWithStringKey
{
    /// <summary>
    /// Keeps where to deliver, unless the batch refuses: see
    /// <see cref="Batches.ISaleBatchGrain.MayChangeDeliveryAsync"/>.
    /// </summary>
    /// <param name="version">The version of the reservation.</param>
    /// <param name="delivery">Where to deliver.</param>
    [Alias("SetAsync")]
    Task<Answer<Delivery>> SetAsync(long version, Delivery delivery);

    /// <summary>Where to deliver; null: never said.</summary>
    [Alias("GetAsync")]
    Task<Delivery?> GetAsync();

    /// <summary>
    /// Removes where to deliver at the user's wish. Already so: there was nothing. Conflict while an order needs it.
    /// </summary>
    /// <param name="version">The version of the reservation.</param>
    [Alias("RemoveAsync")]
    Task<Answer<Effect>> RemoveAsync(long version);

    /// <summary>Removes where to deliver, because the reservation ends or the user is erased.</summary>
    [Alias("EraseAsync")]
    Task EraseAsync();
}
