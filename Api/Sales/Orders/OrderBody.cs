using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>An order.</summary>
/// <param name="Id">Order id; it names its batch and is no secret.</param>
/// <param name="Batch">Batch id.</param>
/// <param name="User">The owner.</param>
/// <param name="Units">Unit numbers.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Status">State.</param>
/// <param name="Amount">Price times quantity.</param>
/// <param name="HeldAt">When the hold was made.</param>
/// <param name="PayBy">The deadline.</param>
public sealed record OrderBody(
    string Id, string Batch, string User, int[] Units, int Quantity,
    [property: JsonConverter(typeof(KebabCase<OrderStatus>))] OrderStatus Status, MoneyBody Amount,
    DateTimeOffset HeldAt, DateTimeOffset PayBy)
{
    /// <summary>An order as it is told.</summary>
    public static OrderBody Of(OrderView order) => new(
        order.Id, order.Batch, order.User, order.Units, order.Units.Length, order.Status, MoneyBody.Of(order.Amount),
        order.HeldAt, order.PayBy);
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
/// <param name="Name">Who receives it: one line, 1–100 characters.</param>
/// <param name="Phone">
/// Telephone, 5–32 characters: a <c>+</c>, at least 5 digits, blanks, <c>- . / ( )</c>, an extension (<c>ext. 12</c>, <c>转12</c>).
/// Digits of any script and signs of full width are accepted and kept as ASCII.
/// </param>
/// <param name="Address">Address, 2–500 characters: one line or several. Any line break is accepted and kept as a line feed.</param>
public sealed record DeliveryBody(
    [property: StringLength(DeliveryInput.MaxNameLength, MinimumLength = 1)] string Name,
    [property: StringLength(PhoneNumber.MaxLength, MinimumLength = PhoneNumber.MinDigits)] string Phone,
    [property: StringLength(DeliveryInput.MaxAddressLength, MinimumLength = DeliveryInput.MinAddressLength)] string Address)
{
    internal static DeliveryBody? Of(Delivery? delivery) =>
        delivery is null ? null : new(delivery.Name, delivery.Phone, delivery.Address);
}
