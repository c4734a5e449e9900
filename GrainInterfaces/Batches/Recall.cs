using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>Which orders a recall covers. The names on the wire are kebab-case.</summary>
public enum RecalledOrders
{
    /// <summary>Orders that await payment.</summary>
    AwaitingPayment,

    /// <summary>Paid orders.</summary>
    Paid,

    /// <summary>Both.</summary>
    All,
}

/// <summary>Some orders, their units, and their money.</summary>
/// <param name="Orders">How many orders: 0…10,000,000.</param>
/// <param name="Units">Their units: 0…10,000,000.</param>
/// <param name="Amount">
/// The sum of their amounts in minor units of the batch's currency. It saturates at the largest number there is.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.OrderSum")]
public readonly record struct OrderSum(
    [property: Id(0)] int Orders, [property: Id(1)] int Units, [property: Id(2)] long Amount)
{
    /// <summary>The sum with one more order.</summary>
    public OrderSum With(int units, long amount) =>
        new(Orders + 1, Units + units, Amount > long.MaxValue - amount ? long.MaxValue : Amount + amount);
}

/// <summary>The orders of a recall, by what they were when they were counted.</summary>
/// <param name="AwaitingPayment">Those that awaited payment. Nothing has to be refunded for them.</param>
/// <param name="Paid">Those that were paid, and have to be refunded.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.RecallSum")]
public readonly record struct RecallSum([property: Id(0)] OrderSum AwaitingPayment, [property: Id(1)] OrderSum Paid)
{
    /// <summary>How many orders.</summary>
    public int Orders => AwaitingPayment.Orders + Paid.Orders;
}

/// <summary>A recall, and how far it is. The state of its refunds is the batch's.</summary>
/// <param name="Orders">Which orders it covers: those of this kind that were held before it.</param>
/// <param name="At">When the operator commanded it.</param>
/// <param name="By">The operator's alias.</param>
/// <param name="Reason">Why: 1…500 characters. Buyers can read it.</param>
/// <param name="Covered">The orders that it covers.</param>
/// <param name="Cancelled">Those of them that it has cancelled.</param>
/// <param name="IsFinished">
/// Whether all of them have ended. Some may have ended otherwise, so the two sums need not be the same.
/// </param>
/// <param name="Owed">Refunds of the whole batch that are owed and not made yet.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.RecallView")]
public sealed record RecallView(
    [property: Id(0)] RecalledOrders Orders,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] Alias By,
    [property: Id(3)] string Reason,
    [property: Id(4)] RecallSum Covered,
    [property: Id(5)] RecallSum Cancelled,
    [property: Id(6)] bool IsFinished,
    [property: Id(7)] int Owed);
