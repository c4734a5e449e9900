using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Announcements;

namespace OrleansSale.Api.Operators.Announcements;

/// <summary>The operators' announcements.</summary>
public static class OperatorAnnouncementsApi
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapOperatorAnnouncements(this IEndpointRouteBuilder app)
    {
        var announcements = app.MapGroup("/api/operator/announcements").WithTags("Operators");
        announcements.MapPost("", AnnounceAsync).WithSummary("Announce something for a batch or product")
            .WithDescription("It is shown on the page at its time, and posted on each channel that takes posts. An "
                + "announcement whose time is still to come is a teaser: it can be cancelled until then.")
            .Accepts<AnnounceBody>("application/json").Produces<OperatorAnnouncementBody>(201)
            .Produces<OperatorAnnouncementBody>(200)
            .Described("Announce",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict).WithBody().WithKey());
        announcements.MapGet("", ListAsync).WithSummary("The announcements with their posts, the newest first")
            .Produces<OperatorAnnouncementList>()
            .Described("ListOperatorAnnouncements",
                EndpointDescription.Operators(Refusal.InvalidRequest, Refusal.NotFound));
        announcements.MapDelete("/{announcement}", CancelAsync)
            .WithSummary("Cancel an announcement whose time is still to come").Produces(204)
            .Described("CancelAnnouncement", EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict));
        announcements.MapPost("/{announcement}/retry", RetryAsync)
            .WithSummary("Try to post an announcement on a channel again")
            .Accepts<RetryBody>("application/json").Produces<OperatorAnnouncementBody>()
            .Described("RetryAnnouncement",
                EndpointDescription.Operators(Refusal.NotFound, Refusal.Conflict).WithBody().WithKey());
    }

    private static async Task<IResult> AnnounceAsync(HttpContext http, AnnouncementCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorAnnouncementJson.Wire.AnnounceBody);
        if (invalid is not null) return invalid;
        var outcome = await commands.AnnounceAsync(
            body!.Topic, body.ToText(), body.ImageUrl, body.At, caller!.User, key);
        return outcome switch
        {
            null => Problem.Of(Refusal.NotFound),
            { Result: AnnounceResult.Made, Made: { } made } => Reply.Created(
                http, $"/api/operator/announcements/{made.Announcement.Id}", OperatorAnnouncementBody.Of(made),
                OperatorAnnouncementJson.Wire.OperatorAnnouncementBody),
            { Result: AnnounceResult.Repeated, Made: { } known } => Ok(known),
            { Result: AnnounceResult.Past } => Problem.Invalid("at", "has passed", FieldFault.Past),
            { Result: AnnounceResult.OtherUnderKey } =>
                Problem.Of(Refusal.Conflict, "another announcement was made under this key"),
            { Result: AnnounceResult.Full } => Problem.Of(
                Refusal.Conflict, $"there are {Announcement.MaxCount} announcements already, which is the most"),
            _ => throw new InvalidOperationException($"unknown outcome {outcome}"),
        };
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, AnnouncementCommands commands, string? batch, string? product, string? after, string? limit)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (_, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (Paging.Read(limit, out var count) is { } badLimit) return badLimit;
        if (batch is not null && product is not null)
            return Problem.Invalid("product", "cannot be there together with batch");
        Topic? topic = batch is not null ? Topic.OfBatch(batch)
            : product is not null ? Topic.OfProduct(product) : null;
        if (await commands.ListAsync(topic) is not { } listed) return Problem.Of(Refusal.NotFound);
        var all = listed.Items;
        var from = after is null ? 0 : all.TakeWhile(view => view.Announcement.Id != after).Count() + 1;
        if (from > all.Count) return Problem.Invalid("after", "must be an announcement of the list");
        var (page, next) = Paging.Take(all.Skip(from), count, view => view.Announcement.Id);
        return Reply.Ok(
            new OperatorAnnouncementList(
                Array.ConvertAll(page, OperatorAnnouncementBody.Of), next,
                listed.Damaged.Count > 0 ? [.. listed.Damaged] : null),
            OperatorAnnouncementJson.Wire.OperatorAnnouncementList);
    }

    private static async Task<IResult> CancelAsync(
        HttpContext http, string announcement, AnnouncementCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        var answer = await commands.CancelAsync(announcement, caller!.User);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : Results.NoContent();
    }

    private static async Task<IResult> RetryAsync(HttpContext http, string announcement, AnnouncementCommands commands)
    {
        var (caller, problem) = await Callers.FindOperatorAsync(http);
        if (problem is not null) return problem;
        if (IdempotencyKey.Read(http.Request, out var key) is { } badKey) return badKey;
        var (body, invalid) = await RequestBody.ReadAsync(http, OperatorAnnouncementJson.Wire.RetryBody);
        if (invalid is not null) return invalid;
        var answer = await commands.RetryAsync(announcement, body!.Channel, caller!.User, key);
        return answer.Refused is { } refusal ? Problem.Of(refusal, answer.Detail) : Ok(answer.Value!);
    }

    private static IResult Ok(AnnouncementView view) =>
        Reply.Ok(OperatorAnnouncementBody.Of(view), OperatorAnnouncementJson.Wire.OperatorAnnouncementBody);
}
