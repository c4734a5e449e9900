using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Messages;

namespace OrleansSale.Api.Operators.Messages;

/// <summary>Lists the messages to buyers that are not delivered, and tries them again.</summary>
public sealed class MessageCommands(CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
{
    /// <summary>Those of a batch, by number; null: there is no such batch.</summary>
    public async Task<MessageView[]?> ListAsync(string batch) =>
        await FindAsync(batch) is { } actor ? await retry.AskAsync(actor.ListAsync) : null;

    /// <summary>Tries one again now, once for each key.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="seq">The message's number.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">The client's Idempotency-Key; null: a new one.</param>
    public async Task<Answer<MessageView>> RetryAsync(string batch, long seq, string by, string? key)
    {
        if (await FindAsync(batch) is not { } actor) return Refusal.NotFound;
        var hash = OperatorKey.HashOf(by, key);
        return await retry.AskAsync(() => actor.RetryAsync(seq, hash));
    }

    // Made-up ids activate nothing.
    private async Task<IMessagesGrain?> FindAsync(string batch) =>
        await catalogue.FindAsync(batch) is null ? null : grains.GetGrain<IMessagesGrain>(batch);
}
