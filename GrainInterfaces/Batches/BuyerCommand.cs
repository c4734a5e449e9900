using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>The actions of an operator that concern one buyer. The names on the wire are kebab-case.</summary>
public enum BuyerAction
{
    /// <summary>Hold units for a user, who pays for them like any buyer.</summary>
    Grant,

    /// <summary>Hold units for an order again that has expired.</summary>
    Revive,

    /// <summary>End an order that awaits payment.</summary>
    Cancel,

    /// <summary>Pay a paid order back.</summary>
    Refund,

    /// <summary>Record that a paid order is on its way.</summary>
    Ship,

    /// <summary>End a place that waits in the line.</summary>
    RemovePlace,
}

/// <summary>A command of an operator that concerns one buyer.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Number">
/// The sequence of the order, or the number of the place to remove: 1 or more; 0 for a grant.
/// </param>
/// <param name="Buyer">Who gets a grant; null for the others.</param>
/// <param name="Units">How many units a grant has: 1…100; 0 for the others.</param>
/// <param name="Reason">Why, for the record.</param>
/// <param name="By">The operator's alias.</param>
/// <param name="Key">The Idempotency-Key: the same command under the same key takes effect once.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BuyerCommand")]
public sealed record BuyerCommand(
    [property: Id(0)] BuyerAction Action,
    [property: Id(1)] long Number,
    [property: Id(2)] Alias? Buyer,
    [property: Id(3)] int Units,
    [property: Id(4)] CancelReason Reason,
    [property: Id(5)] Alias By,
    [property: Id(6)] KeyHash Key) : IKeyedCommand
{
    /// <summary>A grant.</summary>
    public static BuyerCommand Grant(Alias buyer, int units, CancelReason reason, Alias by, KeyHash key) =>
        new(BuyerAction.Grant, 0, buyer, units, reason, by, key);

    /// <summary>A command about an order.</summary>
    public static BuyerCommand OnOrder(BuyerAction action, long order, CancelReason reason, Alias by, KeyHash key) =>
        new(action, order, null, 0, reason, by, key);

    /// <summary>The removal of a place from the line.</summary>
    public static BuyerCommand OnPlace(long place, CancelReason reason, Alias by, KeyHash key) =>
        new(BuyerAction.RemovePlace, place, null, 0, reason, by, key);

    /// <inheritdoc />
    public bool Repeats(IKeyedCommand other) => other is BuyerCommand same && same with { Reason = Reason } == this;
}

/// <summary>What became of a command.</summary>
/// <param name="Effect">Whether it changed anything, or waits for a second operator.</param>
/// <param name="Order">The order that it concerns, or that it made, as it is then; null: none.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.CommandOutcome")]
public sealed record CommandOutcome([property: Id(0)] Effect Effect, [property: Id(1)] OrderView? Order = null);
