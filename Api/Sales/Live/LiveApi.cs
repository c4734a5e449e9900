using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Live;

/// <summary>What happens in a batch, as a stream of events: for everybody, and with a caller's own orders.</summary>
public static class LiveApi
{
    private const string BoardEvents = "An event `board` has the board (BoardBody) as its data; it comes at once, when "
        + "anything changes, and at every change of phase. An event `announcement` has an announcement "
        + "(AnnouncementBody) that appeared after the stream began. When many appear at once, only the newest come. An "
        + "event `ping` is empty. It comes after 10 s without another event, and shows that the stream works.";

    private const string OwnEvents = "An event `order` has an order of the caller's (OrderBody) as its data. Every "
        + "order comes at the beginning, and again within a second after it changed, whoever changed it. So a client "
        + "that connects again misses none. An event `reservation` says that the caller's reservation was made or "
        + "cancelled (ReservationEventBody); it comes within a second while reservations are open. It has no ticket: "
        + "ask for the reservation, also after the stream was interrupted. The stream ends when the caller is not "
        + "signed in any more. ";

    /// <summary>Maps the endpoints.</summary>
    public static void MapLive(this IEndpointRouteBuilder app)
    {
        app.MapGroup("/api/batches/{batch}/live").WithTags("Batches")
            .MapGet("", WatchAsync).WithSummary("The board as server-sent events").WithDescription(BoardEvents)
            .Produces<BoardBody>(200, "text/event-stream")
            .Described(
                "WatchBatch", EndpointDescription.Open(Refusal.NotFound, Refusal.Overloaded, Refusal.Unavailable));
        app.MapGet("/api/me/live", WatchMineAsync).WithTags("Orders")
            .WithSummary("The caller's orders and reservation, and the board, as server-sent events")
            .WithDescription(OwnEvents + BoardEvents)
            .Produces<BoardBody>(200, "text/event-stream")
            .Described("WatchMyOrders", EndpointDescription.Users(Refusal.InvalidRequest, Refusal.NotFound));
    }

    private static async Task<IResult> WatchAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, LiveStreams streams) =>
        await catalogue.FindAsync(batch) is { } feed
            ? await streams.SendAsync(http, feed)
            : Problem.Of(Refusal.NotFound);

    private static async Task<IResult> WatchMineAsync(
        HttpContext http, string? batch, CatalogueCopy catalogue, LiveStreams streams)
    {
        if (!Slug.IsOne(batch)) return Problem.Invalid("batch", "must be the id of a batch");
        if (await Callers.FindLastingAsync(http) is not { } caller) return Problem.Of(Refusal.Unauthenticated);
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        // Users of other channels never have an order. The batch is not asked about them.
        if (!feed.Terms.IsEligible(caller.Caller.User)) return await streams.SendAsync(http, feed, caller, null);
        var key = await feed.FindKeyAsync();
        if (key is null && !feed.IsAnonymised) return Problem.Of(Refusal.Unavailable);
        // An anonymised batch knows no orders of anybody.
        Alias? alias = key is { } known ? known.AliasOf(caller.Caller.User) : null;
        return await streams.SendAsync(http, feed, caller, alias);
    }
}
