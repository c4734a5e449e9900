using OrleansSale.Api.Batches;
using OrleansSale.Api.Problems;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Orders;

namespace OrleansSale.Api.Orders;

/// <summary>An order that a caller named, and who the caller is.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Batch">The order's batch.</param>
/// <param name="Order">The order's own actor.</param>
/// <param name="Seq">Its sequence.</param>
/// <param name="Terms">The batch's terms.</param>
public readonly record struct NamedOrder(Caller Caller, ISaleBatchGrain Batch, IOrderGrain Order, long Seq, BatchTerms Terms)
{
    /// <summary>Who must own the order for this caller to see it; null: an operator sees every order.</summary>
    public string? Owner => Caller.IsOperator ? null : Caller.User;
}

/// <summary>
/// Finds the order that a request names. The batch must be in the catalogue and the sequence not beyond its head,
/// before any actor is addressed: made-up order ids activate nothing.
/// </summary>
public sealed class OrderDesk(CatalogueCopy catalogue, IGrainFactory grains)
{
    /// <summary>The order, or the problem.</summary>
    public async ValueTask<(NamedOrder Found, Problem? Problem)> FindAsync(HttpContext http, string id)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await Callers.FindAsync(http) is not { } caller) return (default, Problem.Of(Refusal.Unauthenticated));
        if (!OrderId.TryParse(id, out var batch, out var seq) || await catalogue.FindAsync(batch) is not { } feed)
            return (default, Problem.Of(Refusal.NotFound));
        // Another front may have made it: only a batch that answers tells that it is not there.
        if (seq > feed.KnownHead && !await feed.CatchUpAsync()) return (default, Problem.Of(Refusal.Overloaded));
        if (seq > feed.KnownHead) return (default, Problem.Of(Refusal.NotFound));
        var order = new NamedOrder(
            caller, grains.GetGrain<ISaleBatchGrain>(batch), grains.GetGrain<IOrderGrain>(id), seq, feed.Terms);
        return (order, null);
    }
}
