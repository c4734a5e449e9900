using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// Reads a batch's board, and takes in whom its new entries concern. One reading at a time.
/// </summary>
internal sealed class BoardReader(string batch, IGrainFactory grains)
{
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private int _touchPosition;

    /// <summary>Users to whom only the batch may answer.</summary>
    public UsersAnsweredByBatch AnsweredByBatch { get; } = new();

    /// <summary>Those who watch their orders.</summary>
    public WatchedBuyers Buyers { get; } = new(batch, grains);

    /// <summary>
    /// The board. Everybody whom an entry up to its head concerns is known then. Null: there is no such batch.
    /// </summary>
    public async Task<BoardCopy?> ReadAsync()
    {
        var actor = grains.GetGrain<ISaleBatchGrain>(batch);
        while (true)
        {
            var askedAt = _monotonic.GetTimestamp();
            if (await actor.ReadBoardAsync(_touchPosition) is not { } update) return null;
            AnsweredByBatch.Add(update.Touches);
            Buyers.Touch(update.Touches);
            _touchPosition += update.Touches.Length;
            if (_touchPosition >= update.Snapshot.Touches) return new BoardCopy(update.Snapshot, askedAt);
        }
    }
}
