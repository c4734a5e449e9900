using Microsoft.Net.Http.Headers;
using OrleansSale.Api.Http;
using OrleansSale.Api.Pages;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Pages;

/// <summary>
/// The buyers' pages: the list of sales, and the page of each. What links to them show is in the page itself, in the
/// language of whoever asks. Scripts fill in the rest.
/// </summary>
/// <remarks>
/// A page is made of the front's copy of the catalogue, so it calls no batch; and it is the same for all who ask in a
/// language.
/// </remarks>
public sealed class EventPages(
    PageRenderer renderer, CatalogueCopy catalogue, ShopAddress shop, Merchant merchant, PageChannels channels)
{
    /// <summary>The picture of a product that has none, by its path in <c>wwwroot</c>.</summary>
    public const string Neutral = "img/product.svg";

    private const string Kept = "public, max-age=60";

    private readonly string _channels = channels.Json;

    /// <summary>Maps the pages and the files that they load.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription();
        pages.MapGet("/", (HttpContext http, EventPages all) => all.ListAsync(http));
        pages.MapGet("/sale/{batch}", (HttpContext http, EventPages all, string batch) => all.SaleAsync(http, batch));
        PageFiles.Map(app);
    }

    private async Task ListAsync(HttpContext http)
    {
        var (language, address) = AskedFor(http, "/");
        var page = await renderer.KeepAsync<ListView>((address, language), () =>
        {
            var words = new PageWords(language);
            var title = $"{words.Sales} · {merchant.In(language)}";
            return new()
            {
                [nameof(ListView.Language)] = language,
                [nameof(ListView.Title)] = title,
                [nameof(ListView.Card)] = new PageCard("website", title, words.Lead, address),
                [nameof(ListView.Channels)] = _channels,
                [nameof(ListView.Heading)] = words.Sales,
                [nameof(ListView.Lead)] = words.Lead,
            };
        });
        await WriteAsync(http, page, address);
    }

    private async Task SaleAsync(HttpContext http, string batch)
    {
        BoardFeed? feed;
        try
        {
            feed = await catalogue.FindAsync(batch);
        }
        catch (Exception failure) when (LostInfrastructure.Is(failure))
        {
            await TellBusyAsync(http);
            return;
        }
        if (feed is null)
        {
            await TellMissingAsync(http);
            return;
        }
        var (terms, schedule) = (feed.Terms, feed.Schedule);
        // An id needs no escaping.
        var (language, address) = AskedFor(http, $"/sale/{batch}");
        var page = await renderer.KeepAsync<SaleView>((address, language, schedule.SaleOpens), () =>
        {
            var words = new PageWords(language);
            var heading = words.Shown(terms.Title) ?? new ShownText(terms.Product.Name, null);
            var description = words.Shown(terms.Description);
            return new()
            {
                [nameof(SaleView.Language)] = language,
                [nameof(SaleView.Title)] = $"{heading.Words} · {merchant.In(language)}",
                [nameof(SaleView.Card)] = SaleCard.Of(
                    heading.Words, description?.Words, terms, schedule, address, words),
                [nameof(SaleView.Channels)] = _channels,
                [nameof(SaleView.Terms)] = terms,
                [nameof(SaleView.Price)] = words.Price(terms.Product.Price),
                [nameof(SaleView.Heading)] = heading,
                [nameof(SaleView.Description)] = description,
            };
        });
        await WriteAsync(http, page, address);
    }

    private (string Language, PageAddress Address) AskedFor(HttpContext http, string path) =>
        (PageLanguage.Of(http.Request), new(shop.Of(http.Request), path, PageLanguage.AskedBy(http.Request)));

    /// <summary>Answers with a page, or with a file of the same address and language.</summary>
    internal static Task WriteAsync(HttpContext http, RenderedPage page, PageAddress address)
    {
        var headers = http.Response.Headers;
        PageHeaders.KeepForeignCodeOut(headers);
        headers.CacheControl = Kept;
        // An address that names its language is the same for all.
        if (address.Asked is null) headers.Vary = $"{HeaderNames.AcceptLanguage}, {HeaderNames.Cookie}";
        return page.WriteAsync(http, StatusCodes.Status200OK);
    }

    private Task TellMissingAsync(HttpContext http) => TellAsync(
        http, StatusCodes.Status404NotFound, Problem.CodeOf(Refusal.NotFound), words => words.Missing,
        words => new PageLink(http.Request.PathBase + "/", words.AllSales, true));

    private Task TellBusyAsync(HttpContext http)
    {
        http.Response.Headers.RetryAfter = Problem.RetryAfter();
        return TellAsync(
            http, StatusCodes.Status503ServiceUnavailable, Problem.CodeOf(Refusal.Overloaded), words => words.Busy,
            words => new PageLink("", words.TryAgain, true));
    }

    // There is nothing for a script to do, so such a page asks for nothing.
    private async Task TellAsync(
        HttpContext http, int status, string code, Func<PageWords, (string Title, string Body)> told,
        Func<PageWords, PageLink> link)
    {
        PageLanguage.Keep(http);
        var language = PageLanguage.Of(http.Request);
        var page = await renderer.KeepAsync<PlainView>((language, code), () =>
        {
            var words = new PageWords(language);
            var (title, body) = told(words);
            var other = language == PageLanguage.Chinese ? PageLanguage.English : PageLanguage.Chinese;
            return new()
            {
                [nameof(PlainView.Language)] = language,
                [nameof(PlainView.Title)] = title,
                [nameof(PlainView.Body)] = body,
                [nameof(PlainView.Links)] = new[] { link(words) },
                [nameof(PlainView.Code)] = code,
                [nameof(PlainView.TestId)] = "missing",
                [nameof(PlainView.InOtherLanguage)] = $"?{PageLanguage.Name}={other}",
            };
        });
        PageHeaders.KeepForeignCodeOut(http.Response.Headers);
        http.Response.Headers.CacheControl = "no-store";
        await page.WriteAsync(http, status);
    }
}
