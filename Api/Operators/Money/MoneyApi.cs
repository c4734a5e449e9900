using System.Text.Json;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Orders;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Payments;

namespace OrleansSale.Api.Operators.Money;

/// <summary>The money of a batch, for operators, and the refunds that they make by hand.</summary>
public static class MoneyApi
{
    private static readonly Dictionary<string, SettledHow> Reasons = Enum.GetValues<SettledHow>().ToDictionary(
        how => NameOf(how), StringComparer.Ordinal);

    private static readonly string[] Columns =
        ["row", "provider", "currency", "captured", "sold", "owed", "refunded", "refundedElsewhere", "balanced",
            "order", "payment", "amount", "code", "since"];

    /// <summary>Maps the endpoints.</summary>
    public static void MapMoney(this IEndpointRouteBuilder app)
    {
        var money = app.MapGroup("/api/operator").WithTags("Operators");
        money.MapGet("/batches/{batch}/money", ReadAsync).WithSummary("The money of a batch")
            .WithDescription("""
                The captured money by provider and currency: it is sold, owed back, refunded or refunded elsewhere. Then
                the issues that people must look at. With `Accept: text/csv` the same as CSV, in the form of the other
                lists: a row `balance` for each balance, then a row for each issue.
                """)
            .Produces<BatchMoneyBody>(200, "application/json", CsvExport.MediaType)
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
        if (!CsvAnswer.IsWanted(http))
            return Reply.Ok(BatchMoneyBody.Of(batch, view), MoneyJson.Wire.BatchMoneyBody);
        return await CsvAnswer.WriteAsync(http, $"{batch}-money.csv", Columns, async csv =>
        {
            foreach (var balance in view.Balances) await WriteAsync(csv, balance);
            foreach (var issue in view.Issues) await WriteAsync(csv, batch, issue);
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

    private static Task WriteAsync(CsvExport csv, MoneyBalance balance)
    {
        csv.Text("balance");
        csv.Text(balance.Provider);
        csv.Text(balance.Currency);
        csv.Number(balance.Captured);
        csv.Number(balance.Sold);
        csv.Number(balance.Owed);
        csv.Number(balance.Refunded);
        csv.Number(balance.Elsewhere);
        csv.Text(balance.IsBalanced ? "true" : "false");
        for (var empty = 0; empty < Columns.Length - 9; empty++) csv.Text(null);
        return csv.EndRowAsync();
    }

    private static Task WriteAsync(CsvExport csv, string batch, MoneyIssue issue)
    {
        csv.Text(NameOf(issue.Kind));
        csv.Text(issue.Provider);
        csv.Text(issue.Amount.Currency);
        for (var empty = 0; empty < 6; empty++) csv.Text(null);
        csv.Text(OrderId.Of(batch, issue.Order));
        csv.Text(issue.Payment);
        csv.Number(issue.Amount.Amount);
        csv.Text(issue.Code);
        csv.Instant(issue.Since);
        return csv.EndRowAsync();
    }

    private static string NameOf<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
