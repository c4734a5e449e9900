using OrleansSale.Api.Http;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Live;

/// <summary>
/// The streams of events about a batch, within the bound of <see cref="StreamPlaces"/>. Each is one loop that waits for
/// something new.
/// </summary>
public sealed class LiveStreams(
    StreamPlaces places, AnnouncementFeed announcements, Sessions sessions, TimeProvider timeProvider,
    IHostApplicationLifetime lifetime)
{
    /// <summary>The longest time without an event. Events show proxies and pages that the stream works.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(10);

    /// <summary>How often a stream checks that its caller is still signed in.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    /// <summary>Sends a batch's board and announcements until the viewer leaves.</summary>
    public Task<IResult> SendAsync(HttpContext http, BoardFeed feed) => SendAsync(http, feed, null, null);

    /// <summary>
    /// Sends a batch's board and announcements, and the caller's orders and changes of their reservation there, until
    /// they leave or are not signed in any more.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="feed">The batch.</param>
    /// <param name="caller">The caller; null: anybody.</param>
    /// <param name="alias">Their alias in the batch; null: they can have nothing there.</param>
    public async Task<IResult> SendAsync(HttpContext http, BoardFeed feed, LastingCaller? caller, Alias? alias)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted, lifetime.ApplicationStopping);
        if (!places.TryTake())
        {
            // The connection of a refused viewer is closed, so that a buyer can use its place.
            http.Response.Headers.Connection = "close";
            return Problem.Of(Refusal.Overloaded);
        }
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        feed.Watch();
        var buyer = alias is { } known ? feed.Buyers.Join(known) : null;
        try
        {
            var own = buyer is null ? null : new BuyerEvents(feed.Terms.Id, buyer, caller!.Caller.User);
            await WriteAsync(new EventWriter(http.Response, ends.Token), feed, caller, own);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The viewer left, or the front is stopping.
        }
        finally
        {
            if (buyer is not null) feed.Buyers.Leave(buyer);
            feed.Unwatch();
            places.Leave();
        }
        return Results.Empty;
    }

    private async Task WriteAsync(EventWriter events, BoardFeed feed, LastingCaller? caller, BuyerEvents? own)
    {
        var board = new BoardEvents(feed, await announcements.ReadAsync(feed.Terms) ?? ShownAnnouncements.None);
        await board.BeginAsync(events, timeProvider);
        var (checkedAt, changed) = (timeProvider.GetTimestamp(), Task.CompletedTask);
        // Viewers who come back to a damaged batch get a refusal.
        while (!events.Ends.IsCancellationRequested && !feed.IsDamaged)
        {
            await board.WriteNewAsync(events);
            if (own is not null) await own.WriteNewAsync(events);
            // The same one after a ping: each new one would stay with the board and the buyer until they change.
            if (changed.IsCompleted)
                changed = own is null ? board.Changed : Task.WhenAny(board.Changed, own.Changed);
            await events.WaitAsync(changed);
            if (caller is null || timeProvider.GetElapsedTime(checkedAt) < CheckInterval) continue;
            if (!await caller.IsSignedInAsync(sessions, timeProvider.GetUtcNow())) return;
            checkedAt = timeProvider.GetTimestamp();
        }
    }
}
