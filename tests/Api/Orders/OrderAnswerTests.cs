using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Api.Orders;

public sealed class OrderAnswerTests
{
    private static readonly DateTimeOffset HeldAt = new(2012, 12, 21, 4, 0, 0, 12, TimeSpan.Zero);

    public static TheoryData<string, int, OrderStatus> Orders() =>
        [.. from user in (string[])["weibo:alice", "weibo:\"quoted\\\"", "weibo:\u5f20\u4e09", "weibo:a<b>&'c+d",
            "weibo:\U0001f600", "weibo:\u00e9\u2028"]
            from units in (int[])[1, 100]
            from status in Enum.GetValues<OrderStatus>()
            select (user, units, status)];

    [Theory, MemberData(nameof(Orders))]
    public async Task It_is_byte_for_byte_what_the_serializer_writes(string user, int units, OrderStatus status)
    {
        var order = new OrderView(
            17, "mi2-1", default, [.. Enumerable.Range(49_950, units)], status, new Money(199_900L * units, "CNY"),
            HeldAt, HeldAt.AddMinutes(15),
            Checkout: null, Payment: null,
            Cancelled: status == OrderStatus.Cancelled
                ? new Cancellation(units == 1 ? null : default(Alias), CancelReason.SuspectedFraud) : null);
        var (http, answer) = (new DefaultHttpContext(), new MemoryStream());
        http.Response.Body = answer;

        await OrderAnswer.WriteAsync(http, 201, order, user);

        var expected = JsonSerializer.SerializeToUtf8Bytes(OrderBody.Of(order, user), OrderJson.Wire.OrderBody);
        Encoding.UTF8.GetString(answer.ToArray()).ShouldBe(Encoding.UTF8.GetString(expected));
        (http.Response.StatusCode, http.Response.ContentLength).ShouldBe((201, expected.Length));
        http.Response.Headers.Location.ToString().ShouldBe("/api/orders/mi2-1.17");
    }

    // An answer that is sent late must not show the next order.
    [Fact]
    public async Task An_answer_that_cannot_be_sent_at_once_is_not_written_over()
    {
        var slow = new SlowStream();
        var http = new DefaultHttpContext();
        http.Response.Body = slow;
        var first = OrderAnswer.WriteAsync(http, 201, Order, "weibo:first");
        var other = new DefaultHttpContext();
        other.Response.Body = new MemoryStream();
        await OrderAnswer.WriteAsync(other, 201, Order, "weibo:other");

        slow.Go.SetResult();
        await first;
        Encoding.UTF8.GetString(slow.Sent.Span).ShouldContain("weibo:first");
    }

    private static OrderView Order { get; } = new(
        17, "mi2-1", default, [1], OrderStatus.AwaitingPayment, new Money(199_900, "CNY"), HeldAt,
        HeldAt.AddMinutes(15), null, null);

    private sealed class SlowStream : MemoryStream
    {
        public TaskCompletionSource Go { get; } = new();

        public ReadOnlyMemory<byte> Sent { get; private set; }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Go.Task;
            Sent = buffer;
        }
    }
}
