using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>
/// One request for units. The front has verified the user, the user's channel, and the reservation (by ticket or by
/// look-up).
/// </summary>
/// <param name="Buyer">The buyer's alias.</param>
/// <param name="Key">The client's Idempotency-Key; null: the buyer's one live order is the answer to a repeat.</param>
/// <param name="Quantity">Units wanted, 1 or more; all or nothing.</param>
/// <param name="Reservation">Version of the user's reservation; 0: none.</param>
/// <param name="ByTicket">
/// Whether a ticket stated the version. If that version was cancelled meanwhile, the ticket is invalid.
/// </param>
/// <param name="Standby">Whether the buyer takes a place in the line if the units are gone.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.PurchaseRequest")]
public readonly record struct PurchaseRequest(
    [property: Id(0)] Alias Buyer,
    [property: Id(1)] KeyHash? Key,
    [property: Id(2)] int Quantity,
    [property: Id(3)] long Reservation,
    [property: Id(4)] bool ByTicket,
    [property: Id(5)] bool Standby = false);

/// <summary>
/// The purchases that a lane sends in one call: 1…<see cref="MaxCount"/> purchases, decided in this order.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.PurchaseCall")]
public sealed record PurchaseCall([property: Id(0)] PurchaseRequest[] Requests)
{
    /// <summary>Most purchases in one call.</summary>
    public const int MaxCount = 1_024;
}

/// <summary>The outcomes, in the order of the requests.</summary>
[GenerateSerializer, Immutable, Alias("OrleansSale.PurchaseOutcomes")]
public sealed record PurchaseOutcomes([property: Id(0)] PurchaseOutcome[] Outcomes);

/// <summary>
/// The result of a purchase: an order or a place in the line, made now or by an earlier request, or a refusal. It is
/// returned only once it is durable.
/// </summary>
/// <param name="Order">The order; null: there is none.</param>
/// <param name="Repeated">Whether an earlier request made it.</param>
/// <param name="Refused">Why not; null when there is an order or a place.</param>
/// <param name="Limit">For limit-reached: which limit.</param>
/// <param name="Seq">
/// For sold-out: the last entry before the refusal. The refusal depends on the entries up to it.
/// </param>
/// <param name="MayStandBy">For sold-out: whether the line can be joined.</param>
/// <param name="Place">The place in the line; null: there is none.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.PurchaseOutcome")]
public readonly record struct PurchaseOutcome(
    [property: Id(0)] OrderView? Order, [property: Id(1)] bool Repeated, [property: Id(2)] Refusal? Refused,
    [property: Id(3)] UserLimit Limit = UserLimit.Units, [property: Id(4)] long Seq = 0,
    [property: Id(5)] bool MayStandBy = false, [property: Id(6)] PlaceView? Place = null)
{
    /// <summary>A hold was made.</summary>
    public static PurchaseOutcome Made(OrderView order) => new(order, false, null);

    /// <summary>The answer to an earlier request, again.</summary>
    public static PurchaseOutcome Repeat(OrderView order) => new(order, true, null);

    /// <summary>The buyer waits in the line.</summary>
    public static PurchaseOutcome Waits(PlaceView place, bool repeated) => new(null, repeated, null, Place: place);

    /// <summary>Refused.</summary>
    public static PurchaseOutcome No(Refusal refusal) => new(null, false, refusal);

    /// <summary>Refused: fewer units are free than were asked for, as of this entry.</summary>
    public static PurchaseOutcome SoldOut(long seq, bool mayStandBy) =>
        new(null, false, Refusal.SoldOut, Seq: seq, MayStandBy: mayStandBy);

    /// <summary>Refused by a limit.</summary>
    public static PurchaseOutcome Over(UserLimit limit) => new(null, false, Refusal.LimitReached, limit);
}
