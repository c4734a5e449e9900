using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>An order id that a caller named, and who the caller is. There may be no such order.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Batch">The order's batch.</param>
/// <param name="Id">The order id.</param>
/// <param name="Seq">Its sequence.</param>
/// <param name="Terms">The batch's terms.</param>
public readonly record struct NamedOrder(Caller Caller, ISaleBatchGrain Batch, string Id, long Seq, BatchTerms Terms)
{
    /// <summary>Who must own the order for this caller to see it; null: an operator sees every order.</summary>
    public string? Owner => Caller.IsOperator ? null : Caller.User;
}

/// <summary>
/// Finds the order that a request names. The batch must be in the catalogue and the sequence not beyond its head,
/// before the batch is addressed; and the batch must say that the order is there and may be seen, before the order's
/// own actor is. So guesses activate nothing: an order's actor wakes for its owner and for operators only.
/// </summary>
public sealed class OrderLookup(CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>The order as a batch's, or the problem.</summary>
    public async ValueTask<(NamedOrder Found, Problem? Problem)> FindAsync(HttpContext http, string id)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await Callers.FindAsync(http) is not { } caller) return (default, Problem.Of(Refusal.Unauthenticated));
        if (!OrderId.TryParse(id, out var batch, out var seq) || await catalogue.FindAsync(batch) is not { } feed)
            return (default, Problem.Of(Refusal.NotFound));
        // Another front may have made it: only a batch that answers tells that it is not there.
        if (seq > feed.KnownHead && !await feed.CatchUpAsync()) return (default, Problem.Of(Refusal.Overloaded));
        if (seq > feed.KnownHead) return (default, Problem.Of(Refusal.NotFound));
        return (new NamedOrder(caller, grains.GetGrain<ISaleBatchGrain>(batch), id, seq, feed.Terms), null);
    }

    /// <summary>The order's own actor, or the problem: not-found unless it is this user's.</summary>
    /// <param name="order">The order that was named.</param>
    /// <param name="owner">Whose it must be; null: anybody's.</param>
    public async ValueTask<(IOrderGrain Actor, Problem? Problem)> FindActorAsync(NamedOrder order, string? owner)
    {
        var owned = await retry.AskAsync(() => order.Batch.GetOrderAsync(order.Seq, owner));
        return (grains.GetGrain<IOrderGrain>(order.Id), owned.Refused is { } refusal ? Problem.Of(refusal, owned.Detail) : null);
    }
}
