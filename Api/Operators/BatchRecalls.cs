using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Operators;

/// <summary>Recalls the orders of batches, counts what a recall would cover, and tells how far one is.</summary>
public sealed class BatchRecalls(
    CatalogueCopy catalogue, BatchCommands commands, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>Recalls once for each key, and returns the newest recall.</summary>
    /// <param name="batch">The id of the batch, which may not exist.</param>
    /// <param name="orders">Which orders.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's Idempotency-Key; null: a new one.</param>
    public async Task<Answer<RecallBody>> RecallAsync(
        string batch, RecalledOrders orders, string reason, string by, string? key)
    {
        var command = new OperatorCommand(OperatorAction.Recall, 0, reason, default, default, Orders: orders);
        var answer = await commands.OperateAsync(batch, command, by, key);
        return answer.Refused is { } refusal
            ? new Answer<RecallBody>(refusal, answer.Detail) : await FindAsync(batch);
    }

    /// <summary>Counts what a recall would cover now. Nothing changes.</summary>
    public async Task<Answer<RecallBody>> CountAsync(string batch, RecalledOrders orders, string reason)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Refusal.NotFound;
        var answer = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).CountRecallAsync(orders));
        return answer.Refused is { } refusal
            ? new Answer<RecallBody>(refusal, answer.Detail)
            : RecallBody.Of(orders, reason, answer.Value, feed.Terms.Product.Price.Currency);
    }

    /// <summary>The newest recall; not-found: there was none, or there is no such batch.</summary>
    public async Task<Answer<RecallBody>> FindAsync(string batch)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Refusal.NotFound;
        var answer = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).GetRecallAsync());
        return answer.Refused is { } refusal
            ? new Answer<RecallBody>(refusal, answer.Detail)
            : RecallBody.Of(answer.Value!, feed.Terms.Product.Price.Currency);
    }
}
