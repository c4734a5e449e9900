using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>The buyers' orders. For anybody but the owner and operators, an order is not found.</summary>
public static class OrdersApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/api/orders/{order}").WithTags("Orders");
        orders.MapGet("", GetAsync).WithSummary("An order").Produces<OrderBody>()
            .Described("GetOrder", EndpointDescription.Users(Refusal.NotFound));
        orders.MapDelete("", CancelAsync).WithSummary("Cancel an order; a paid one is refunded").Produces<OrderBody>()
            .Described("CancelOrder",
                EndpointDescription.Users(Refusal.NotFound, Refusal.InvalidRequest, Refusal.Conflict));
        orders.MapPost("/checkout", CheckOutAsync).WithSummary("Open the checkout, or get the open one")
            .Produces<CheckoutBody>()
            .Described(
                "CheckOut", EndpointDescription.Users(Refusal.NotFound, Refusal.OrderNotPayable, Refusal.Conflict));
        orders.MapPut("/delivery", SetDeliveryAsync).WithSummary("Say where to deliver")
            .Accepts<DeliveryBody>("application/json").Produces<DeliveryBody>()
            .Described("SetDelivery", EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict).WithBody());
        orders.MapGet("/delivery", GetDeliveryAsync).WithSummary("Where to deliver; no content: not said yet")
            .Produces<DeliveryBody>().Produces(204)
            .Described("GetDelivery", EndpointDescription.Users(Refusal.NotFound));
        orders.MapGet("/shipment", GetShipmentAsync).WithSummary("The shipment; no content: not shipped yet")
            .Produces<ShipmentBody>().Produces(204)
            .Described("GetShipment", EndpointDescription.Users(Refusal.NotFound));
        app.MapGet("/api/me/orders", ListMineAsync).WithTags("Orders").WithSummary("The caller's orders from a batch")
            .Produces<OrderList>()
            .Described("ListMyOrders", EndpointDescription.Users(Refusal.InvalidRequest, Refusal.NotFound));
    }

    private static async Task<IResult> GetAsync(HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        return await AnswerAsync(
            orders, found, await retry.AskAsync(() => found.Batch.GetOrderAsync(found.Seq, found.Owner)));
    }

    private static async Task<IResult> CancelAsync(
        HttpContext http, string order, string? reason, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        if (!found.Caller.IsOperator)
        {
            var own = await retry.AskAsync(() => found.Batch.CancelOrderAsync(found.Seq, found.Alias!.Value));
            return await AnswerAsync(orders, found, own);
        }
        if (ReasonNames.Read(reason, out var why) is { } badReason) return badReason;
        if (found.Alias is not { } by) return Problem.Of(Refusal.Unavailable);
        // Operators may buy too. They cancel their own orders as buyers.
        var seen = await retry.AskAsync(() => found.Batch.GetOrderAsync(found.Seq, null));
        var answer = seen.Value is { } view && found.IsOwn(view)
            ? await retry.AskAsync(() => found.Batch.CancelOrderAsync(found.Seq, by))
            : await retry.AskAsync(() => found.Batch.CancelOrderByOperatorAsync(found.Seq, by, why));
        return await AnswerAsync(orders, found, answer);
    }

    private static async Task<IResult> CheckOutAsync(
        HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        // Only the owner may pay. An operator has no special right here.
        if (found.Alias is not { } alias) return Problem.Of(Refusal.NotFound);
        var (own, unknown) = await orders.FindActorAsync(found, alias);
        if (unknown is not null) return unknown;
        var owner = new Owner(found.Caller.User, alias);
        var answer = await retry.AskAsync(() => own.Actor.OpenCheckoutAsync(owner, found.Terms.Product.Name));
        return answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(new CheckoutBody(answer.Value!.Url, answer.Value.ExpiresAt), OrderJson.Wire.CheckoutBody);
    }

    private static async Task<IResult> SetDeliveryAsync(
        HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (body, invalid) = await RequestBody.ReadAsync(http, OrderJson.Wire.DeliveryBody);
        if (invalid is not null) return invalid;
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        if (found.Alias is not { } alias) return Problem.Of(Refusal.NotFound);
        var (own, unknown) = await orders.FindActorAsync(found, alias);
        if (unknown is not null) return unknown;
        var kept = await retry.AskAsync(() => own.Actor.SetDeliveryAsync(alias, body!.ToDelivery()));
        return DeliveryAnswer.Of(kept!);
    }

    private static async Task<IResult> GetDeliveryAsync(
        HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        var (seen, unknown) = await orders.FindActorAsync(found, found.Owner);
        if (unknown is not null) return unknown;
        return DeliveryAnswer.Of(await retry.AskAsync(() => seen.Actor.FindDeliveryAsync(seen.Order)));
    }

    // No content as long as an operator's command is not complete, too: its repeat completes it.
    private static async Task<IResult> GetShipmentAsync(
        HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        var (seen, unknown) = await orders.FindActorAsync(found, found.Owner);
        if (unknown is not null) return unknown;
        return seen.Order.Shipment is { } shipment && await retry.AskAsync(seen.Actor.FindTrackingAsync) is { } tracking
            ? Reply.Ok(new ShipmentBody(tracking, shipment.At), OrderJson.Wire.ShipmentBody)
            : Results.NoContent();
    }

    private static async Task<IResult> ListMineAsync(
        HttpContext http, string? batch, string? after, string? limit, CatalogueCopy catalogue, IGrainFactory grains,
        ActorRetry retry)
    {
        if (!Slug.IsOne(batch)) return Problem.Invalid("batch", "must be the id of a batch");
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterOrder(after, batch!, out var seq) is { } badAfter) return badAfter;
        if (await Callers.FindAsync(http) is not { } caller) return Problem.Of(Refusal.Unauthenticated);
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        var found = await feed.FindKeyAsync();
        if (found is null && !feed.IsAnonymised) return Problem.Of(Refusal.Unavailable);
        // A batch that was anonymised knows no orders of anybody.
        var page = found is { } key
            ? await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch!)
                .ListOrdersOfAsync(key.AliasOf(caller.User)))
            : new OrderPage([]);
        var rest = page.Orders.Where(order => order.Seq > seq).ToArray();
        http.Response.Headers.CacheControl = "no-store";
        var items = rest.Take(count).Select(order => OrderBody.Of(order, caller.User)).ToArray();
        return Reply.Ok(new OrderList(items, rest.Length > count ? rest[count - 1].Id : null),
            OrderJson.Wire.OrderList);
    }

    private static async ValueTask<IResult> AnswerAsync(
        OrderLookup orders, NamedOrder named, Answer<OrderView> answer) =>
        answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(OrderBody.Of(answer.Value!, await orders.FindUserAsync(named, answer.Value!)),
                OrderJson.Wire.OrderBody);
}
