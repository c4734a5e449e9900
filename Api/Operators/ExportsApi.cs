using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Operators.Exports;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Operators;

/// <summary>
/// The exports of a batch: orders and reservations page by page in JSON, or whole as a file if <c>Accept</c> names its
/// format; the ledger, whole, as lines.
/// </summary>
public static class ExportsApi
{
    private const string DamagedDelivery = "(cannot be read)";

    private static readonly string[] OrderColumns =
        ["order", "user", "units", "quantity", "status", "amount", "currency", "heldAt", "payBy", "checkout", "payment",
            "name", "phone", "address", "alias", "cancelledBy", "cancelReason", "operator", "shippedAt", "tracking",
            "return", "paidAt", "refundedAt"];

    private static readonly string[] ReservationColumns = ["user", "version", "reservedAt", "alias"];

    /// <summary>Maps the endpoints.</summary>
    public static void MapExports(this IEndpointRouteBuilder app)
    {
        var batch = app.MapGroup("/api/operator/batches/{batch}").WithTags("Operators");
        batch.MapGet("/orders", ListOrdersAsync).WithSummary("The orders of a batch")
            .WithDescription(TableAnswer.Description)
            .Produces<OperatorOrderList>(200, "application/json", TableFormat.MediaTypes)
            .Described("ListOrders", EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));
        batch.MapGet("/reservations", ListReservationsAsync).WithSummary("The reservations of a batch")
            .WithDescription(TableAnswer.Description)
            .Produces<OperatorReservationList>(200, "application/json", TableFormat.MediaTypes)
            .Described("ListReservations", EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));
        batch.MapGet("/ledger", ExportLedgerAsync).WithSummary("The ledger of a batch, line by line")
            .Produces<string>(200, "application/x-ndjson")
            .Described("ExportLedger", EndpointDescription.Operators(Refusal.NotFound));
    }

    private static async Task<IResult> ListOrdersAsync(
        HttpContext http, string batch, string? after, string? limit, string? user, BatchExports exports)
    {
        if (await RefuseAsync(http, batch, exports) is { } problem) return problem;
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterOrder(after, batch, out var seq) is { } badAfter) return badAfter;
        if (user is not null)
        {
            if (!UserId.IsUser(user)) return Problem.Invalid("user", "must be a user, such as weibo:alice");
            var orders = await exports.ReadOrdersOfAsync(batch, user, seq, count);
            return orders.Refused is { } refusal ? Problem.Of(refusal) : AnswerPage(orders.Value!, count);
        }
        if (TableFormat.WantedBy(http) is not { } format)
            return AnswerPage(await exports.ReadOrdersAsync(batch, seq, count), count);
        // The first page is read before the answer begins, because until then the request can be refused.
        var next = await exports.ReadOrdersAsync(batch, seq, Paging.MaxLimit);
        return await TableAnswer.WriteAsync(http, format, batch, "orders", OrderColumns, async table =>
        {
            while (next.Length > 0)
            {
                foreach (var order in next) await WriteAsync(table, order);
                await table.FlushAsync();
                if (next.Length < Paging.MaxLimit || !OrderId.TryParse(next[^1].Id, out _, out seq)) break;
                next = await exports.ReadOrdersAsync(batch, seq, Paging.MaxLimit);
            }
        });
    }

    private static IResult AnswerPage(OperatorOrderBody[] page, int limit) => Reply.Ok(
        new OperatorOrderList(page, page.Length == limit ? page[^1].Id : null), OperatorJson.Wire.OperatorOrderList);

    private static Task WriteAsync(ITableWriter row, OperatorOrderBody order)
    {
        row.Text(order.Id);
        row.Text(order.User);
        row.Text(string.Join(' ', order.Units));
        row.Number(order.Quantity);
        row.Text(WireName.Of(order.Status));
        row.Number(order.Amount.Amount);
        row.Text(order.Amount.Currency);
        row.Instant(order.HeldAt);
        row.Instant(order.PayBy);
        row.Text(order.Checkout);
        row.Text(order.Payment);
        row.Text(order.DeliveryDamaged ? DamagedDelivery : order.Delivery?.Name);
        row.Phone(order.Delivery?.Phone);
        row.Text(order.Delivery?.Address);
        row.Text(order.Alias);
        row.Text(WireName.Of(order.CancelledBy));
        row.Text(WireName.Of(order.CancelReason));
        row.Text(order.Operator);
        row.Instant(order.ShippedAt);
        row.Text(order.Tracking);
        row.Text(WireName.Of(order.Return));
        row.Instant(order.PaidAt);
        row.Instant(order.RefundedAt);
        return row.EndRowAsync();
    }

    private static async Task<IResult> ListReservationsAsync(
        HttpContext http, string batch, string? after, string? limit, BatchExports exports)
    {
        if (await RefuseAsync(http, batch, exports) is { } problem) return problem;
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        Alias? afterAlias = null;
        if (after is not null)
        {
            if (!Alias.TryParse(after, out var given))
                return Problem.Invalid("after", "must be the next of an earlier page");
            afterAlias = given;
        }
        if (TableFormat.WantedBy(http) is not { } format)
        {
            var page = await exports.ReadReservationsAsync(batch, afterAlias, count);
            var items = page.Reservations.Select(r =>
                new OperatorReservationBody(r.User, r.Alias.ToString(), r.Version, r.ReservedAt)).ToArray();
            return Reply.Ok(
                new OperatorReservationList(
                    items, page.Next?.ToString(),
                    page.Damaged.Length > 0 ? [.. page.Damaged.Select(damaged => damaged.ToString())] : null),
                OperatorJson.Wire.OperatorReservationList);
        }
        var next = await exports.ReadReservationsAsync(batch, afterAlias, Paging.MaxLimit);
        return await TableAnswer.WriteAsync(http, format, batch, "reservations", ReservationColumns, async table =>
        {
            while (true)
            {
                foreach (var reservation in next.Reservations)
                {
                    table.Text(reservation.User);
                    table.Number(reservation.Version);
                    table.Instant(reservation.ReservedAt);
                    table.Text(reservation.Alias.ToString());
                    await table.EndRowAsync();
                }
                foreach (var damaged in next.Damaged)
                {
                    table.Empty(3);
                    table.Text(damaged.ToString());
                    await table.EndRowAsync();
                }
                await table.FlushAsync();
                if (next.Next is not { } more) break;
                next = await exports.ReadReservationsAsync(batch, more, Paging.MaxLimit);
            }
        });
    }

    private static async Task<IResult> ExportLedgerAsync(HttpContext http, string batch, BatchExports exports)
    {
        if (await RefuseAsync(http, batch, exports) is { } problem) return problem;
        var page = await exports.ReadLedgerAsync(batch, 1);
        http.Response.ContentType = "application/x-ndjson";
        await TableAnswer.WholeOrCutOffAsync(http, async () =>
        {
            for (; page.Lines.Length > 0; page = await exports.ReadLedgerAsync(batch, page.NextSeq))
                await http.Response.Body.WriteAsync(page.Lines, http.RequestAborted);
        });
        return Results.Empty;
    }

    /// <summary>The problem of a request for a list of a batch that may not be answered; null: there is none.</summary>
    internal static async ValueTask<Problem?> RefuseAsync(HttpContext http, string batch, BatchExports exports)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        return problem ?? (await exports.ExistsAsync(batch) ? null : Problem.Of(Refusal.NotFound));
    }
}
