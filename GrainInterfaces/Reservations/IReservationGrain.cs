using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Reservations;

/// <summary>
/// A user's registration for a batch, keyed by <see cref="KeyOf"/>. The reservation knows its user, for the lists of
/// operators; the ledger of the batch knows the alias alone.
/// </summary>
[Alias("OrleansSale.IReservationGrain")]
public interface IReservationGrain : IGrainWithStringKey
{
    /// <summary>Most changes (a reservation or its cancellation) per user and batch.</summary>
    const int MaxChanges = 20;

    /// <summary>The key: the batch, a slash, and the user's alias.</summary>
    static string KeyOf(string batch, Alias alias) => $"{batch}/{alias}";

    /// <summary>The batch and the alias of a key.</summary>
    /// <exception cref="ArgumentException">It is no such key.</exception>
    static (string Batch, Alias Alias) Parse(string key)
    {
        var slash = Math.Max(0, key.IndexOf('/', StringComparison.Ordinal));
        return Alias.TryParse(key[(slash + 1)..], out var alias)
            ? (key[..slash], alias) : throw new ArgumentException($"{key} is no key of a reservation", nameof(key));
    }

    /// <summary>
    /// Reserves, or returns the reservation that is there. Reservation-closed outside the window. Limit-reached after
    /// <see cref="MaxChanges"/> changes, or after the user's data were erased.
    /// </summary>
    /// <param name="user">The user whose alias is in the key.</param>
    /// <param name="schedule">The batch's schedule by the clock: see <see cref="Schedule.ByClock"/>.</param>
    /// <param name="mayBeKnown">
    /// False only if the batch has certainly never seen the alias. Then an unfinished erasure need not be looked for.
    /// </param>
    [Alias("ReserveAsync")]
    Task<Answer<ReservationView>> ReserveAsync(string user, Schedule schedule, bool mayBeKnown = true);

    /// <summary>
    /// Makes sure that the user of a grant has a reservation, at any time: lists of operators, messages and erasures
    /// find the user by it. Conflict after <see cref="MaxChanges"/> changes, or after the user's data were erased:
    /// the limit is the user's, and the caller is an operator.
    /// </summary>
    /// <param name="user">The user whose alias is in the key.</param>
    [Alias("ReserveForGrantAsync")]
    Task<Answer<ReservationView>> ReserveForGrantAsync(string user);

    /// <summary>
    /// The reservation. Not-found: there is none. Limit-reached: there is none, and after <see cref="MaxChanges"/>
    /// changes none can be made.
    /// </summary>
    [Alias("GetAsync")]
    Task<Answer<ReservationView>> GetAsync();

    /// <summary>
    /// Cancels the reservation: writes the batch's entry first, then the reservation's. A repeat completes an
    /// interrupted cancellation. Already so if there was none. Conflict while the user has a live order. The delivery
    /// details go with it.
    /// </summary>
    [Alias("CancelAsync")]
    Task<Answer<Effect>> CancelAsync();

    /// <summary>
    /// Stores the delivery details. Not-found: there is no reservation. Conflict while the user has a live order, whose
    /// details these are. Sale-closed: the sale has ended.
    /// </summary>
    [Alias("SetDeliveryAsync")]
    Task<Answer<Delivery>> SetDeliveryAsync(Delivery delivery);

    /// <summary>The delivery details; a null value: none were given. Not-found: there is no reservation.</summary>
    [Alias("GetDeliveryAsync")]
    Task<Answer<Delivery?>> GetDeliveryAsync();

    /// <summary>
    /// Removes the delivery details. Already so: there were none. Conflict while the user has a live order.
    /// </summary>
    [Alias("RemoveDeliveryAsync")]
    Task<Answer<Effect>> RemoveDeliveryAsync();

    /// <summary>
    /// Cancels the reservation and removes the user from its stored data and from those of the user's orders, and the
    /// delivery details of all of them. Conflict while an order may still need the user.
    /// </summary>
    /// <remarks>
    /// It does the same in the batch that the user's place was carried to, or is being carried to from the backlog. A
    /// conflict there is a conflict here.
    /// </remarks>
    [Alias("EraseAsync")]
    Task<Answer<Effect>> EraseAsync();

    /// <summary>
    /// Like <see cref="EraseAsync"/>. In addition, a user who never reserved here cannot reserve any more. Use it
    /// when a place of theirs may still be carried to this batch.
    /// </summary>
    [Alias("EraseForGoodAsync")]
    Task<Answer<Effect>> EraseForGoodAsync();
}

/// <summary>A reservation.</summary>
/// <param name="Version">
/// 1 for the user's first reservation of the batch, one more for each after a cancellation.
/// </param>
/// <param name="ReservedAt">When it was made.</param>
/// <param name="Created">Whether this call made it.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.ReservationView")]
public sealed record ReservationView(
    [property: Id(0)] long Version, [property: Id(1)] DateTimeOffset ReservedAt, [property: Id(2)] bool Created);

/// <summary>
/// The roster of a batch, keyed by batch id: who holds a reservation. Read from the ledger; several may serve at once.
/// </summary>
[Alias("OrleansSale.IRosterGrain")]
public interface IRosterGrain : IGrainWithStringKey
{
    /// <summary>
    /// Reservations by alias (ordinal) after <paramref name="after"/> (null: from the first); looks at up to
    /// <paramref name="limit"/> (1…1,000) users, so a page may be shorter where some have cancelled.
    /// </summary>
    [Alias("ListAsync")]
    Task<RosterPage> ListAsync(Alias? after, int limit);

    /// <summary>
    /// The users of these aliases (1…1,000), in their order. Null: the user was removed, or the reservation is damaged.
    /// </summary>
    [Alias("FindUsersAsync")]
    Task<string?[]> FindUsersAsync(Alias[] aliases);
}

/// <summary>Some of a roster.</summary>
/// <param name="Reservations">In the order of aliases.</param>
/// <param name="Next">Where to go on; null: that was all.</param>
/// <param name="Damaged">Aliases whose reservation cannot be read, because its stream is damaged.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.RosterPage")]
public sealed record RosterPage(
    [property: Id(0)] RosterEntry[] Reservations, [property: Id(1)] Alias? Next, [property: Id(2)] Alias[] Damaged);

/// <summary>One reservation of a roster.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.RosterEntry")]
public sealed record RosterEntry(
    [property: Id(0)] string User, [property: Id(3)] Alias Alias, [property: Id(1)] long Version,
    [property: Id(2)] DateTimeOffset ReservedAt);
