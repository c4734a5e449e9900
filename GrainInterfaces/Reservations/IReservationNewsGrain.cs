using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Reservations;

/// <summary>
/// Where the fronts hand each other the changes of a batch's reservations, keyed by batch id. It keeps the latest ones
/// in memory and stores nothing: who misses a change learns of it when they ask for the reservation.
/// </summary>
[Alias("OrleansSale.IReservationNewsGrain")]
public interface IReservationNewsGrain : IGrainWithStringKey
{
    /// <summary>Most changes that are kept, and most in one call.</summary>
    const int MaxKept = 4_096;

    /// <summary>Takes changes in, and returns those that it took in since a position, these included.</summary>
    /// <param name="changes">At most <see cref="MaxKept"/>, oldest first.</param>
    /// <param name="since">The position of the last answer; null: only changes from now on are of interest.</param>
    [Alias("ExchangeAsync")]
    Task<ReservationNews> ExchangeAsync(ReservationChange[] changes, long? since);
}

/// <summary>A reservation was made or cancelled.</summary>
/// <param name="Alias">Whose.</param>
/// <param name="ReservedAt">When it was made; null: it was cancelled.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.ReservationChange")]
public sealed record ReservationChange(
    [property: Id(0)] Alias Alias, [property: Id(1)] DateTimeOffset? ReservedAt);

/// <summary>The latest changes of reservations.</summary>
/// <param name="Changes">Oldest first; those that are not kept any more are left out.</param>
/// <param name="Position">What to ask with the next time.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.ReservationNews")]
public sealed record ReservationNews(
    [property: Id(0)] ReservationChange[] Changes, [property: Id(1)] long Position);
