using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace OrleansSale.Api.Sandbox;

/// <summary>The sandbox's side for a buyer's browser. There is no credential: the checkout's id is one.</summary>
internal static class BuyerApi
{
    private const string LanguageName = "lang";
    private const int MaxOutcomeLength = 20;
    private static readonly TimeSpan LanguageKept = TimeSpan.FromDays(365);

    public static void Map(RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/checkouts/{checkout}", ShowAsync);
        sandbox.MapPost("/checkouts/{checkout}", DecideAsync);
        sandbox.MapGet("/assets/{name}", Asset);
    }

    private static async Task<ContentHttpResult> ShowAsync(
        string checkout, HttpContext context, Cashier cashier, CashierPage page, SandboxOptions options,
        TimeProvider timeProvider)
    {
        var language = LanguageOf(context);
        var found = cashier.Find(checkout);
        var headers = context.Response.Headers;
        headers.ContentLanguage = language;
        headers.CacheControl = "no-store";
        // Anybody with the address can pay, so it must not reach the merchant's pages.
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return TypedResults.Text(
            await page.RenderAsync(found, options.Merchant, language, timeProvider.GetUtcNow()),
            "text/html; charset=utf-8",
            statusCode: found is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
    }

    private static async Task<IResult> DecideAsync(
        string checkout, HttpRequest request, Cashier cashier, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxAnswer.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var outcome = body.Text("outcome", MaxOutcomeLength);
        if (outcome is not ("paid" or "declined")) body.Fail("outcome", "must be paid or declined");
        if (body.Fault is { } fault) return SandboxAnswer.Invalid(fault);
        var decided = await cashier.DecideAsync(checkout, isPaid: outcome == "paid", cancellationToken);
        if (decided is null) return SandboxAnswer.NotFound("There is no such checkout");
        return SandboxAnswer.Ok(new
        {
            checkout = decided.Id,
            decided.Status,
            decided.Order,
            amount = SandboxAnswer.Money(decided.Amount, decided.Currency),
            expiresAt = SandboxAnswer.Instant(decided.ExpiresAt),
            decided.Payment,
            decided.Refund,
            decided.ReturnUrl,
        });
    }

    private static IResult Asset(string name, HttpContext context, CashierPage page)
    {
        if (page.Asset(name) is not { } asset) return SandboxAnswer.NotFound("There is no such file");
        // The page names each file with a hash of its content.
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(asset.Bytes, asset.ContentType);
    }

    // The language of the address is kept. Else it is the kept one, else what the browser prefers.
    private static string LanguageOf(HttpContext context)
    {
        if (CashierPage.Language(context.Request.Query[LanguageName]) is { } asked)
        {
            context.Response.Cookies.Append(LanguageName, asked, new CookieOptions
            {
                Path = "/",
                MaxAge = LanguageKept,
                SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Lax,
                IsEssential = true,
            });
            return asked;
        }

        if (CashierPage.Language(context.Request.Cookies[LanguageName]) is { } kept) return kept;
        var preferred = context.Request.GetTypedHeaders().AcceptLanguage
            .Where(entry => entry.Quality is not 0)
            .OrderByDescending(entry => entry, StringWithQualityHeaderValueComparer.QualityComparer)
            .Select(entry => CashierPage.Language(entry.Value.Value))
            .FirstOrDefault(language => language is not null);
        return preferred ?? CashierPage.English;
    }
}
