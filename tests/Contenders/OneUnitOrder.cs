using Microsoft.AspNetCore.Http;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Contenders;

/// <summary>
/// The order that the engine would answer, written by the same code: 201, Location, the same members.
/// </summary>
internal static class OneUnitOrder
{
    private static readonly TimeSpan PaymentWindow = TimeSpan.FromMinutes(15);
    private static readonly Money Price = new(199_900, "CNY");

    /// <summary>Now, to the millisecond, as orders tell it.</summary>
    public static DateTimeOffset Now() =>
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    /// <summary>Until when a hold of that instant may be paid.</summary>
    public static DateTimeOffset PayBy(DateTimeOffset heldAt) => heldAt + PaymentWindow;

    /// <summary>Answers with an order of one unit.</summary>
    public static Task WriteAsync(HttpContext http, string batch, string user, int unit, DateTimeOffset heldAt) =>
        OrderAnswer.WriteAsync(http, StatusCodes.Status201Created, new OrderView(
            unit, batch, default, [unit], OrderStatus.AwaitingPayment, Price, heldAt, PayBy(heldAt), Checkout: null,
            Payment: null), user);
}
