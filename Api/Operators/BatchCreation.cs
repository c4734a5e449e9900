using OrleansSale.Api.Actors;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators;

/// <summary>The outcome of a creation: a closed set.</summary>
public abstract record CreationOutcome
{
    private CreationOutcome()
    {
    }

    /// <summary>It is there.</summary>
    /// <param name="Board">Its board.</param>
    /// <param name="IsNew">Whether it is new; false: this repeats its creation.</param>
    public sealed record Done(BoardBody Board, bool IsNew) : CreationOutcome;

    /// <summary>The terms break a rule for new batches: <see cref="NewBatchRules"/>.</summary>
    /// <param name="Field">Path of the field.</param>
    /// <param name="Problem">The fault of the field.</param>
    public sealed record Unfit(string Field, FieldProblem Problem) : CreationOutcome;

    /// <summary>Refused.</summary>
    public sealed record Refused(Refusal Refusal, string? Detail = null) : CreationOutcome;
}

/// <summary>Creates batches.</summary>
public sealed class BatchCreation(
    CatalogueCopy catalogue, ConfiguredChannels channels, IGrainFactory grains, ActorRetry retry,
    TimeProvider timeProvider)
{
    /// <summary>Creates a batch. The same terms again are a repeat; other terms under its id are a conflict.</summary>
    /// <param name="terms">The batch, each field within its range.</param>
    public async Task<CreationOutcome> CreateAsync(BatchTerms terms)
    {
        // A batch that may not be created now may exist already. Then this is a repeat of its creation.
        var batch = grains.GetGrain<ISaleBatchGrain>(terms.Id);
        // Only an id that reads as a number can be kept as another product's.
        var products = Slug.StoredValueOf(terms.Product.Id) is null ? [] : await retry.AskAsync(ListProductsAsync);
        if (NewBatchRules.Refuse(terms, channels, timeProvider.GetUtcNow(), products) is var (field, problem)
            && await retry.AskAsync(() => batch.ReadBoardAsync(0)) is null)
        {
            return new CreationOutcome.Unfit(field, problem);
        }
        var answer = await retry.AskAsync(() => batch.CreateAsync(terms));
        if (answer.Refused is { } refusal) return new CreationOutcome.Refused(refusal, answer.Detail);
        // The catalogue is written after the ledger. After an interruption in between, a repeat or the next start
        // completes it.
        var feed = await retry.AskAsync(() => AddAsync(terms.Id));
        await feed.CatchUpAsync();
        return feed.Current is { } copy
            ? new CreationOutcome.Done(
                BoardBody.Of(terms, copy.Snapshot, timeProvider.GetUtcNow()), answer.Value == Effect.Done)
            : new CreationOutcome.Refused(Refusal.Overloaded);
    }

    private async Task<string[]> ListProductsAsync() =>
        [.. (await catalogue.ListAsync()).Select(feed => feed.Terms.Product.Id)];

    private async Task<BoardFeed> AddAsync(string batch)
    {
        await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(batch);
        return await catalogue.FindNewAsync(batch);
    }
}
