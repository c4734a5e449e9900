
namespace OrleansSale.Api.Sandbox;

/// <summary>
/// The sandbox's side for a buyer's browser. The checkout's id is a credential. A browser in which another user is
/// logged in at the platform is refused; a program that is not logged in is not.
/// </summary>
internal static class BuyerApi
{
    private const int MaxOutcomeLength = 20;

    public static void Map(RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/checkouts/{checkout}", ShowAsync);
        sandbox.MapPost("/checkouts/{checkout}", DecideAsync);
    }

    // The platform's own log-in says who pays; another user than the order's cannot.
    private static async Task<IResult> ShowAsync(
        string checkout, HttpContext context, Cashier cashier, SandboxPages pages, SandboxOptions options,
        TimeProvider timeProvider)
    {
        var found = cashier.Find(checkout);
        var payer = await PlatformApi.WhoAsync(context);
        var login = PlatformApi.LoginPageOf(context.Request);
        if (found is not null && payer is null) return Results.LocalRedirect(login);
        return await pages.AnswerAsync<CashierView>(
            context, found is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK, new()
            {
                [nameof(CashierView.Checkout)] = found,
                [nameof(CashierView.Payer)] = payer,
                [nameof(CashierView.LoginPage)] = login,
                [nameof(CashierView.Merchant)] = options.Merchant,
                [nameof(CashierView.Now)] = timeProvider.GetUtcNow(),
            });
    }

    private static async Task<IResult> DecideAsync(
        string checkout, HttpRequest request, Cashier cashier, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxAnswer.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var outcome = body.Text("outcome", MaxOutcomeLength);
        if (outcome is not ("paid" or "declined")) body.Fail("outcome", "must be paid or declined");
        if (body.Fault is { } fault) return SandboxAnswer.Invalid(fault);
        var payer = await PlatformApi.WhoAsync(request.HttpContext);
        if (payer is not null && cashier.Find(checkout)?.IsFor(payer) == false)
        {
            return SandboxAnswer.Refused(
                StatusCodes.Status403Forbidden, "another-payer", "Another user than the order's is logged in");
        }
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
}
