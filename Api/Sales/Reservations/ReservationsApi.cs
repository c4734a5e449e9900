using System.Text.Json.Serialization;
using OrleansSale.Api.Actors;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Tickets;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Texts;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.Sales.Reservations;

/// <summary>A reservation.</summary>
/// <param name="Batch">Batch id.</param>
/// <param name="User">The user who holds it.</param>
/// <param name="ReservedAt">When it was made.</param>
/// <param name="Ticket">The credential for the purchase. Keep it secret.</param>
public sealed record ReservationBody(string Batch, string User, DateTimeOffset ReservedAt, string Ticket);

/// <summary>Whether the caller has a reservation for a batch.</summary>
/// <param name="Reservation">The reservation; left out: there is none.</param>
/// <param name="Limit">The limit that prevents another one; left out: none does.</param>
public sealed record MyReservationBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReservationBody? Reservation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(KebabCase<UserLimit>))]
    UserLimit? Limit)
{
    /// <summary>There is none.</summary>
    public static readonly MyReservationBody None = new(null, null);
}

/// <summary>A user's registration for a batch.</summary>
public static class ReservationsApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapReservations(this IEndpointRouteBuilder app)
    {
        var reservation = app.MapGroup("/api/batches/{batch}/reservation").WithTags("Reservations");
        reservation.MapPut("", ReserveAsync).WithSummary("Reserve")
            .Produces<ReservationBody>(201).Produces<ReservationBody>(200)
            .Described("Reserve", EndpointDescription.Users(
                Refusal.NotFound, Refusal.NotEligible, Refusal.ReservationClosed, Refusal.LimitReached));
        reservation.MapGet("", GetAsync).WithSummary("The caller's reservation")
            .Produces<ReservationBody>().Described("GetReservation", EndpointDescription.Users(Refusal.NotFound));
        reservation.MapDelete("", CancelAsync).WithSummary("Cancel the reservation")
            .Produces(204)
            .Described("CancelReservation", EndpointDescription.Users(Refusal.NotFound, Refusal.Conflict));
        app.MapGet("/api/me/reservation", FindMineAsync).WithTags("Reservations")
            .WithSummary("Whether the caller has a reservation for a batch").Produces<MyReservationBody>()
            .Described("FindMyReservation", EndpointDescription.Users(Refusal.InvalidRequest, Refusal.NotFound));
    }

    private static async Task<IResult> ReserveAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, TicketSigner tickets,
        ActorRetry retry)
    {
        var (found, problem) = await FindAsync(http, batch, catalogue);
        if (problem is not null) return problem;
        var (caller, feed) = found;
        if (!feed.Terms.IsEligible(caller.User)) return Problem.Of(Refusal.NotEligible);
        var copy = await feed.ReadAsync();
        if (copy is { Snapshot.Closed: true }) return Problem.Of(Refusal.ReservationClosed);
        // An anonymised batch knows no users. A batch whose key is lost cannot answer.
        if (await feed.FindKeyAsync() is not { } key)
            return Problem.Of(feed.IsAnonymised ? Refusal.ReservationClosed : Refusal.Unavailable);
        var alias = key.AliasOf(caller.User);
        var schedule = feed.Schedule.ByClock(copy?.Snapshot.Lead ?? default);
        // This comes after the copy. Aliases that the batch touched before the copy are known here.
        var mayBeKnown = copy is null || feed.AnsweredByBatch.MayContain(alias.High);
        var answer = await retry.AskAsync(async () =>
            !mayBeKnown && await First(grains, batch).BeginAsync(caller.User, alias, schedule) is { } begun
                ? begun : await Of(grains, batch, alias).ReserveAsync(caller.User, schedule, mayBeKnown));
        if (answer.Refused is { } refusal)
        {
            return refusal == Refusal.LimitReached
                ? Problem.LimitReached(UserLimit.ReservationChanges, IReservationGrain.MaxChanges)
                : Problem.Of(refusal, answer.Detail);
        }
        var reservation = answer.Value!;
        if (reservation.Created)
            feed.Buyers.Reservations.Tell(new ReservationChange(alias, reservation.ReservedAt));
        var body = BodyOf(batch, caller, alias, reservation, tickets);
        return reservation.Created
            ? Reply.Created(http, $"/api/batches/{batch}/reservation", body, ReservationJson.Wire.ReservationBody)
            : Reply.Ok(body, ReservationJson.Wire.ReservationBody);
    }

    private static async Task<IResult> GetAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, TicketSigner tickets,
        ActorRetry retry)
    {
        var (found, problem) = await FindAsync(http, batch, catalogue);
        if (problem is not null) return problem;
        var (mine, unavailable) = await ReadAsync(found.Caller, found.Feed, grains, tickets, retry);
        if (unavailable is not null) return unavailable;
        if (mine.Reservation is { } reservation) return Reply.Ok(reservation, ReservationJson.Wire.ReservationBody);
        return mine.Limit is { } limit
            ? Problem.NotFound(limit, IReservationGrain.MaxChanges)
            : Problem.Of(Refusal.NotFound);
    }

    private static async Task<IResult> FindMineAsync(
        HttpContext http, string? batch, CatalogueCopy catalogue, IGrainFactory grains, TicketSigner tickets,
        ActorRetry retry)
    {
        if (!Slug.IsOne(batch)) return Problem.Invalid("batch", "must be the id of a batch");
        var (found, problem) = await FindAsync(http, batch!, catalogue);
        if (problem is not null) return problem;
        var (mine, unavailable) = await ReadAsync(found.Caller, found.Feed, grains, tickets, retry);
        return unavailable is null ? Reply.Ok(mine, ReservationJson.Wire.MyReservationBody) : unavailable;
    }

    private static async ValueTask<(MyReservationBody Mine, Problem? Problem)> ReadAsync(
        Caller caller, BoardFeed feed, IGrainFactory grains, TicketSigner tickets, ActorRetry retry)
    {
        // Users of other channels never have a reservation, so no actor is activated for them.
        if (!feed.Terms.IsEligible(caller.User)) return (MyReservationBody.None, null);
        if (await feed.FindKeyAsync() is not { } key)
            return (MyReservationBody.None, feed.IsAnonymised ? null : Problem.Of(Refusal.Unavailable));
        var (batch, alias) = (feed.Terms.Id, key.AliasOf(caller.User));
        var answer = await retry.AskAsync(Of(grains, batch, alias).GetAsync);
        return answer.Refused switch
        {
            null => (new MyReservationBody(BodyOf(batch, caller, alias, answer.Value!, tickets), null), null),
            Refusal.NotFound => (MyReservationBody.None, null),
            Refusal.LimitReached => (new MyReservationBody(null, UserLimit.ReservationChanges), null),
            { } refusal => (MyReservationBody.None, Problem.Of(refusal)),
        };
    }

    private static async Task<IResult> CancelAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, IGrainFactory grains, ActorRetry retry)
    {
        var (found, problem) = await FindAsync(http, batch, catalogue);
        if (problem is not null) return problem;
        if (!found.Feed.Terms.IsEligible(found.Caller.User)) return Results.NoContent();
        if (await found.Feed.FindKeyAsync() is not { } key)
            return found.Feed.IsAnonymised ? Results.NoContent() : Problem.Of(Refusal.Unavailable);
        var alias = key.AliasOf(found.Caller.User);
        var answer = await retry.AskAsync(Of(grains, batch, alias).CancelAsync);
        if (answer.Value == Effect.Done) found.Feed.Buyers.Reservations.Tell(new ReservationChange(alias, null));
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : Results.NoContent();
    }

    internal static async ValueTask<((Caller Caller, BoardFeed Feed) Found, Problem? Problem)> FindAsync(
        HttpContext http, string batch, CatalogueCopy catalogue)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await Callers.FindAsync(http) is not { } caller) return (default, Problem.Of(Refusal.Unauthenticated));
        return await catalogue.FindAsync(batch) is { } feed
            ? ((caller, feed), null)
            : (default, Problem.Of(Refusal.NotFound));
    }

    internal static IReservationGrain Of(IGrainFactory grains, string batch, Alias alias) =>
        grains.GetGrain<IReservationGrain>(IReservationGrain.KeyOf(batch, alias));

    private static IFirstReservationGrain First(IGrainFactory grains, string batch) =>
        grains.GetGrain<IFirstReservationGrain>(batch);

    private static ReservationBody BodyOf(
        string batch, Caller caller, Alias alias, ReservationView reservation, TicketSigner tickets) =>
        new(batch, caller.User, reservation.ReservedAt,
            tickets.Sign(new Ticket(caller.User, alias, batch, reservation.Version)));
}
