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

/// <summary>What a buyer does with orders. To anybody but the owner and operators, an order is not found.</summary>
public static class OrdersApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/api/orders/{order}").WithTags("Orders");
        orders.MapGet("", GetAsync).WithSummary("An order").Produces<OrderBody>()
            .Described("GetOrder", EndpointDescription.Users(Refusal.NotFound));
        orders.MapDelete("", CancelAsync).WithSummary("Cancel an order; a paid one is refunded").Produces<OrderBody>()
            .Described("CancelOrder", EndpointDescription.Users(Refusal.NotFound));
        orders.MapPost("/checkout", CheckOutAsync).WithSummary("Open the checkout, or get the open one")
            .Produces<CheckoutBody>()
            .Described("CheckOut", EndpointDescription.Users(Refusal.NotFound, Refusal.OrderNotPayable, Refusal.Conflict));
        orders.MapPut("/delivery", SetDeliveryAsync).WithSummary("Say where to deliver")
            .Accepts<DeliveryBody>("application/json").Produces<DeliveryBody>()
            .Described("SetDelivery", EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict).WithBody());
        orders.MapGet("/delivery", GetDeliveryAsync).WithSummary("Where to deliver").Produces<DeliveryBody>()
            .Described("GetDelivery", EndpointDescription.Users(Refusal.NotFound));
        app.MapGet("/api/me/orders", ListMineAsync).WithTags("Orders").WithSummary("The caller's orders from a batch")
            .Produces<OrderList>()
            .Described("ListMyOrders", EndpointDescription.Users(Refusal.InvalidRequest, Refusal.NotFound));
    }

    private static async Task<IResult> GetAsync(HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        return Answer(await retry.AskAsync(() => found.Batch.GetOrderAsync(found.Seq, found.Owner)));
    }

    private static async Task<IResult> CancelAsync(HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        return Answer(await retry.AskAsync(() => found.Batch.CancelOrderAsync(found.Seq, found.Owner)));
    }

    private static async Task<IResult> CheckOutAsync(HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        // Paying is the owner's own business: an operator has no more right to it than anybody.
        var (actor, unknown) = await orders.FindActorAsync(found, found.Caller.User);
        if (unknown is not null) return unknown;
        var answer = await retry.AskAsync(() => actor.OpenCheckoutAsync(found.Caller.User, found.Terms.Product.Name));
        return answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(new CheckoutBody(answer.Value!.Url, answer.Value.ExpiresAt), OrderJson.Wire.CheckoutBody);
    }

    private static async Task<IResult> SetDeliveryAsync(HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (body, invalid) = await RequestBody.ReadAsync(http, OrderJson.Wire.DeliveryBody);
        if (invalid is not null) return invalid;
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        var (actor, unknown) = await orders.FindActorAsync(found, found.Caller.User);
        if (unknown is not null) return unknown;
        return AnswerDelivery(await retry.AskAsync(() => actor.SetDeliveryAsync(found.Caller.User, body!.ToDelivery())));
    }

    private static async Task<IResult> GetDeliveryAsync(HttpContext http, string order, OrderLookup orders, ActorRetry retry)
    {
        var (found, problem) = await orders.FindAsync(http, order);
        if (problem is not null) return problem;
        var (actor, unknown) = await orders.FindActorAsync(found, found.Owner);
        if (unknown is not null) return unknown;
        var delivery = await retry.AskAsync(actor.GetDeliveryAsync);
        return delivery is null ? Problem.Of(Refusal.NotFound) : AnswerDelivery(delivery);
    }

    private static async Task<IResult> ListMineAsync(
        HttpContext http, string? batch, string? after, string? limit, CatalogueCopy catalogue, IGrainFactory grains,
        ActorRetry retry)
    {
        if (!Slug.IsOne(batch)) return Problem.Invalid("batch", "must be the id of a batch");
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (Paging.ReadAfterOrder(after, batch!, out var seq) is { } badAfter) return badAfter;
        if (await Callers.FindAsync(http) is not { } caller) return Problem.Of(Refusal.Unauthenticated);
        if (await catalogue.FindAsync(batch) is null) return Problem.Of(Refusal.NotFound);
        var page = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch!).ListOrdersOfAsync(caller.User));
        var rest = page.Orders.Where(order => order.Seq > seq).ToArray();
        http.Response.Headers.CacheControl = "no-store";
        return Reply.Ok(new OrderList([.. rest.Take(count).Select(OrderBody.Of)], rest.Length > count ? rest[count - 1].Id : null),
            OrderJson.Wire.OrderList);
    }

    private static IResult Answer(Answer<OrderView> answer) =>
        answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(OrderBody.Of(answer.Value!), OrderJson.Wire.OrderBody);

    private static IResult AnswerDelivery(Answer<Delivery> answer) =>
        answer.Refused is { } refusal
            ? Problem.Of(refusal, answer.Detail)
            : Reply.Ok(DeliveryBody.Of(answer.Value)!, OrderJson.Wire.DeliveryBody);
}
