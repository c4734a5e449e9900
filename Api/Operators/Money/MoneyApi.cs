using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Operators.Exports;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators.Money;

/// <summary>The money of a batch, for operators, and the refunds that they make by hand.</summary>
public static class MoneyApi
{
    private static readonly Dictionary<string, SettledHow> Reasons = Enum.GetValues<SettledHow>().ToDictionary(
        how => WireName.Of(how), StringComparer.Ordinal);

    private static readonly string[] Columns =
        ["row", "provider", "currency", "captured", "sold", "owed", "refunded", "refundedElsewhere", "balanced",
            "order", "payment", "amount", "code", "since", "fees"];

    /// <summary>Maps the endpoints.</summary>
    public static void MapMoney(this IEndpointRouteBuilder app)
    {
        var money = app.MapGroup("/api/operator").WithTags("Operators");
        money.MapGet("/batches/{batch}/money", ReadAsync).WithSummary("The money of a batch")
            .WithDescription("""
                The captured money by provider and currency: it is sold, owed back, refunded or refunded elsewhere. Then
                the issues that people must look at. As a file: a row `balance` for each balance, then a row for each
                issue: at most 1,000, and then a row `more-issues` with their number as its amount.


                """ + TableAnswer.Description)
            .Produces<BatchMoneyBody>(200, "application/json", TableFormat.MediaTypes)
            .Described("ReadMoney", EndpointDescription.Operators(Refusal.NotFound));
        money.MapPost("/orders/{order}/settle", SettleAsync)
            .WithSummary("Say that a stalled refund was paid back by hand")
            .Accepts<SettleBody>("application/json").Produces<OrderBody>()
            .Described("SettleRefund",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict, Refusal.Unavailable).WithBody());
    }

    private static async Task<IResult> ReadAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (await catalogue.FindAsync(batch) is null) return Problem.Of(Refusal.NotFound);
        var view = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).ReadMoneyAsync());
        if (TableFormat.WantedBy(http) is not { } format)
            return Reply.Ok(BatchMoneyBody.Of(batch, view), MoneyJson.Wire.BatchMoneyBody);
        return await TableAnswer.WriteAsync(http, format, batch, "money", Columns, async table =>
        {
            foreach (var balance in view.Balances) await WriteAsync(table, balance);
            foreach (var issue in view.Issues) await WriteAsync(table, batch, issue);
            if (view.MoreIssues > 0) await WriteMoreAsync(table, view.MoreIssues);
        });
    }

    private static async Task<IResult> SettleAsync(
        HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var (body, invalid) = await RequestBody.ReadAsync(http, MoneyJson.Wire.SettleBody);
        if (invalid is not null) return invalid;
        if (!Reasons.TryGetValue(body!.Reason, out var how))
            return Problem.Invalid("reason", $"must be one of {string.Join(", ", Reasons.Keys)}");
        var (found, unknown) = await orders.FindAsync(http, order);
        if (unknown is not null) return unknown;
        if (found.Alias is not { } by) return Problem.Of(Refusal.Unavailable);
        var answer = await retry.AskAsync(
            () => found.Batch.SettleRefundAsync(found.Seq, body.Provider, body.Payment, by, how));
        return answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(
                OrderBody.Of(answer.Value!, await orders.FindUserAsync(found, answer.Value!)),
                OrderJson.Wire.OrderBody);
    }

    private static Task WriteAsync(ITableWriter row, MoneyBalance balance)
    {
        row.Text("balance");
        row.Text(balance.Provider);
        row.Text(balance.Currency);
        row.Number(balance.Captured);
        row.Number(balance.Sold);
        row.Number(balance.Owed);
        row.Number(balance.Refunded);
        row.Number(balance.Elsewhere);
        row.Text(balance.IsBalanced ? "true" : "false");
        row.Empty(5);
        row.Number(balance.Fees);
        return row.EndRowAsync();
    }

    private static Task WriteAsync(ITableWriter row, string batch, MoneyIssue issue)
    {
        row.Text(WireName.Of(issue.Kind));
        row.Text(issue.Provider);
        row.Text(issue.Amount.Currency);
        row.Empty(6);
        row.Text(OrderId.Of(batch, issue.Order));
        row.Text(issue.Payment);
        row.Number(issue.Amount.Amount);
        row.Text(issue.Code);
        row.Instant(issue.Since);
        row.Empty(1);
        return row.EndRowAsync();
    }

    // People see that the file has not all.
    private static Task WriteMoreAsync(ITableWriter row, int more)
    {
        row.Text("more-issues");
        row.Empty(10);
        row.Number(more);
        row.Empty(3);
        return row.EndRowAsync();
    }
}
