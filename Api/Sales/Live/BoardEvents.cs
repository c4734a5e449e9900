using System.Text.Json;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Boards;

namespace OrleansSale.Api.Sales.Live;

/// <summary>
/// The events about a batch that one viewer gets. All viewers share the encoded board, and a slow viewer skips boards.
/// </summary>
/// <param name="feed">The batch.</param>
/// <param name="seen">The announcements that the viewer need not be told.</param>
internal sealed class BoardEvents(BoardFeed feed, ShownAnnouncements seen)
{
    private ShownAnnouncements _seen = seen;
    private Frame _sent = feed.Stream.Latest;
    private Frame _latest = feed.Stream.Latest;

    /// <summary>Completes when there may be something new.</summary>
    public Task Changed => _latest.Superseded;

    /// <summary>
    /// Writes the board as it is now. It is made for this viewer, because the newest frame and its time may be as old
    /// as the last change.
    /// </summary>
    public async Task BeginAsync(EventWriter events, TimeProvider timeProvider)
    {
        if (await feed.ReadAsync() is not { } copy) return;
        var board = BoardBody.Of(feed.Terms, copy.Snapshot, timeProvider.GetUtcNow());
        await events.WriteAsync("board", JsonSerializer.SerializeToUtf8Bytes(board, BoardJson.Wire.BoardBody));
    }

    /// <summary>Writes what is new.</summary>
    public async Task WriteNewAsync(EventWriter events)
    {
        var frame = _latest = feed.Stream.Latest;
        if (frame == _sent || frame.Data.Length == 0) return;
        if (frame.Data != _sent.Data) await events.WriteAsync("board", frame.Data);
        var announcedNow = frame.Announcements.NewSince(_seen);
        foreach (var announced in announcedNow) await events.WriteAsync("announcement", announced.Data);
        if (announcedNow.Count > 0) _seen = frame.Announcements;
        _sent = frame;
    }
}
