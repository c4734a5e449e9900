using System.Globalization;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Following;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Operators;

/// <summary>Orders that were found in all batches.</summary>
/// <param name="Items">Batch by batch, and there in the order they were made.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
/// <param name="Damaged">
/// Batches whose orders may be missing here, because their ledger or key cannot be read; left out: none.
/// </param>
public sealed record FoundOrderList(
    OperatorOrderBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Damaged);

/// <summary>The search for orders over all batches.</summary>
public static class OrderSearchApi
{
    private const string Description = """
        All that is given must fit: `user` such as `weibo:alice`, `status`, `batch`, and `unit`, which finds the orders
        that have or had the unit. New orders are found within about a second. A page may have fewer orders than asked
        for and still have a `next`.
        """;

    private static readonly Dictionary<string, OrderStatus> Statuses = Enum.GetValues<OrderStatus>()
        .ToDictionary(status => WireName.Of(status));

    /// <summary>Maps the endpoint.</summary>
    public static void MapOrderSearch(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/operator/orders", FindAsync).WithTags("Operators")
            .WithSummary("Find orders of all batches by user, status, batch and unit").WithDescription(Description)
            .Produces<FoundOrderList>()
            .Described("FindOrders", EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));

    private static async Task<IResult> FindAsync(
        HttpContext http, string? user, string? status, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "batch")] string? of,
        string? unit, string? after, string? limit, OrderSearch search, CatalogueCopy catalogue)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (user is not null && !UserId.IsUser(user))
            return Problem.Invalid("user", "must be a user, such as weibo:alice");
        OrderStatus? wanted = null;
        if (status is not null)
        {
            if (!Statuses.TryGetValue(status, out var named))
                return Problem.Invalid("status", $"must be one of {string.Join(", ", Statuses.Keys)}");
            wanted = named;
        }
        int? number = null;
        if (unit is not null)
        {
            if (!int.TryParse(unit, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
                || one is < 1 or > BatchTerms.MaxStock)
            {
                return Problem.Invalid("unit", $"must be a whole number from 1 to {BatchTerms.MaxStock}");
            }
            number = one;
        }
        FoundOrder? from = null;
        if (after is not null)
        {
            if (!OrderId.TryParse(after, out var batch, out var seq))
                return Problem.Invalid("after", "must be the next of an earlier page");
            from = new FoundOrder(batch, seq);
        }
        if (of is not null && await catalogue.FindAsync(of) is null) return Problem.Of(Refusal.NotFound);
        var page = await search.FindAsync(new OrderSearchTerms(user, wanted, of, number, from, count));
        return Reply.Ok(
            new FoundOrderList(page.Orders, page.Next, page.Damaged.Count > 0 ? [.. page.Damaged] : null),
            OperatorJson.Wire.FoundOrderList);
    }
}
