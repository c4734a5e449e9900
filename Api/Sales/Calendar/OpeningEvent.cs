using OrleansSale.Api.Pages;
using OrleansSale.Api.Sales.Pages;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Api.Sales.Calendar;

/// <summary>The opening of a batch as an event of a calendar.</summary>
internal static class OpeningEvent
{
    /// <summary>The event lasts this long, or as long as the sale if that is shorter.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);

    /// <summary>The event of a batch.</summary>
    /// <param name="terms">Its terms.</param>
    /// <param name="schedule">Its schedule in force.</param>
    /// <param name="isCancelled">Whether an operator closed it before it opened.</param>
    /// <param name="address">Its page.</param>
    /// <param name="language">The language of its words.</param>
    /// <param name="now">When all this is known.</param>
    public static CalendarEvent Of(
        BatchTerms terms, Schedule schedule, bool isCancelled, PageAddress address, string language, DateTimeOffset now)
    {
        var words = new PageWords(language);
        var (opens, product) = (schedule.SaleOpens, terms.Product);
        var title = words.Shown(terms.Title)?.Words ?? product.Name;
        return new CalendarEvent(
            IdOf(terms.Id, address), RevisionOf(terms.Schedule.SaleOpens, opens, isCancelled), now, opens,
            opens + Lasts < schedule.SaleCloses ? opens + Lasts : schedule.SaleCloses, title,
            $"{(title == product.Name ? "" : $"{product.Name} · ")}{words.Price(product.Price)}\n{address.Canonical}",
            address.Canonical, isCancelled);
    }

    // Two shops may have batches of the same id.
    private static string IdOf(string batch, PageAddress address) =>
        $"{batch}@{address.Shop.Authority}{address.Shop.AbsolutePath.TrimEnd('/')}";

    // An opening never moves earlier. After a closing it does not move any more.
    private static int RevisionOf(DateTimeOffset planned, DateTimeOffset opens, bool isCancelled)
    {
        var moved = opens.ToUnixTimeSeconds() - planned.ToUnixTimeSeconds();
        return (int)Math.Clamp(moved, 0, int.MaxValue - 1) + (isCancelled ? 1 : 0);
    }
}
