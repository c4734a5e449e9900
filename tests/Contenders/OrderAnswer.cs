using System.Globalization;
using Microsoft.AspNetCore.Http;
using OrleansSale.Api;
using OrleansSale.Api.Batches;
using OrleansSale.Api.Orders;
using OrleansSale.Api.Requests;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Tests.Contenders;

/// <summary>Writes the order that the engine would write, by the same code: 201, Location, the same members.</summary>
internal static class OrderAnswer
{
    private static readonly TimeSpan PaymentWindow = TimeSpan.FromMinutes(15);

    /// <summary>Now, to the millisecond, as orders tell it.</summary>
    public static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    /// <summary>Until when a hold of that instant may be paid.</summary>
    public static DateTimeOffset PayBy(DateTimeOffset heldAt) => heldAt + PaymentWindow;

    /// <summary>Answers with an order of one unit.</summary>
    public static Task WriteAsync(HttpContext http, string batch, string user, int unit, DateTimeOffset heldAt)
    {
        var order = new OrderBody(
            string.Create(CultureInfo.InvariantCulture, $"{batch}.{unit}"), batch, user, [unit], 1, OrderStatus.AwaitingPayment,
            new MoneyBody(199_900, "CNY"), heldAt, PayBy(heldAt));
        http.Response.Headers.Location = "/api/orders/" + order.Id;
        return Reply.WriteAsync(http, StatusCodes.Status201Created, order, Wire.Json.OrderBody);
    }
}
