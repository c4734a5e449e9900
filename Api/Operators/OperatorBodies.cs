using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Line;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Operators;

/// <summary>A batch to create.</summary>
/// <param name="Id">
/// Batch id, <c>[a-z0-9-]{1,64}</c>; none that a spreadsheet takes for a number, a date or a formula (<c>20121221</c>,
/// <c>1e5</c>, <c>0x10</c>, <c>2012-12-21</c>, <c>dec-21</c>, <c>-a</c>), since order ids begin with it.
/// </param>
/// <param name="Product">The product for sale.</param>
/// <param name="Channel">The platform whose users may take part, or a list of up to 16.</param>
/// <param name="Stock">Units: 1…10,000,000.</param>
/// <param name="PerUserLimit">Units a user may have in live orders: 1…100.</param>
/// <param name="PaymentWindowSeconds">From the hold to payBy: 1…86,400.</param>
/// <param name="Schedule">
/// reservationOpens is before reservationCloses, that not after saleOpens, and that before saleCloses. When a batch is
/// created, reservationCloses is still to come: without a reservation nobody can buy. A repeat of the creation may come
/// at any time.
/// </param>
/// <param name="KeepPersonalDataDays">
/// Days after the end of the sale for which users' data are kept at least: 0…3,650, 90 by default. Later an operator
/// may remove them.
/// </param>
/// <param name="Title">
/// Its heading on the pages and in links: one line of 1–100 characters, or one per language; left out: the product's
/// name. Readers of a language that is left out see the other one.
/// </param>
/// <param name="Description">
/// A text about the offer: 1–2,000 characters in one line or several, or one per language; left out: there is none.
/// </param>
/// <param name="StandbyLimit">
/// Most buyers who may wait in the line for units that come back: 0…1,000,000; 0: there is no line. Left out: as many
/// as the stock, and at most 1,000,000.
/// </param>
/// <param name="OfferWindowSeconds">
/// From an offer to a buyer in the line to payBy: 1…86,400; left out: as paymentWindowSeconds.
/// </param>
/// <param name="CancelPaid">
/// Until when buyers may cancel a paid order: <c>until-shipped</c>, or <c>never</c>; left out: until-shipped.
/// </param>
/// <param name="BacklogUnits">
/// Units for those who still waited when earlier batches of the product ended: 0…stock. They are carried in at the
/// opening, ahead of everyone. 0 or left out: nobody is.
/// </param>
public sealed record CreateBatchBody(
    [property: BatchId] string Id,
    ProductBody Product,
    [property: Channels, JsonConverter(typeof(OneOrManyFormat))] string[] Channel,
    [property: WholeNumber(1, BatchTerms.MaxStock)] int Stock,
    [property: WholeNumber(1, BatchTerms.MaxPerUserLimit)] int PerUserLimit,
    [property: WholeNumber(1, BatchTerms.MaxPaymentWindowSeconds)] int PaymentWindowSeconds,
    ScheduleBody Schedule,
    [property: WholeNumber(0, BatchTerms.MaxKeepPersonalDataDays)] int? KeepPersonalDataDays = null,
    [property: Texts(BatchTerms.MaxTitleLength, isLine: true)] LanguageTexts? Title = null,
    [property: Texts(BatchTerms.MaxDescriptionLength)] LanguageTexts? Description = null,
    [property: WholeNumber(0, BatchTerms.MaxStandbyLimit)] int? StandbyLimit = null,
    [property: WholeNumber(1, BatchTerms.MaxPaymentWindowSeconds)] int? OfferWindowSeconds = null,
    [property: PaidCancellationCode] string? CancelPaid = null,
    [property: WholeNumber(0, BatchTerms.MaxStock)] int? BacklogUnits = null)
{
    internal BatchTerms ToTerms() => new(
        Id, Product.ToProduct(), Channel, Stock, PerUserLimit, PaymentWindowSeconds, Schedule.ToSchedule(),
        KeepPersonalDataDays ?? BatchTerms.DefaultKeepPersonalDataDays, Title?.ToText(), Description?.ToText(),
        StandbyLimit, OfferWindowSeconds, PaidCancellationCodeAttribute.Read(CancelPaid), BacklogUnits);
}

/// <summary>Until when buyers may cancel a paid order.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PaidCancellationCodeAttribute()
    : GrammarAttribute($"^({UntilShipped}|{Never})$", $"{UntilShipped} or {Never}")
{
    private const string UntilShipped = "until-shipped", Never = "never";

    /// <inheritdoc/>
    protected override bool Fits(string text) => text is UntilShipped or Never;

    /// <summary>The value of a code; null: none was given.</summary>
    internal static PaidCancellation? Read(string? code) =>
        code is null ? null : code == Never ? PaidCancellation.Never : PaidCancellation.UntilShipped;
}

/// <summary>An operator's reason.</summary>
/// <param name="Reason">
/// For the record: 1–500 characters, one line or several. The board shows that of a pause or a closing to everybody.
/// </param>
public sealed record ReasonBody([property: Lines(1, 500)] string Reason);

