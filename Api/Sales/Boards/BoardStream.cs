using System.Text.Json;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>
/// The live stream of one board: one frame for all its viewers, and the next one when the board has changed.
/// </summary>
/// <param name="terms">The terms of the batch.</param>
/// <param name="timeProvider">The front's clock.</param>
public sealed class BoardStream(BatchTerms terms, TimeProvider timeProvider)
{
    private readonly TimeProvider _monotonic = TimeProvider.System;
    private int _viewers;
    private Frame _frame = new([], default, 0);

    /// <summary>The newest frame; wait on it for the next.</summary>
    public Frame Latest => Volatile.Read(ref _frame);

    /// <summary>Whether anybody watches.</summary>
    public bool IsWatched => Volatile.Read(ref _viewers) > 0;

    /// <summary>One more viewer.</summary>
    internal void Join() => Interlocked.Increment(ref _viewers);

    /// <summary>One viewer less.</summary>
    internal void Leave() => Interlocked.Decrement(ref _viewers);

    /// <summary>
    /// Shows the newest counts to the viewers, if they have changed and it is not too soon; announcements at once.
    /// </summary>
    internal void Publish(BatchSnapshot snapshot, ShownAnnouncements announcements)
    {
        var now = timeProvider.GetUtcNow();
        var board = BoardBody.Of(terms, snapshot, now);
        var last = _frame;
        var elapsed = _monotonic.GetElapsedTime(last.At);
        var isSoon = elapsed < Frame.IntervalFor(Volatile.Read(ref _viewers));
        if (board.Phase == last.Phase && last.Data.Length > 0 && (isSoon || last.IsOf(snapshot)))
        {
            // The board that the viewers have, so that it is not sent again.
            if (announcements != last.Announcements)
            {
                Replace(last, new Frame(last.Data, last.Phase, last.At)
                {
                    Snapshot = last.Snapshot,
                    Announcements = announcements,
                });
            }
            return;
        }
        var data = JsonSerializer.SerializeToUtf8Bytes(board, BoardJson.Wire.BoardBody);
        Replace(last, new Frame(data, board.Phase, _monotonic.GetTimestamp())
        {
            Snapshot = snapshot,
            Announcements = announcements,
        });
    }

    /// <summary>Ends the stream, because its board may be wrong.</summary>
    internal void End()
    {
        var last = _frame;
        if (last.Data.Length == 0) return;
        Replace(last, new Frame([], default, 0));
    }

    private void Replace(Frame last, Frame next)
    {
        Volatile.Write(ref _frame, next);
        last.Supersede();
    }
}
