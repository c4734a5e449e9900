using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators;

/// <summary>What became of a command that was not refused: one of the two.</summary>
/// <param name="Board">The batch's board after it; null: it waits.</param>
/// <param name="Proposal">The command that waits for a second operator; null: it was carried out.</param>
public sealed record BatchCommandDone(BoardBody? Board, ProposalBody? Proposal = null);

/// <summary>
/// Carries out operators' commands to batches: pauses, resumes, closes, restocks and withdraws, suspends and resumes
/// lines, extends holds, reschedules and recalls.
/// </summary>
public sealed class BatchCommands(
    CatalogueCopy catalogue, Proposals proposals, IGrainFactory grains, ActorRetry retry, TimeProvider timeProvider)
{
    /// <summary>
    /// Carries out a command once for each key, and returns the batch's board after it; or has it wait for a second
    /// operator, and returns what waits.
    /// </summary>
    /// <param name="batch">The id of the batch, which may not exist.</param>
    /// <param name="action">The command.</param>
    /// <param name="units">How many units to restock or withdraw; 0 for the other actions.</param>
    /// <param name="reason">Why, for the record; empty for the actions about the line.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">
    /// The client's Idempotency-Key; null: a new one, so that only the retries of this call repeat it.
    /// </param>
    public Task<Answer<BatchCommandDone>> OperateAsync(
        string batch, OperatorAction action, int units, string reason, string by, string? key) =>
        OperateAsync(batch, new OperatorCommand(action, units, reason, default, default), by, key);

    /// <summary>
    /// Carries out a command once for each key, and returns the batch's board after it; or has it wait for a second
    /// operator, and returns what waits.
    /// </summary>
    /// <param name="batch">The id of the batch, which may not exist.</param>
    /// <param name="command">The command, without its operator and its key.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="key">
    /// The client's Idempotency-Key; null: a new one, so that only the retries of this call repeat it.
    /// </param>
    public async Task<Answer<BatchCommandDone>> OperateAsync(
        string batch, OperatorCommand command, string by, string? key)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Refusal.NotFound;
        if (await feed.FindKeyAsync() is not { } batchKey)
            return feed.IsAnonymised ? Refusal.SaleClosed : Refusal.Unavailable;
        var alias = batchKey.AliasOf(by);
        var whole = command with
        {
            Reason = PlainText.WithLineFeeds(command.Reason),
            By = alias,
            Key = batchKey.HashOf(alias, key ?? Guid.CreateVersion7().ToString("N")),
        };
        var answer = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).OperateAsync(whole));
        if (answer.Refused is { } refusal) return new(refusal, answer.Detail);
        if (answer.Value == Effect.Proposed)
        {
            return await proposals.FindAsync(batch, whole.Key) is { } proposal
                ? new BatchCommandDone(null, proposal)
                : Refusal.Overloaded;
        }
        await feed.CatchUpAsync();
        return feed.Current is { } copy
            ? new BatchCommandDone(BoardBody.Of(feed.Terms, copy.Snapshot, timeProvider.GetUtcNow()))
            : Refusal.Overloaded;
    }
}
