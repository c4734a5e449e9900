using Microsoft.Extensions.Logging;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Backlog;

namespace OrleansSale.Grains.Backlog;

/// <summary>The actor that keeps the backlog of a product. It is not reentrant: one change at a time.</summary>
/// <remarks>
/// Nobody is lost, doubled or overtaken, wherever a crash falls:
/// <list type="number">
/// <item><c>ended</c> is durable in the origin's ledger first. Its places wait there until the origin has handed its
/// range over. It repeats that until it is answered, and once after each activation. A repeat changes nothing
/// here.</item>
/// <item>A range is durably assigned to one batch before the batch reads its places. A batch that asks again gets the
/// same ranges in the same order, and no other batch gets them.</item>
/// <item>The batch carries the places by <c>joined</c> entries of its own ledger, in the order of the ranges and of the
/// places in them. The last of these entries says where to go on. See <c>BacklogCall</c>.</item>
/// <item>Only when the batch's ledger says that all are carried does the range become carried here. Until then the
/// origin keeps the users of its places.</item>
/// </list>
/// </remarks>
public sealed partial class BacklogGrain(
    [PersistentState("backlog")] IPersistentState<BacklogBook> stored, ILogger<BacklogGrain> log)
    : Grain, IBacklogGrain
{
    private bool _isAbandoned;

    // After a failed write the state in memory differs from the stored one: nothing follows from it any more.
    private BacklogBook Book => stored.State.IsDamaged
            ? throw new StorageDamagedException($"the backlog of product {this.GetPrimaryKeyString()} cannot be read")
        : _isAbandoned ? throw new SaleUnavailableException($"{this.GetPrimaryKeyString()} deactivates")
        : stored.State;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // It is never replaced: without it two batches could carry the same places.
        if (stored.State.IsDamaged) Log.Damaged(log, this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task AddAsync(string batch, int places, DateTimeOffset endedAt) =>
        WriteIfAsync(Book.Add(batch, places, endedAt));

    /// <inheritdoc />
    public async Task<string[]> AssignAsync(string batch)
    {
        await WriteIfAsync(Book.Assign(batch));
        return Book.AssignedTo(batch);
    }

    /// <inheritdoc />
    public Task FinishAsync(string batch) => WriteIfAsync(Book.Finish(batch));

    /// <inheritdoc />
    public async Task<Answer<Effect>> DropAsync(string batch)
    {
        var answer = Book.Drop(batch);
        await WriteIfAsync(answer.Value == Effect.Done);
        return answer;
    }

    /// <inheritdoc />
    public Task<BacklogRange?> FindAsync(string batch) => Task.FromResult(Book.Find(batch));

    /// <inheritdoc />
    public Task<BacklogRange[]> ListAsync() => Task.FromResult<BacklogRange[]>([.. Book.Ranges]);

    /// <inheritdoc />
    public Task<BacklogRange[]> ListWaitingAsync() => Task.FromResult<BacklogRange[]>([.. Book.Waiting]);

    private async Task WriteIfAsync(bool isChanged)
    {
        if (!isChanged) return;
        try
        {
            await stored.WriteStateAsync();
        }
        catch (Exception)
        {
            // The write may or may not have been stored. The next activation reads it.
            _isAbandoned = true;
            DeactivateOnIdle();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error,
            "The backlog of product {Product} cannot be read: nobody is carried until its document is restored")]
        public static partial void Damaged(ILogger log, string product);
    }
}
