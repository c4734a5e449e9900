using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Harness;

/// <summary>A user's reservation of a batch, by its actor.</summary>
public sealed record UserReservation(IGrainFactory Actors, string Batch, string User, Alias Alias)
{
    /// <summary>What its actors are keyed by.</summary>
    public string Key { get; } = IReservationGrain.KeyOf(Batch, Alias);

    /// <summary>Its actor.</summary>
    public IReservationGrain Actor { get; } = Actors.GetGrain<IReservationGrain>(IReservationGrain.KeyOf(Batch, Alias));

    /// <summary>The actor of its delivery details.</summary>
    public IReservedDeliveryGrain Delivery { get; } =
        Actors.GetGrain<IReservedDeliveryGrain>(IReservationGrain.KeyOf(Batch, Alias));

    /// <summary>Its stream in the ledger.</summary>
    public string Stream { get; } = Streams.OfReservation(Batch, Alias);

    /// <summary>Reserves, by a schedule that need not be the batch's.</summary>
    public Task<Answer<ReservationView>> ReserveAsync(Schedule schedule) => Actor.ReserveAsync(User, schedule);

    /// <summary>Makes the first one without its actor; null: the actor has to be asked.</summary>
    public Task<ReservationView?> BeginAsync(Schedule schedule) =>
        Actors.GetGrain<IFirstReservationGrain>(Batch).BeginAsync(User, Alias, schedule);

    /// <summary>Reads it.</summary>
    public Task<Answer<ReservationView>> GetAsync() => Actor.GetAsync();

    /// <summary>Cancels it.</summary>
    public Task<Answer<Effect>> CancelAsync() => Actor.CancelAsync();

    /// <summary>Removes the user from what is stored.</summary>
    public Task<Answer<Effect>> EraseAsync() => Actor.EraseAsync();
}
