using System.Globalization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Operators.Exports;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators.Money;

/// <summary>The captured payments of a batch, for operators: page by page in JSON, or whole as a file.</summary>
public static class PaymentsApi
{
    private static readonly string[] Columns =
        ["order", "user", "provider", "payment", "amount", "currency", "fee", "state", "reason", "code", "capturedAt",
            "refundedAt", "refund", "refundedElsewhere", "alias"];

    /// <summary>Maps the endpoint.</summary>
    public static void MapPayments(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/operator/batches/{batch}/payments", ListAsync).WithTags("Operators")
            .WithSummary("The captured payments of a batch")
            .WithDescription("""
                One for each captured payment, in the order of their captures: also those that pay for no order, because
                they are duplicates, late, or of a wrong amount or payer.


                """ + TableAnswer.Description)
            .Produces<PaymentList>(200, "application/json", TableFormat.MediaTypes)
            .Described("ListPayments", EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));

    private static async Task<IResult> ListAsync(
        HttpContext http, string batch, string? after, string? limit, BatchExports exports)
    {
        if (await ExportsApi.RefuseAsync(http, batch, exports) is { } problem) return problem;
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterNumber(after, out var from, int.MaxValue) is { } badAfter) return badAfter;
        var format = TableFormat.WantedBy(http);
        // The first page is read before the answer begins, because until then the request can be refused.
        var (page, last) = await ReadAsync(exports, batch, (int)from, format is null ? count : Paging.MaxLimit);
        if (format is null)
        {
            var next = page.Length == count ? last.ToString(CultureInfo.InvariantCulture) : null;
            return Reply.Ok(new PaymentList(page, next), MoneyJson.Wire.PaymentList);
        }
        return await TableAnswer.WriteAsync(http, format, batch, "payments", Columns, async table =>
        {
            while (true)
            {
                foreach (var payment in page) await WriteAsync(table, payment);
                await table.FlushAsync();
                if (page.Length < Paging.MaxLimit) break;
                (page, last) = await ReadAsync(exports, batch, last, Paging.MaxLimit);
            }
        });
    }

    private static async Task<(PaymentBody[] Page, int Last)> ReadAsync(
        BatchExports exports, string batch, int after, int limit)
    {
        var page = await exports.ReadPaymentsAsync(batch, after, limit);
        var users = await exports.FindUsersAsync(batch, page.Select(payment => payment.Buyer));
        return (
            Array.ConvertAll(page, payment => PaymentBody.Of(batch, payment, users[payment.Buyer])),
            page.Length > 0 ? page[^1].Number : after);
    }

    private static Task WriteAsync(ITableWriter row, PaymentBody payment)
    {
        row.Text(payment.Order);
        row.Text(payment.User);
        row.Text(payment.Provider);
        row.Text(payment.Payment);
        row.Number(payment.Amount.Amount);
        row.Text(payment.Amount.Currency);
        row.Number(payment.Fee);
        row.Text(WireName.Of(payment.State));
        row.Text(WireName.Of(payment.Reason));
        row.Text(payment.Code);
        row.Instant(payment.CapturedAt);
        row.Instant(payment.RefundedAt);
        row.Text(payment.Refund);
        row.Number(payment.RefundedElsewhere);
        row.Text(payment.Alias);
        return row.EndRowAsync();
    }
}
