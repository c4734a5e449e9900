using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Cluster;

/// <summary>A user's reservation of a batch, by its actor.</summary>
internal sealed record UserReservation(IGrainFactory Actors, string Batch, string User, Alias Alias)
{
    public IReservationGrain Actor { get; } = Actors.GetGrain<IReservationGrain>(IReservationGrain.KeyOf(Batch, Alias));

    /// <summary>Its stream in the ledger.</summary>
    public string Stream { get; } = Streams.OfReservation(Batch, Alias);

    public Task<Answer<ReservationView>> ReserveAsync(Schedule schedule) => Actor.ReserveAsync(User, schedule);

    public Task<Answer<ReservationView>> GetAsync() => Actor.GetAsync();

    public Task<Answer<Effect>> CancelAsync() => Actor.CancelAsync();

    public Task<Answer<Effect>> EraseAsync() => Actor.EraseAsync();
}
