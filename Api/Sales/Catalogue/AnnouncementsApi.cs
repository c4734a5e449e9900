using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Catalogue;

/// <summary>The announcements of a batch, for everybody.</summary>
public static class AnnouncementsApi
{
    /// <summary>Maps the endpoint.</summary>
    public static void MapAnnouncements(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/batches/{batch}/announcements").WithTags("Batches")
            .MapGet("", ListAsync).WithSummary("The announcements of a batch and its product, the newest first")
            .Produces<AnnouncementList>().Described(
                "ListAnnouncements",
                EndpointDescription.Open(Refusal.InvalidRequest, Refusal.NotFound, Refusal.Overloaded));

    private static async Task<IResult> ListAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, AnnouncementFeed announcements, string? after,
        string? limit)
    {
        if (Paging.Read(limit, out var count) is { } problem) return problem;
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        if (await announcements.ReadAsync(feed.Terms) is not { } shown) return Problem.Of(Refusal.Overloaded);
        var items = shown.Items.Select(each => AnnouncementBody.Of(each.Announcement)).ToArray();
        var from = after is null ? 0 : Array.FindIndex(items, item => item.Id == after) + 1;
        if (after is not null && from == 0)
            return Problem.Invalid("after", $"must be an announcement that is shown of {batch}");
        var page = items.Skip(from).Take(count).ToArray();
        http.Response.Headers.CacheControl = "public, max-age=1";
        return Reply.Ok(
            new AnnouncementList(page, from + count < items.Length ? page[^1].Id : null),
            AnnouncementJson.Wire.AnnouncementList);
    }
}