/// <summary>How many units to add or take out, and why.</summary>
/// <param name="Units">1…10,000,000.</param>
/// <param name="Reason">For the record: 1–500 characters, one line or several.</param>
public sealed record UnitsBody(
    [property: WholeNumber(1, BatchTerms.MaxStock)] int Units,
    [property: Lines(1, 500)] string Reason);

/// <summary>An order as operators see it.</summary>
/// <param name="Id">Order id.</param>
/// <param name="User">The owner; null: their data were removed, or cannot be read.</param>
/// <param name="Alias">What stands for the owner in the ledger.</param>
/// <param name="Units">Unit numbers.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Status">State.</param>
/// <param name="Amount">Price times quantity.</param>
/// <param name="HeldAt">When the hold was made.</param>
/// <param name="PayBy">The deadline.</param>
/// <param name="Checkout">The provider's checkout.</param>
/// <param name="Payment">The payment it was sold for.</param>
/// <param name="Delivery">Where to deliver.</param>
/// <param name="CancelledBy">Who cancelled it; left out if nobody did.</param>
/// <param name="CancelReason">Why the operator cancelled it; left out unless one did.</param>
/// <param name="Operator">The alias of the operator who cancelled it; left out unless one did.</param>
/// <param name="Place">The place in the line that was offered the units; left out: it was bought directly.</param>
/// <param name="ShippedAt">When it was last shipped; left out if it was not.</param>
/// <param name="Tracking">The tracking reference of that shipment; left out if it was not, or was removed.</param>
/// <param name="Return">How far its return to the line is; left out if its buyer does not offer it back.</param>
/// <param name="PaidAt">When the ledger had it as paid; left out if it never was.</param>
/// <param name="RefundedAt">When the last of its payments had gone back; left out unless it is refunded.</param>
/// <param name="DeliveryDamaged">
/// Whether the delivery address and the tracking reference cannot be read, because their storage is damaged; left out
/// if not.
/// </param>
public sealed record OperatorOrderBody(
    string Id, string? User, string Alias, int[] Units, int Quantity,
    [property: JsonConverter(typeof(KebabCase<OrderStatus>))] OrderStatus Status, MoneyBody Amount,
    DateTimeOffset HeldAt, DateTimeOffset PayBy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Checkout,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Payment,
    [property: JsonConverter(typeof(KebabCase<CancellingParty>)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    CancellingParty? CancelledBy,
    [property: JsonConverter(typeof(KebabCase<CancelReason>)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    CancelReason? CancelReason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Operator,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DeliveryBody? Delivery,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Place,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ShippedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tracking,
    [property: JsonConverter(typeof(KebabCase<OrderReturn>)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    OrderReturn? Return,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? PaidAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? RefundedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool DeliveryDamaged)
{
    internal static OperatorOrderBody Of(OrderView order, string? user, OrderPapers papers) => new(
        order.Id, user, order.Buyer.ToString(), order.Units, order.Units.Length, order.Status,
        MoneyBody.Of(order.Amount),
        order.HeldAt, order.PayBy,
        order.Checkout, order.Payment, Sales.Orders.CancelledBy.Of(order), Sales.Orders.CancelledBy.ReasonOf(order),
        order.Cancelled?.Operator?.ToString(), DeliveryBody.Of(papers.Delivery), order.Place, order.Shipment?.At,
        papers.Tracking, order.Return, order.Instants?.PaidAt, order.Instants?.RefundedAt, papers.IsDamaged);
}

/// <summary>Orders of a batch.</summary>
/// <param name="Items">In the order they were made.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record OperatorOrderList(
    OperatorOrderBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>A place in the line as operators see it.</summary>
/// <param name="Place">Its number. Lower numbers are served first.</param>
/// <param name="User">The buyer; null: their data were removed, or cannot be read.</param>
/// <param name="Alias">What stands for the buyer in the ledger.</param>
/// <param name="Quantity">Units that the buyer asked for.</param>
/// <param name="State">Where the place stands.</param>
/// <param name="JoinedAt">When the buyer joined.</param>
/// <param name="Order">The order that the latest offer made; left out: no offer was made.</param>
public sealed record OperatorPlaceBody(
    long Place, string? User, string Alias, int Quantity,
    [property: JsonConverter(typeof(KebabCase<PlaceState>))] PlaceState State, DateTimeOffset JoinedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Order)
{
    internal static OperatorPlaceBody Of(PlaceView place, string? user) => new(
        place.Place, user, place.Buyer.ToString(), place.Quantity, place.State, place.JoinedAt,
        place.Order is { } order ? OrderId.Of(place.Batch, order) : null);
}

/// <summary>Places of a line.</summary>
/// <param name="Items">In the order in which they are served.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record OperatorPlaceList(
    OperatorPlaceBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>A reservation as operators see it.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Alias">What stands for the user in the batch's ledger.</param>
/// <param name="Version">How many times the user has reserved.</param>
/// <param name="ReservedAt">When.</param>
public sealed record OperatorReservationBody(string User, string Alias, long Version, DateTimeOffset ReservedAt);

/// <summary>Reservations of a batch.</summary>
/// <param name="Items">By alias.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
/// <param name="Damaged">
/// Aliases of this page whose reservation cannot be read, because its storage is damaged; null: none.
/// </param>
public sealed record OperatorReservationList(
    OperatorReservationBody[] Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Damaged);
