using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using OrleansSale.Api.Sandbox.Page;

namespace OrleansSale.Api.Sandbox;

/// <summary>What a buyer's browser asks of the sandbox. There is no credential: the checkout's id is one.</summary>
internal static class BuyerApi
{
    private const string LanguageName = "lang";
    private const int OutcomeMaxLength = 20;
    private static readonly TimeSpan LanguageKept = TimeSpan.FromDays(365);

    public static void Map(RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/checkouts/{checkout}", Show);
        sandbox.MapPost("/checkouts/{checkout}", DecideAsync);
        sandbox.MapGet("/assets/{name}", Asset);
    }

    private static ContentHttpResult Show(
        string checkout,
        HttpContext context,
        Cashier cashier,
        CashierPage page,
        SandboxOptions options,
        TimeProvider clock)
    {
        var language = LanguageOf(context);
        var found = cashier.Find(checkout);
        var headers = context.Response.Headers;
        headers.ContentLanguage = language;
        headers.CacheControl = "no-store";
        // The address is what lets one pay: it must not travel to the merchant's pages.
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return TypedResults.Text(
            page.Render(found, options.Merchant, language, clock.GetUtcNow()),
            "text/html; charset=utf-8",
            statusCode: found is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
    }

    private static async Task<IResult> DecideAsync(
        string checkout, HttpRequest request, Cashier cashier, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxBody.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        Outcome? outcome = body.Text("outcome", OutcomeMaxLength) switch
        {
            "paid" => Outcome.Paid,
            "declined" => Outcome.Declined,
            _ => null,
        };
        if (outcome is null) body.Fail("outcome", "must be paid or declined");
        if (body.Fault is { } fault) return SandboxRefusal.InvalidRequest(fault);
        var decided = await cashier.DecideAsync(checkout, outcome!.Value, cancellationToken);
        if (decided is null) return SandboxRefusal.NotFound("There is no such checkout");
        var terms = decided.Terms;
        return TypedResults.Json(
            new DecisionBody(
                decided.Id,
                decided.Status,
                terms.Order,
                new MoneyBody(terms.Amount, terms.Currency),
                terms.ExpiresAt.UtcDateTime,
                decided.Payment,
                decided.Refund,
                terms.ReturnUrl),
            SandboxJson.Default.DecisionBody);
    }

    private static IResult Asset(string name, HttpContext context, CashierPage page)
    {
        if (page.Asset(name) is not { } asset) return SandboxRefusal.NotFound("There is no such file");
        // The page names each file with a hash of its content.
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(asset.Bytes, asset.ContentType);
    }

    // What was asked for in the address is kept; else what was kept; else what the browser prefers.
    private static string LanguageOf(HttpContext context)
    {
        if (CashierTexts.Match(context.Request.Query[LanguageName]) is { } asked)
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

        if (CashierTexts.Match(context.Request.Cookies[LanguageName]) is { } kept) return kept;
        var preferred = context.Request.GetTypedHeaders().AcceptLanguage
            .Where(entry => entry.Quality is not 0)
            .OrderByDescending(entry => entry, StringWithQualityHeaderValueComparer.QualityComparer)
            .Select(entry => CashierTexts.Match(entry.Value.Value))
            .FirstOrDefault(language => language is not null);
        return preferred ?? CashierTexts.English;
    }
}
