using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Orders;

/// <summary>The state of an order. Live: the first two. The names on the wire are kebab-case.</summary>
public enum OrderStatus
{
    /// <summary>Its units are held until the deadline.</summary>
    AwaitingPayment,

    /// <summary>Its units are sold.</summary>
    Paid,

    /// <summary>Not paid in time; its units were released.</summary>
    Expired,

    /// <summary>Given up unpaid; its units were released.</summary>
    Cancelled,

    /// <summary>Not live, and a refund of its payment is owed.</summary>
    Refunding,

    /// <summary>Not live, and all its payments were refunded.</summary>
    Refunded,
}

/// <summary>An order as its batch knows it.</summary>
/// <param name="Seq">Sequence of its held entry: with the batch it makes the order id.</param>
/// <param name="Batch">Batch id.</param>
/// <param name="Buyer">The owner's alias.</param>
/// <param name="Units">
/// Unit numbers, ascending. They stay after the order ended, when the units may be in another order.
/// </param>
/// <param name="Status">State.</param>
/// <param name="Amount">Price times quantity.</param>
/// <param name="HeldAt">When the hold was made.</param>
/// <param name="PayBy">The deadline shown; the release follows it by the grace.</param>
/// <param name="Checkout">The provider's checkout, once opened.</param>
/// <param name="Payment">The payment it was sold for, if it ever was.</param>
/// <param name="Cancelled">Who cancelled it and why; null: nobody.</param>
/// <param name="Place">The place in the line that was offered its units; null: it was bought directly.</param>
/// <param name="Shipment">The last shipment; null: it was not shipped.</param>
/// <param name="Revivals">How often an operator has revived it.</param>
/// <param name="Return">How far its return is; null: its buyer does not offer it back.</param>
/// <param name="Instants">When its money moved and may move; null: nothing yet, as in most views.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.OrderView")]
public sealed record OrderView(
    [property: Id(0)] long Seq,
    [property: Id(1)] string Batch,
    [property: Id(2)] Alias Buyer,
    [property: Id(3)] int[] Units,
    [property: Id(4)] OrderStatus Status,
    [property: Id(5)] Money Amount,
    [property: Id(6)] DateTimeOffset HeldAt,
    [property: Id(7)] DateTimeOffset PayBy,
    [property: Id(8)] string? Checkout,
    [property: Id(9)] string? Payment,
    [property: Id(10)] Cancellation? Cancelled = null,
    [property: Id(11)] long? Place = null,
    [property: Id(20)] Shipment? Shipment = null,
    [property: Id(21)] int Revivals = 0,
    [property: Id(30)] OrderReturn? Return = null,
    [property: Id(31)] OrderInstants? Instants = null)
{
    /// <summary>The order id, such as <c>mi2-1.17</c>.</summary>
    public string Id => OrderId.Of(Batch, Seq);

    /// <summary>Whether it holds units, or has them.</summary>
    public bool IsLive => Status is OrderStatus.AwaitingPayment or OrderStatus.Paid;
}

/// <summary>When the money of an order moved, and until when it may.</summary>
/// <param name="PaidAt">When it was sold; null: never. Stays after a cancellation.</param>
/// <param name="RefundedAt">When the last of its payments had gone back; null unless it is refunded.</param>
/// <param name="ReturnPayBy">
/// PayBy of the order of the buyer who is offered the returned units; null: there is none.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansSale.OrderInstants")]
public sealed record OrderInstants(
    [property: Id(0)] DateTimeOffset? PaidAt, [property: Id(1)] DateTimeOffset? RefundedAt,
    [property: Id(2)] DateTimeOffset? ReturnPayBy);

/// <summary>That an order is on its way. The order's documents have the tracking reference.</summary>
/// <param name="At">When an operator said so.</param>
/// <param name="Key">The hash of that command's key, as text: it tells the shipments of an order apart.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.Shipment")]
public sealed record Shipment([property: Id(0)] DateTimeOffset At, [property: Id(1)] string Key);

/// <summary>Orders, in ascending sequence.</summary>
/// <param name="Orders">The orders.</param>
/// <param name="Place">If they are of one buyer: their newest place in the line; null: none.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.OrderPage")]
public sealed record OrderPage([property: Id(0)] OrderView[] Orders, [property: Id(1)] PlaceView? Place = null);
