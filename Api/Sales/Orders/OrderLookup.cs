using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Orders;

/// <summary>An order id that a caller named, and who the caller is. There may be no such order.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Batch">The order's batch.</param>
/// <param name="Id">The order id.</param>
/// <param name="Seq">Its sequence.</param>
/// <param name="Terms">The batch's terms.</param>
/// <param name="Alias">
/// The caller's alias; null: the batch knows no users any more, and the caller is an operator.
/// </param>
public readonly record struct NamedOrder(
    Caller Caller, ISaleBatchGrain Batch, string Id, long Seq, BatchTerms Terms, Alias? Alias)
{
    /// <summary>Who must own the order for this caller to see it; null: an operator sees every order.</summary>
    public Alias? Owner => Caller.IsOperator ? null : Alias;

    /// <summary>Whether the order is the caller's own.</summary>
    public bool IsOwn(OrderView order) => order.Buyer == Alias;
}

/// <summary>
/// Finds the order that a request names. The batch is called only if it is in the catalogue and the sequence is not
/// beyond its head. The order's own actor is called only if the batch confirms that the order exists and that the
/// caller may see it. So guesses activate nothing: only the owner and operators activate an order's actor.
/// </summary>
public sealed class OrderLookup(CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>The order as its batch knows it, or the problem.</summary>
    public async ValueTask<(NamedOrder Found, Problem? Problem)> FindAsync(HttpContext http, string id)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await Callers.FindAsync(http) is not { } caller) return (default, Problem.Of(Refusal.Unauthenticated));
        if (!OrderId.TryParse(id, out var batch, out var seq) || await catalogue.FindAsync(batch) is not { } feed)
            return (default, Problem.Of(Refusal.NotFound));
        // Another front may have made the order. Only an answer of the batch proves that it does not exist.
        if (seq > feed.KnownHead && !await feed.CatchUpAsync()) return (default, Problem.Of(Refusal.Overloaded));
        if (seq > feed.KnownHead) return (default, Problem.Of(Refusal.NotFound));
        var alias = (await feed.FindKeyAsync())?.AliasOf(caller.User);
        if (alias is null && !caller.IsOperator)
            return (default, Problem.Of(feed.IsAnonymised ? Refusal.NotFound : Refusal.Unavailable));
        return (new NamedOrder(caller, grains.GetGrain<ISaleBatchGrain>(batch), id, seq, feed.Terms, alias), null);
    }

    /// <summary>The user whose order it is; null: nobody knows any more.</summary>
    public async ValueTask<string?> FindUserAsync(NamedOrder named, OrderView order) => named.IsOwn(order)
        ? named.Caller.User
        : (await retry.AskAsync(() => grains.GetGrain<IRosterGrain>(order.Batch).FindUsersAsync([order.Buyer])))[0];

    /// <summary>
    /// The order's own actor and the order, or the problem: not-found unless it is this user's.
    /// </summary>
    /// <param name="order">The order that was named.</param>
    /// <param name="owner">Whose it must be; null: anybody's.</param>
    public async ValueTask<((IOrderGrain Actor, OrderView Order) Found, Problem? Problem)> FindActorAsync(
        NamedOrder order, Alias? owner)
    {
        var owned = await retry.AskAsync(() => order.Batch.GetOrderAsync(order.Seq, owner));
        return owned.Refused is { } refusal
            ? (default, Problem.Of(refusal, owned.Detail))
            : ((grains.GetGrain<IOrderGrain>(order.Id), owned.Value!), null);
    }
}
