using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using OrleansSale.Api.Connections;
using OrleansSale.Api.Documentation;
using OrleansSale.Api.Problems;
using OrleansSale.Api.Requests;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Batches;

/// <summary>The public boards, one by one, all, and live.</summary>
public static class BatchesApi
{
    /// <summary>Between two pings of a live stream, so that proxies and browsers see that it lives.</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    /// <summary>Maps the endpoints.</summary>
    public static void MapBatches(this IEndpointRouteBuilder app)
    {
        var batches = app.MapGroup("/api/batches").WithTags("Batches");
        batches.MapGet("", ListAsync).WithSummary("The boards of all batches").Produces<BoardList>()
            .Described("ListBatches", Contract.Open(Refusal.InvalidRequest, Refusal.Overloaded));
        batches.MapGet("/{batch}", GetAsync).WithSummary("The board of a batch")
            .Produces<BoardBody>().Produces(304)
            .Described("GetBatch", Contract.Open(Refusal.NotFound, Refusal.Overloaded, Refusal.Unavailable));
        batches.MapGet("/{batch}/live", LiveAsync).WithSummary("The board as server-sent events")
            .WithDescription("An event `board` has the board (BoardBody) as its data; it comes at once, when anything changes, and at "
                + "every change of phase. An event `ping` has nothing and shows that the stream lives.")
            .Produces<BoardBody>(200, "text/event-stream")
            .Described("WatchBatch", Contract.Open(Refusal.NotFound, Refusal.Overloaded, Refusal.Unavailable));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, CatalogueCopy catalogue, TimeProvider time, string? after, string? limit)
    {
        if (Paging.Read(limit, out var count) is { } problem) return problem;
        var feeds = await catalogue.ListAsync();
        if (after is not null && feeds.All(feed => feed.Terms.Id != after))
            return Problem.Invalid("after", "must be a batch");
        var rest = feeds.SkipWhile(feed => after is not null && feed.Terms.Id != after).Skip(after is null ? 0 : 1);
        var page = rest.Take(count + 1).ToArray();
        var copies = await Task.WhenAll(page.Take(count).Select(ReadSoundAsync));
        var now = time.GetUtcNow();
        var boards = copies.Zip(page).Where(pair => pair.First is not null)
            .Select(pair => BoardBody.Of(pair.Second.Terms, pair.First!.Snapshot, now)).ToArray();
        http.Response.Headers.CacheControl = "public, max-age=1";
        return Reply.Ok(new BoardList(boards, page.Length > count ? page[count - 1].Terms.Id : null), Wire.Json.BoardList);
    }

    // A damaged batch has no board: the list is of the others.
    private static async Task<BoardCopy?> ReadSoundAsync(BoardFeed feed)
    {
        try
        {
            return await feed.ReadAsync();
        }
        catch (StorageDamagedException)
        {
            return null;
        }
    }

    private static async Task<IResult> GetAsync(HttpContext http, string batch, CatalogueCopy catalogue, TimeProvider time)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        if (await feed.ReadAsync() is not { } copy) return Problem.Of(Refusal.Overloaded);
        var board = BoardBody.Of(feed.Terms, copy.Snapshot, time.GetUtcNow());
        var tag = new EntityTagHeaderValue(TagOf(board));
        http.Response.Headers.CacheControl = "public, max-age=1";
        http.Response.Headers.ETag = tag.ToString();
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Reply.Ok(board, Wire.Json.BoardBody);
    }

    /// <summary>The board of a batch as an answer, after something was done to it.</summary>
    public static async Task<IResult> AnswerAsync(BoardFeed feed, TimeProvider time) =>
        await feed.ReadNewAsync() is { } copy
            ? Reply.Ok(BoardBody.Of(feed.Terms, copy.Snapshot, time.GetUtcNow()), Wire.Json.BoardBody)
            : Problem.Of(Refusal.Overloaded);

    // Over everything but the time it was told.
    private static string TagOf(BoardBody board)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(board with { ServerTime = default }, Wire.Json.BoardBody);
        return string.Create(CultureInfo.InvariantCulture, $"\"{XxHash3.HashToUInt64(bytes):x16}\"");
    }

    // A viewer is nothing but this loop: it waits for the newest frame, which all viewers share, and skips what it is
    // too slow for.
    private static async Task<IResult> LiveAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, StreamPlaces places, TimeProvider time,
        IHostApplicationLifetime lifetime)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        if (!places.TryTake())
        {
            // Nobody who is refused keeps a connection from those who buy.
            http.Response.Headers.Connection = "close";
            return Problem.Of(Refusal.Overloaded);
        }
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        feed.Watch();
        try
        {
            // The first event is made for this viewer: the newest frame may be as old as the last change, and tell the time of then.
            var sent = feed.Latest;
            if (await feed.ReadAsync() is { } copy)
            {
                var board = BoardBody.Of(feed.Terms, copy.Snapshot, time.GetUtcNow());
                await WriteAsync(http.Response, "board", JsonSerializer.SerializeToUtf8Bytes(board, Wire.Json.BoardBody), ends.Token);
            }
            // Who comes back to a damaged batch is told so.
            while (!ends.IsCancellationRequested && !feed.IsDamaged)
            {
                var frame = feed.Latest;
                if (frame != sent && frame.Data.Length > 0)
                {
                    await WriteAsync(http.Response, "board", frame.Data, ends.Token);
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
