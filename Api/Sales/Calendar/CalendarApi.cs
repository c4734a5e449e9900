using Microsoft.AspNetCore.Mvc;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Documentation;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.Sales.Pages;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Calendar;

/// <summary>The opening of a batch as a file for buyers' calendars.</summary>
public static class CalendarApi
{
    private const string Description = "An event of RFC 5545 at the opening, with an alarm before it and the address "
        + "of the page. Its UID never changes, and its SEQUENCE grows when the opening moves or the batch is closed "
        + "before it. So a calendar that reads the file again moves the event, or shows it as cancelled.";

    /// <summary>Maps the endpoint.</summary>
    public static void MapCalendar(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/batches/{batch}/calendar.ics").WithTags("Batches")
            .MapGet("", GetAsync).WithSummary("The opening of a batch, for a calendar").WithDescription(Description)
            .Produces<string>(200, CalendarEvent.MediaType).Produces(304)
            .Described("GetCalendar", EndpointDescription.Open(
                Refusal.InvalidRequest, Refusal.NotFound, Refusal.Overloaded, Refusal.Unavailable));

    private static async Task<IResult> GetAsync(
        HttpContext http, string batch, CatalogueCopy catalogue, PageRenderer renderer, ShopAddress shop,
        TimeProvider timeProvider, [FromQuery(Name = PageLanguage.Name)] string? language)
    {
        var asked = PageLanguage.AskedBy(http.Request);
        if (language is not null && asked is null)
            return Problem.Invalid(PageLanguage.Name, $"must be {PageLanguage.English} or {PageLanguage.Chinese}");
        if (await catalogue.FindAsync(batch) is not { } feed) return Problem.Of(Refusal.NotFound);
        if (await feed.ReadAsync() is not { Snapshot: var snapshot }) return Problem.Of(Refusal.Overloaded);
        var spoken = PageLanguage.Of(http.Request);
        // An id needs no escaping.
        var address = new PageAddress(shop.Of(http.Request), $"/sale/{batch}", asked);
        var (schedule, isCancelled) = (snapshot.Schedule, IsCancelled(snapshot));
        var file = renderer.Keep((nameof(CalendarApi), address, spoken, schedule, isCancelled), () => new RenderedPage(
            OpeningEvent.Of(feed.Terms, schedule, isCancelled, address, spoken, timeProvider.GetUtcNow()).ToFile(),
            $"{CalendarEvent.MediaType}; charset=utf-8"));
        http.Response.Headers.ContentDisposition = $"inline; filename=\"{batch}.ics\"";
        await EventPages.WriteAsync(http, file, address);
        return Results.Empty;
    }

    private static bool IsCancelled(BatchSnapshot snapshot) => snapshot.Closing?.At < snapshot.Schedule.SaleOpens;
}
