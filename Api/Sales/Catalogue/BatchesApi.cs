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

    // A reader of a long list takes in so many before more are written for them.
    private const int BoardsPerFlush = 64;

    /// <summary>Maps the endpoints.</summary>
    public static void MapBatches(this IEndpointRouteBuilder app)
    {
        var batches = app.MapGroup("/api/batches").WithTags("Batches");
        batches.MapGet("", ListAsync).WithSummary("The boards of all batches").Produces<BoardList>().Produces(304)
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

    private static async Task<IResult> ListAsync(HttpContext http, BoardListing listing, string? after, string? limit)
    {
        if (Paging.Read(limit, out var count) is { } problem) return problem;
        if (await listing.ReadAsync(after, count) is not { } page) return Problem.Invalid("after", "must be a batch");
        if (IsKnown(http, TagOf(page.Boards, page.Next))) return Results.StatusCode(StatusCodes.Status304NotModified);
        await WriteAsync(http, page.Boards, page.Next, page.Now);
        return Results.Empty;
    }

    private static async Task<IResult> GetAsync(HttpContext http, string batch, CatalogueCopy catalogue, TimeProvider time)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        if (await feed.ReadAsync() is null) return Problem.Of(Refusal.Overloaded);
        var now = time.GetUtcNow();
        var board = feed.TextAt(now)!;
        if (IsKnown(http, board.Hash)) return Results.StatusCode(StatusCodes.Status304NotModified);
        http.Response.ContentType = Reply.MediaType;
        http.Response.ContentLength = board.Length;
        board.Write(http.Response.BodyWriter, now);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        return Results.Empty;
    }

    // The tag is over everything but the time it was told.
    private static bool IsKnown(HttpContext http, ulong hash)
    {
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{hash:x16}\""));
        http.Response.Headers.CacheControl = "public, max-age=1";
        http.Response.Headers.ETag = tag.ToString();
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false));
    }

    private static ulong TagOf(BoardText[] boards, string? next)
    {
        var hash = new XxHash3();
        foreach (var board in boards) hash.Append(BitConverter.GetBytes(board.Hash));
        hash.Append(Encoding.ASCII.GetBytes(next ?? ""));
        return hash.GetCurrentHashAsUInt64();
    }

    // As the serializer writes a list of boards; none of them is encoded anew.
    private static async Task WriteAsync(HttpContext http, BoardText[] boards, string? next, DateTimeOffset now)
    {
        http.Response.ContentType = Reply.MediaType;
        var body = http.Response.BodyWriter;
        body.Write("{\"items\":["u8);
        for (var i = 0; i < boards.Length; i++)
        {
            if (i > 0) body.Write(","u8);
            boards[i].Write(body, now);
            if (i % BoardsPerFlush == BoardsPerFlush - 1) await body.FlushAsync(http.RequestAborted);
        }
        body.Write("]"u8);
        // An id needs no escaping.
        if (next is not null) Encoding.ASCII.GetBytes($",\"next\":\"{next}\"", body);
        body.Write("}"u8);
        await body.FlushAsync(http.RequestAborted);
    }

    /// <summary>The board of a batch as an answer, after something was done to it.</summary>
    public static async Task<IResult> AnswerAsync(BoardFeed feed, TimeProvider time) =>
        await feed.ReadNewAsync() is { } copy
            ? Reply.Ok(BoardBody.Of(feed.Terms, copy.Snapshot, time.GetUtcNow()), Wire.Json.BoardBody)
            : Problem.Of(Refusal.Overloaded);

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
            var sent = feed.Stream.Latest;
            if (await feed.ReadAsync() is { } copy)
            {
                var board = BoardBody.Of(feed.Terms, copy.Snapshot, time.GetUtcNow());
                await WriteAsync(http.Response, "board", JsonSerializer.SerializeToUtf8Bytes(board, Wire.Json.BoardBody), ends.Token);
            }
            // Viewers who come back to a damaged batch are told so.
            while (!ends.IsCancellationRequested && !feed.IsDamaged)
            {
                var frame = feed.Stream.Latest;
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
