using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Following;

/// <summary>Finds orders in the index of all batches. It has no state, and every silo may serve.</summary>
[Alias("OrleansSale.IOrderIndexGrain")]
public interface IOrderIndexGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// The orders that a query asks for, batch by batch. The index follows the ledgers by about a second.
    /// </summary>
    [Alias("FindAsync"), ResponseTimeout("00:00:10")]
    Task<FoundOrder[]> FindAsync(OrderQuery query);
}

/// <summary>Which orders are looked for. All that is given must fit.</summary>
/// <param name="Buyers">Of one of these buyers; null: of anybody.</param>
/// <param name="Status">In this state; null: in any.</param>
/// <param name="Batch">Of this batch; null: of all.</param>
/// <param name="Unit">That have or had this unit; null: any.</param>
/// <param name="After">The order before them; null: from the first.</param>
/// <param name="Limit">Most orders: 1…1,000.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.OrderQuery")]
public sealed record OrderQuery(
    [property: Id(0)] BatchBuyer[]? Buyers, [property: Id(1)] OrderStatus? Status, [property: Id(2)] string? Batch,
    [property: Id(3)] int? Unit, [property: Id(4)] FoundOrder? After, [property: Id(5)] int Limit);

/// <summary>A buyer, whose alias says nothing in another batch than its own.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Alias">The buyer's alias there.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.BatchBuyer")]
public readonly record struct BatchBuyer([property: Id(0)] string Batch, [property: Id(1)] Alias Alias);

/// <summary>An order that was found.</summary>
/// <param name="Batch">Its batch.</param>
/// <param name="Seq">Its sequence there.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.FoundOrder")]
public readonly record struct FoundOrder([property: Id(0)] string Batch, [property: Id(1)] long Seq)
{
    /// <summary>The order's id.</summary>
    public string Id => OrderId.Of(Batch, Seq);
}
