using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Reservations;

/// <summary>
/// Makes the first reservations of a batch's users, keyed by batch id. Most users reserve once, in no order, and call
/// nothing else before the sale. So no actor of their own is activated for them.
/// </summary>
[Alias("OrleansSale.IFirstReservationGrain")]
public interface IFirstReservationGrain : IGrainWithStringKey
{
    /// <summary>
    /// Makes the user's first reservation, if the window is open. Null: <see cref="IReservationGrain"/> has to be
    /// asked. There may be a reservation already, none may be allowed, or it is unknown whether it was stored.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="alias">
    /// The user's alias. The batch certainly does not know it, so no data of the user was erased.
    /// </param>
    /// <param name="schedule">The batch's schedule by the clock: see <see cref="Schedule.ByClock"/>.</param>
    [Alias("BeginAsync")]
    Task<ReservationView?> BeginAsync(string user, Alias alias, Schedule schedule);
}
