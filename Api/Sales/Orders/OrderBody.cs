using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>An order.</summary>
/// <param name="Id">Order id; it names its batch and is no secret.</param>
/// <param name="Batch">Batch id.</param>
/// <param name="User">The owner; null: their data were removed.</param>
/// <param name="Units">Unit numbers.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Status">State.</param>
/// <param name="Amount">Price times quantity.</param>
/// <param name="HeldAt">When the hold was made.</param>
/// <param name="PayBy">The deadline.</param>
/// <param name="CancelledBy">Who cancelled it; left out if nobody did.</param>
/// <param name="CancelReason">Why the operator cancelled it; left out unless one did.</param>
/// <param name="Place">The place in the line that was offered the units; left out: it was bought directly.</param>
/// <param name="ShippedAt">When it was last shipped; left out if it was not.</param>
/// <param name="Return">How far its return is; left out if its buyer does not offer it back.</param>
/// <param name="ReturnPayBy">
/// Until when the one who is offered it may pay for it; left out if nobody is.
/// </param>
public sealed record OrderBody(
    string Id, string Batch, string? User, int[] Units, int Quantity,
    [property: JsonConverter(typeof(KebabCase<OrderStatus>))] OrderStatus Status, MoneyBody Amount,
    DateTimeOffset HeldAt, DateTimeOffset PayBy,
    [property: JsonConverter(typeof(KebabCase<CancellingParty>)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    CancellingParty? CancelledBy,
    [property: JsonConverter(typeof(KebabCase<CancelReason>)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    CancelReason? CancelReason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Place,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ShippedAt,
    [property: JsonConverter(typeof(KebabCase<OrderReturn>)),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    OrderReturn? Return,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ReturnPayBy)
{
    /// <summary>The body of an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="user">Its owner; null: nobody knows any more.</param>
    public static OrderBody Of(OrderView order, string? user) => new(
        order.Id, order.Batch, user, order.Units, order.Units.Length, order.Status, MoneyBody.Of(order.Amount),
        order.HeldAt, order.PayBy, Orders.CancelledBy.Of(order), Orders.CancelledBy.ReasonOf(order),
        order.Place, order.Shipment?.At, order.Return, order.Instants?.ReturnPayBy);
}

/// <summary>Orders.</summary>
/// <param name="Items">In the order they were made.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record OrderList(
    OrderBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>Where to pay.</summary>
/// <param name="CheckoutUrl">The provider's page.</param>
/// <param name="ExpiresAt">The order's payBy.</param>
public sealed record CheckoutBody(string CheckoutUrl, DateTimeOffset ExpiresAt);

/// <summary>Where to deliver.</summary>
/// <param name="Name">The name of the person who receives it: one line, 1–100 characters.</param>
/// <param name="Phone">
/// Telephone, 5–32 characters: a <c>+</c>, at least 5 digits, blanks, <c>- . / ( )</c>, an extension (<c>ext. 12</c>,
/// <c>转12</c>). Digits of any script and signs of full width are accepted and kept as ASCII.
/// </param>
/// <param name="Address">
/// Address, 2–500 characters: one line or several. Any line break is accepted and kept as a line feed.
/// </param>
public sealed record DeliveryBody(
    [property: Line(1, 100)] string Name, [property: Phone] string Phone, [property: Lines(2, 500)] string Address)
{
    internal static DeliveryBody? Of(Delivery? delivery) =>
        delivery is null ? null : new(delivery.Name, delivery.Phone, delivery.Address);

    internal Delivery ToDelivery() => new(Name, PhoneNumber.Normalise(Phone), PlainText.WithLineFeeds(Address));
}

/// <summary>The shipment of an order.</summary>
/// <param name="Tracking">The carrier's reference.</param>
/// <param name="ShippedAt">When it was shipped.</param>
public sealed record ShipmentBody(string Tracking, DateTimeOffset ShippedAt);

/// <summary>A telephone number as people write it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PhoneAttribute : StringLengthAttribute, IFieldRule
{
    private static readonly FieldProblem NoNumber = new(
        $"must be a telephone number of at least {PhoneNumber.MinDigits} digits, such as +86 138 0013 8000");

    /// <summary>A number has at least as many characters as digits.</summary>
    public PhoneAttribute() : base(PhoneNumber.MaxLength) => MinimumLength = PhoneNumber.MinDigits;

    /// <inheritdoc/>
    public FieldProblem WrongType => WrittenTextRules.NoText;

    /// <inheritdoc/>
    public FieldProblem? Check(object value)
    {
        if (WrittenTextRules.CheckLine((string)value, 1, PhoneNumber.MaxLength) is { } problem) return problem;
        var phone = PhoneNumber.Normalise((string)value);
        if (PhoneNumber.IsNumber(phone)) return null;
        return PhoneNumber.CountDigits(phone) < PhoneNumber.MinDigits
            ? NoNumber with { Fault = FieldFault.TooShort }
            : NoNumber;
    }

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || Check(value) is null;
}
