using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.Net.Http.Headers;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>The public boards, one by one and all.</summary>
public static class BatchesApi
{
    /// <summary>Where the list is.</summary>
    public const string Path = "/api/batches";

    private const string Order = "What is on sale comes first, the latest opening before the others; then what opens "
        + "next; then what is over, the latest end before the others. Pass `next` on as `after` for the next page, in "
        + "the same order: nothing is listed twice or left out when batches are created, open or end meanwhile. The "
        + "id of a batch as `after` begins after it in the present order.";

    // How many boards of a long list are written before the client has to read them.
    private const int BoardsPerFlush = 64;

    /// <summary>Maps the endpoints.</summary>
    public static void MapBatches(this IEndpointRouteBuilder app)
    {
        var batches = app.MapGroup(Path).WithTags("Batches");
        batches.MapGet("", ListAsync).WithSummary("The boards of all batches").WithDescription(Order)
            .Produces<BoardList>().Produces(304)
            .Described("ListBatches", EndpointDescription.Open(Refusal.InvalidRequest, Refusal.Overloaded));
        batches.MapGet("/{batch}", GetAsync).WithSummary("The board of a batch")
            .Produces<BoardBody>().Produces(304)
            .Described("GetBatch", EndpointDescription.Open(Refusal.NotFound, Refusal.Overloaded, Refusal.Unavailable));
    }

    private static async Task<IResult> ListAsync(HttpContext http, BoardListing listing, string? after, string? limit)
    {
        if (Paging.Read(limit, out var count) is { } problem) return problem;
        if (await listing.ReadAsync(after, count) is not { } page)
            return Problem.Invalid("after", "must be a batch, or the next of a page");
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        // The tag is weak, because it is the same whether the list is compressed or not.
        if (IsKnown(http, TagOf(page.Boards, isLast: page.Next is null), isWeak: true))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        await WriteAsync(http, page.Boards, page.Next, page.Now);
        return Results.Empty;
    }

    private static async Task<IResult> GetAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, TimeProvider timeProvider)
    {
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        if (await feed.ReadAsync() is null) return Problem.Of(Refusal.Overloaded);
        var now = timeProvider.GetUtcNow();
        var board = feed.TextAt(now)!;
        if (IsKnown(http, board.Hash)) return Results.StatusCode(StatusCodes.Status304NotModified);
        http.Response.ContentType = Reply.MediaType;
        http.Response.ContentLength = board.Length;
        board.Write(http.Response.BodyWriter, now);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        return Results.Empty;
    }

    // The tag covers everything except the time of the answer.
    private static bool IsKnown(HttpContext http, ulong hash, bool isWeak = false)
    {
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{hash:x16}\""), isWeak);
        http.Response.Headers.CacheControl = "public, max-age=1";
        http.Response.Headers.ETag = tag.ToString();
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false));
    }

    // The instant in the next page's place is not in it: that page is the same from an earlier one.
    private static ulong TagOf(BoardText[] boards, bool isLast)
    {
        var hash = new XxHash3();
        foreach (var board in boards) hash.Append(BitConverter.GetBytes(board.Hash));
        hash.Append([isLast ? (byte)1 : (byte)0]);
        return hash.GetCurrentHashAsUInt64();
    }

    // The same bytes as the serializer's, without encoding the boards again.
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
        // A place in the list needs no escaping.
        if (next is not null) Encoding.ASCII.GetBytes($",\"next\":\"{next}\"", body);
        body.Write("}"u8);
        await body.FlushAsync(http.RequestAborted);
    }
}
