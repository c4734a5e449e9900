using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Operators;

/// <summary>
/// The exports of a batch: orders and reservations page by page in JSON, or whole as CSV by <c>Accept: text/csv</c>;
/// the ledger, whole, as lines.
/// </summary>
public static class ExportsApi
{
    private const string DamagedDelivery = "(cannot be read)";

    private const string Cells = """
        With `Accept: text/csv` the whole list as CSV: RFC 4180, UTF-8 with a byte order mark, texts quoted, numbers
        not. An apostrophe stands before a text whose first visible character, apostrophes aside, is `=`, `+`, `-` or
        `@` of any width, so that no spreadsheet takes it for a formula. Take one away to have the text back. Nothing
        else is changed. Telephone numbers are as they were given; a spreadsheet keeps them whole if it imports the
        column as text.
        """;

    private static readonly string[] OrderColumns =
        ["order", "user", "units", "quantity", "status", "amount", "currency", "heldAt", "payBy", "checkout", "payment",
            "name", "phone", "address", "alias", "cancelledBy", "cancelReason", "operator", "shippedAt", "tracking",
            "return"];

    private static readonly string[] ReservationColumns = ["user", "version", "reservedAt", "alias"];

    /// <summary>Maps the endpoints.</summary>
    public static void MapExports(this IEndpointRouteBuilder app)
    {
        var batch = app.MapGroup("/api/operator/batches/{batch}").WithTags("Operators");
        batch.MapGet("/orders", ListOrdersAsync).WithSummary("The orders of a batch").WithDescription(Cells)
            .Produces<OperatorOrderList>(200, "application/json", CsvExport.MediaType)
            .Described("ListOrders", EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));
        batch.MapGet("/reservations", ListReservationsAsync).WithSummary("The reservations of a batch")
            .WithDescription(Cells)
            .Produces<OperatorReservationList>(200, "application/json", CsvExport.MediaType)
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
        if (!CsvAnswer.IsWanted(http)) return AnswerPage(await exports.ReadOrdersAsync(batch, seq, count), count);
        // The first page is read before the answer begins, because until then the request can be refused.
        var next = await exports.ReadOrdersAsync(batch, seq, Paging.MaxLimit);
        return await CsvAnswer.WriteAsync(http, $"{batch}-orders.csv", OrderColumns, async csv =>
        {
            while (next.Length > 0)
            {
                foreach (var order in next) await WriteAsync(csv, order);
                await csv.FlushAsync();
                if (next.Length < Paging.MaxLimit || !OrderId.TryParse(next[^1].Id, out _, out seq)) break;
                next = await exports.ReadOrdersAsync(batch, seq, Paging.MaxLimit);
            }
        });
    }

    private static IResult AnswerPage(OperatorOrderBody[] page, int limit) => Reply.Ok(
        new OperatorOrderList(page, page.Length == limit ? page[^1].Id : null), OperatorJson.Wire.OperatorOrderList);

    private static Task WriteAsync(CsvExport csv, OperatorOrderBody order)
    {
        csv.Text(order.Id);
        csv.Text(order.User);
        csv.Text(string.Join(' ', order.Units));
        csv.Number(order.Quantity);
        csv.Text(NameOf(order.Status));
        csv.Number(order.Amount.Amount);
        csv.Text(order.Amount.Currency);
        csv.Instant(order.HeldAt);
        csv.Instant(order.PayBy);
        csv.Text(order.Checkout);
        csv.Text(order.Payment);
        csv.Text(order.DeliveryDamaged ? DamagedDelivery : order.Delivery?.Name);
        csv.Phone(order.Delivery?.Phone);
        csv.Text(order.Delivery?.Address);
        csv.Text(order.Alias);
        csv.Text(NameOf(order.CancelledBy));
        csv.Text(NameOf(order.CancelReason));
        csv.Text(order.Operator);
        if (order.ShippedAt is { } shippedAt) csv.Instant(shippedAt);
        else csv.Text(null);
        csv.Text(order.Tracking);
        csv.Text(NameOf(order.Return));
        return csv.EndRowAsync();
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
        if (!CsvAnswer.IsWanted(http))
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
        return await CsvAnswer.WriteAsync(http, $"{batch}-reservations.csv", ReservationColumns, async csv =>
        {
            while (true)
            {
                foreach (var reservation in next.Reservations)
                {
                    csv.Text(reservation.User);
                    csv.Number(reservation.Version);
                    csv.Instant(reservation.ReservedAt);
                    csv.Text(reservation.Alias.ToString());
                    await csv.EndRowAsync();
                }
                foreach (var damaged in next.Damaged)
                {
                    csv.Text(null);
                    csv.Text(null);
                    csv.Text(null);
                    csv.Text(damaged.ToString());
                    await csv.EndRowAsync();
                }
                await csv.FlushAsync();
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
        await CsvAnswer.WholeOrCutOffAsync(http, async () =>
        {
            for (; page.Lines.Length > 0; page = await exports.ReadLedgerAsync(batch, page.NextSeq))
                await http.Response.Body.WriteAsync(page.Lines, http.RequestAborted);
        });
        return Results.Empty;
    }

    private static async ValueTask<Problem?> RefuseAsync(HttpContext http, string batch, BatchExports exports)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        return problem ?? (await exports.ExistsAsync(batch) ? null : Problem.Of(Refusal.NotFound));
    }

    private static string? NameOf<T>(T? value) where T : struct, Enum => value is { } named ? NameOf(named) : null;

    private static string NameOf<T>(T value) where T : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
