using OrleansSale.Api.Actors;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;

namespace OrleansSale.Api.Operators;

/// <summary>
/// Removes personal data: of a whole batch, or of one user. Both may be repeated until they are answered, and continue
/// after an interruption.
/// </summary>
public sealed partial class PersonalData(
    CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry, Sessions sessions, ILogger<PersonalData> log)
{
    /// <summary>Batches that are searched at a time.</summary>
    public const int MaxConcurrency = 16;

    /// <summary>Removes the users from a batch that is over. Not-found: there is no such batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="reason">Why, for the log.</param>
    public async Task<Answer<Effect>> AnonymiseAsync(string batch, string by, string reason)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Refusal.NotFound;
        await feed.CatchUpAsync();
        if (feed.IsAnonymised && feed.Key is null) return Effect.AlreadySo;
        if (feed.Key is not { } key) return Refusal.Unavailable;
        var alias = key.AliasOf(by);
        var answer = await retry.AskAsync(() => grains.GetGrain<ISaleBatchGrain>(batch).AnonymiseAsync(alias));
        if (answer.Refused is null)
        {
            Log.Anonymised(log, batch, by, reason);
            await feed.CatchUpAsync();
        }
        return answer;
    }

    /// <summary>
    /// Removes one user from all batches. If an order may still need the user, nothing is removed: a conflict names the
    /// order.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="by">The operator, as a user.</param>
    /// <param name="reason">Why, for the log.</param>
    /// <returns>The batches that had data of the user.</returns>
    public async Task<Answer<string[]>> EraseAsync(string user, string by, string reason)
    {
        var eligible = (await catalogue.ListAsync()).Where(feed => feed.Terms.IsEligible(user)).ToArray();
        // Without its key nobody can say what a batch has of the user, so nobody may be told that nothing is left.
        foreach (var feed in eligible)
        {
            if (await feed.FindKeyAsync() is null && !feed.IsAnonymised)
                return new(Refusal.Unavailable, $"the key of batch {feed.Terms.Id} is missing: restore it first");
        }
        var feeds = eligible.Where(feed => feed.Key is not null).ToArray();
        var found = await InAllAsync(feeds, feed => retry.AskAsync(
            () => grains.GetGrain<ISaleBatchGrain>(feed.Terms.Id).FindErasableAsync(feed.Key!.AliasOf(user))));
        if (found.FirstOrDefault(answer => answer.Refused is not null) is { Refused: { } refusal } needed)
            return new(refusal, needed.Detail);
        // One after the other, the newest first: a batch erases the user also where it has carried their place to.
        var erased = new HashSet<string>(StringComparer.Ordinal);
        foreach (var feed in feeds.OrderByDescending(feed => feed.Schedule.SaleOpens))
        {
            var answer = await retry.AskAsync(
                grains.GetGrain<IReservationGrain>(
                    IReservationGrain.KeyOf(feed.Terms.Id, feed.Key!.AliasOf(user))).EraseAsync);
            if (answer.Refused is { } late) return new(late, answer.Detail);
            if (answer.Value == Effect.Done) erased.Add(feed.Terms.Id);
        }
        await sessions.EraseAsync(user);
        Log.Erased(log, by, reason);
        return feeds.Select(feed => feed.Terms.Id).Where(erased.Contains).ToArray();
    }

    private static async Task<List<T>> InAllAsync<T>(BoardFeed[] feeds, Func<BoardFeed, Task<T>> ask)
    {
        var answers = new List<T>(feeds.Length);
        foreach (var group in feeds.Chunk(MaxConcurrency)) answers.AddRange(await Task.WhenAll(group.Select(ask)));
        return answers;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Batch {Batch} was anonymised by {Operator}: {Reason}")]
        public static partial void Anonymised(ILogger log, string batch, string @operator, string reason);

        [LoggerMessage(2, LogLevel.Information, "A user's data were erased by {Operator}: {Reason}")]
        public static partial void Erased(ILogger log, string @operator, string reason);
    }
}
