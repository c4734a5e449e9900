using System.Buffers;
using System.Text;
using System.Text.Json;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Live;

/// <summary>The board of a batch, and its announcements, as a stream of events.</summary>
public static class LiveApi
{
    /// <summary>Between two pings of a live stream. They show proxies and browsers that it works.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    /// <summary>Maps the endpoint.</summary>
    public static void MapLive(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/batches/{batch}/live").WithTags("Batches")
            .MapGet("", WatchAsync).WithSummary("The board as server-sent events")
            .WithDescription("An event `board` has the board (BoardBody) as its data; it comes at once, when anything "
                + "changes, and at every change of phase. An event `announcement` has an announcement "
                + "(AnnouncementBody) that appeared after the stream began. When many appear at once, only the newest "
                + "come. An event `ping` is empty and shows that the stream works.")
            .Produces<BoardBody>(200, "text/event-stream")
            .Described(
                "WatchBatch", EndpointDescription.Open(Refusal.NotFound, Refusal.Overloaded, Refusal.Unavailable));

    // Each viewer is one such loop. It waits for the newest frame, which all viewers share, and a slow viewer skips
    // frames.
    private static async Task<IResult> WatchAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, AnnouncementFeed announcements, StreamPlaces places,
        TimeProvider timeProvider, IHostApplicationLifetime lifetime)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
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
        try
        {
            // The first event is made for this viewer, because the newest frame and its time may be as old as the last
            // change.
            var sent = feed.Stream.Latest;
            var seen = await announcements.ReadAsync(feed.Terms) ?? ShownAnnouncements.None;
            if (await feed.ReadAsync() is { } copy)
            {
                var board = BoardBody.Of(feed.Terms, copy.Snapshot, timeProvider.GetUtcNow());
                var data = JsonSerializer.SerializeToUtf8Bytes(board, BoardJson.Wire.BoardBody);
                await WriteAsync(http.Response, "board", data, ends.Token);
            }
            // Viewers who come back to a damaged batch get a refusal.
            while (!ends.IsCancellationRequested && !feed.IsDamaged)
            {
                var frame = feed.Stream.Latest;
                if (frame != sent && frame.Data.Length > 0)
                {
                    if (frame.Data != sent.Data) await WriteAsync(http.Response, "board", frame.Data, ends.Token);
                    var announcedNow = frame.Announcements.NewSince(seen);
                    foreach (var announced in announcedNow)
                        await WriteAsync(http.Response, "announcement", announced.Data, ends.Token);
                    if (announcedNow.Count > 0) seen = frame.Announcements;
                    sent = frame;
                }
                else if (await TimedOutAsync(frame.Superseded, ends.Token))
                {
                    await WriteAsync(http.Response, "ping", "{}"u8.ToArray(), ends.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The viewer left, or the front is stopping.
        }
        finally
        {
            feed.Unwatch();
            places.Leave();
        }
        return Results.Empty;
    }

    private static async Task WriteAsync(
        HttpResponse response, string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var body = response.BodyWriter;
        Encoding.ASCII.GetBytes($"event: {name}\ndata: ", body);
        body.Write(data.Span);
        body.Write("\n\n"u8);
        await body.FlushAsync(cancellationToken);
    }

    private static async Task<bool> TimedOutAsync(Task superseded, CancellationToken cancellationToken)
    {
        try
        {
            await superseded.WaitAsync(PingInterval, cancellationToken);
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }
}
