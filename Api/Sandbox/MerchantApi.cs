using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using OrleansSale.Api.Payments;
using OrleansSale.GrainInterfaces.Payments.Format;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// The sandbox's side for the merchant, with its api key: checkouts, refunds, and the list to reconcile with.
/// </summary>
internal static class MerchantApi
{
    private const string KeyHeader = "Idempotency-Key";
    private const int MaxIdLength = 128, MaxUserLength = 256, MaxDescriptionLength = 500, MaxAddressLength = 2_000;
    /// <summary>The largest amount, in minor units.</summary>
    internal const long MaxAmount = 1_000_000_000_000_000;
    private const int ListedByDefault = 100, MaxListed = 1_000;

    public static void Map(RouteGroupBuilder sandbox)
    {
        var merchant = sandbox.MapGroup("").AddEndpointFilter(RequireApiKeyAsync);
        merchant.MapPost("/checkouts", CreateCheckoutAsync);
        merchant.MapGet("/checkouts/{id}/state", FindCheckout);
        merchant.MapPost("/refunds", RefundAsync);
        merchant.MapPost("/disputes", DisputeAsync);
        merchant.MapGet("/payments", ListPayments);
    }

    private static async Task<IResult> CreateCheckoutAsync(
        HttpRequest request, Cashier cashier, SandboxOptions options, IServer server, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxAnswer.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var (order, user) = (body.Id("order", MaxIdLength), body.Text("user", MaxUserLength));
        var description = body.Text("description", MaxDescriptionLength);
        var (amount, currency) = AmountOf(body);
        var wanted = new Checkout(
            Cashier.NewId(), KeyOf(request) ?? "", order, user, description, amount, currency,
            CreatedAt: timeProvider.GetUtcNow().ToUnixTimeMilliseconds(),
            ExpiresAt: body.Instant("expiresAt").ToUnixTimeMilliseconds(),
            ReturnUrl: body.OptionalAddress("returnUrl", MaxAddressLength),
            NotifyUrl: body.OptionalAddress("notifyUrl", MaxAddressLength));
        if (body.Fault is { } fault) return SandboxAnswer.Invalid(fault);
        if (wanted.Key.Length == 0) return MissingKey();

        var checkout = await cashier.CreateAsync(wanted, cancellationToken);
        if (checkout is null) return Conflict("This key was used for another checkout");
        var url = new Uri(PublicAddress(request, options, server), $"sandbox/checkouts/{checkout.Id}").AbsoluteUri;
        return SandboxAnswer.Ok(
            new { checkout.Id, url, expiresAt = SandboxAnswer.Instant(checkout.ExpiresAt) },
            checkout.Id == wanted.Id ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static IResult FindCheckout(string id, Cashier cashier, TimeProvider timeProvider)
    {
        if (cashier.Find(id) is not { } checkout) return SandboxAnswer.NotFound("There is no such checkout");
        var isOver = checkout.ExpiresAt <= timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        var status = checkout.Payment is null && isOver ? "expired" : checkout.Status;
        return SandboxAnswer.Ok(checkout.Payment is null
            ? new { status }
            : new
            {
                status,
                payment = checkout.Payment,
                user = checkout.User,
                amount = SandboxAnswer.Money(checkout.Amount, checkout.Currency),
                fee = SandboxAnswer.Money(Checkout.FeeOf(checkout.Amount), checkout.Currency),
            });
    }

    private static async Task<IResult> DisputeAsync(
        HttpRequest request, Cashier cashier, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxAnswer.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var (payment, dispute) = (body.Id("payment", MaxIdLength), body.Id("dispute", MaxIdLength));
        var state = body.Text("state", MaxIdLength);
        if (state is not ("open" or "won" or "lost")) body.Fail("state", "must be one of open, won, lost");
        if (body.Fault is { } fault) return SandboxAnswer.Invalid(fault);
        return await cashier.DisputeAsync(payment, dispute, state, cancellationToken)
            ? SandboxAnswer.Ok(new { dispute, state })
            : SandboxAnswer.NotFound("There is no such payment");
    }

    private static async Task<IResult> RefundAsync(
        HttpRequest request, Cashier cashier, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxAnswer.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var (payment, order) = (body.Id("payment", MaxIdLength), body.Id("order", MaxIdLength));
        var (asked, currency) = AmountOf(body);
        var notifies = body.OptionalText("notify", MaxIdLength) != "no";
        if (body.Fault is { } fault) return SandboxAnswer.Invalid(fault);
        if (KeyOf(request) is not { } key) return MissingKey();

        var (outcome, refund, sum) = await cashier.RefundAsync(
            key, payment, order, asked, currency, notifies, cancellationToken);
        var amount = SandboxAnswer.Money(sum, currency);
        return outcome switch
        {
            RefundOutcome.Made => SandboxAnswer.Ok(new { id = refund, payment, amount }, StatusCodes.Status201Created),
            RefundOutcome.Repeated => SandboxAnswer.Ok(new { id = refund, payment, amount }),
            RefundOutcome.NotFound => SandboxAnswer.NotFound("There is no such payment"),
            RefundOutcome.DoneBefore => SandboxAnswer.Refused(
                StatusCodes.Status409Conflict, "already-refunded", "The whole payment was paid back under other keys",
                refund: refund, amount: amount),
            RefundOutcome.PartlyDoneBefore => SandboxAnswer.Refused(
                StatusCodes.Status409Conflict, "partly-refunded",
                "A part of the payment was paid back under other keys",
                refund: refund, amount: amount),
            _ => Conflict("The payment does not cover this refund, or the key was used for another"),
        };
    }

    private static IResult ListPayments(Cashier cashier, string? after, string? order, string? limit)
    {
        var count = ListedByDefault;
        if (limit is not null && (!int.TryParse(limit, out count) || count is < 1 or > MaxListed))
            return SandboxAnswer.Invalid(new JsonFault("limit", $"must be a whole number from 1 to {MaxListed}"));
        var items = cashier.List(after, order, count).Select(payment => new
        {
            payment = payment.Id,
            payment.Checkout,
            payment.Order,
            payment.User,
            amount = SandboxAnswer.Money(payment.Amount, payment.Currency),
            fee = SandboxAnswer.Money(Checkout.FeeOf(payment.Amount), payment.Currency),
            capturedAt = SandboxAnswer.Instant(payment.CapturedAt),
            refund = payment.Refund is null ? null : new
            {
                id = payment.Refund,
                amount = SandboxAnswer.Money(payment.RefundAmount!.Value, payment.Currency),
                refundedAt = SandboxAnswer.Instant(payment.RefundedAt),
            },
            notification = new
            {
                payment.Attempts,
                deliveredAt = SandboxAnswer.Instant(payment.DeliveredAt),
                payment.LastFault,
            },
        });
        return SandboxAnswer.Ok(new { items });
    }

    private static (long Amount, string Currency) AmountOf(JsonMembers body)
    {
        var money = body.Object("amount");
        var currency = money.Currency("currency");
        return (money.Integer("amount", 0, MaxAmount), currency);
    }

    // Without a server that has addresses (a test's), the address that the merchant itself used.
    private static Uri PublicAddress(HttpRequest request, SandboxOptions options, IServer server)
    {
        var address = options.PublicAddress
            ?? new Uri(
                ListeningAddress.Of(server) ?? new Uri($"{request.Scheme}://{request.Host}"), options.PathBase);
        return new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
    }

    /// <summary>The request's idempotency key; null: it has none that can be used.</summary>
    internal static string? KeyOf(HttpRequest request) =>
        request.Headers[KeyHeader] is { Count: 1 } values && values[0] is { Length: > 0 and <= MaxIdLength } key
            ? key
            : null;

    /// <summary>The refusal of a request without such a key.</summary>
    internal static IResult MissingKey() =>
        SandboxAnswer.Invalid(new JsonFault(KeyHeader, $"must be a header of 1 to {MaxIdLength} characters"));

    /// <summary>The refusal of a request that contradicts an earlier one.</summary>
    internal static IResult Conflict(string why) =>
        SandboxAnswer.Refused(StatusCodes.Status409Conflict, "conflict", why);

    /// <summary>Refuses requests without the merchant's api key.</summary>
    internal static async ValueTask<object?> RequireApiKeyAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        const string scheme = "Bearer ";
        var options = context.HttpContext.RequestServices.GetRequiredService<SandboxOptions>();
        var given = context.HttpContext.Request.Headers.Authorization.ToString();
        // Hashes are compared, so that the time tells neither the key's characters nor its length.
        var isBearer = given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);
        var fits = isBearer && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(given[scheme.Length..])),
            SHA256.HashData(Encoding.UTF8.GetBytes(options.ApiKey)));
        return fits
            ? await next(context)
            : SandboxAnswer.Refused(
                StatusCodes.Status401Unauthorized, "unauthenticated", "The api key is missing or wrong");
    }
}
