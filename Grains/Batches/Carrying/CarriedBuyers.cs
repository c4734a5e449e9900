using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.Grains.Batches.Line;

namespace OrleansSale.Grains.Batches.Carrying;

/// <summary>
/// Finds who has a place of the backlog, and makes sure that they have a reservation in the batch that carries it:
/// lists of operators, messages and erasures find the user by it. Left out are users whose data were removed, those of
/// channels that the batch is not offered on, and those whose reservation cannot be read or changed any more.
/// </summary>
internal sealed class CarriedBuyers(DurableBatch batch, IGrainFactory grains)
{
    /// <summary>Most reservations that are made at the same time.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>These places with their buyers, in their order.</summary>
    /// <param name="origin">The batch that they wait in.</param>
    /// <param name="places">The places.</param>
    /// <exception cref="SaleUnavailableException">The batch's key is missing.</exception>
    public async Task<List<CarriedPlace>> FindAsync(string origin, BacklogPlace[] places)
    {
        var stored = await grains.GetGrain<IBatchKeyGrain>(batch.Id).FindAsync();
        var key = stored is { Length: BatchKey.Length } ? new BatchKey(stored) : null;
        if (key is null || !key.Is(batch.State.Directing.KeyHash))
            throw new SaleUnavailableException($"{batch.Id}: its key is missing");
        var users = await grains.GetGrain<IRosterGrain>(origin)
            .FindUsersAsync(Array.ConvertAll(places, place => place.Buyer));
        var found = new List<CarriedPlace>(places.Length);
        foreach (var group in places.Zip(users).Chunk(MaxConcurrency))
        {
            var here = await Task.WhenAll(
                group.Select(pair => FindAsync(key, new Origin(origin, pair.First.Place), pair.First, pair.Second)));
            found.AddRange(here.OfType<CarriedPlace>());
        }
        return found;
    }

    private async Task<CarriedPlace?> FindAsync(BatchKey key, Origin origin, BacklogPlace place, string? user)
    {
        if (user is null || !batch.State.Terms!.IsEligible(user)) return null;
        var alias = key.AliasOf(user);
        try
        {
            var reserved = await grains.GetGrain<IReservationGrain>(IReservationGrain.KeyOf(batch.Id, alias))
                .ReserveForGrantAsync(user);
            return reserved.Value is { } reservation
                ? new CarriedPlace(origin, alias, reservation.Version, place.Quantity) : null;
        }
        catch (StorageDamagedException)
        {
            // One user's damaged stream must not hold up all others.
            return null;
        }
    }
}
